package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
)

// print tells a person how things stand.
func (a *standing) print(out io.Writer, now time.Time) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	group := "not known"
	if a.Members >= 0 {
		group = strings.ToLower(a.State) + ", " + counted(a.Members, "member")
	}
	fmt.Fprintf(w, "group\t%s: %s\n", a.Group, group)
	for _, p := range a.Workers {
		fmt.Fprintf(w, "worker\t%s: %s\n", p.Address, p.says(now))
		if p.processStatus != nil && p.LastError != nil {
			fmt.Fprintf(w, "\tlast error %s\n", p.LastError.text(now))
		}
	}
	letters := "none to replay"
	if a.Partly {
		letters = "not known"
	}
	if a.Newest != nil {
		letters = fmt.Sprintf("%d to replay, the newest %s (%s, call %s)", a.Letters, a.Newest.ID, a.Newest.Reason, a.Newest.Key)
		if a.Partly {
			letters = "at least " + letters
		}
	}
	fmt.Fprintf(w, "dead letters\t%s\n", letters)
	for _, what := range a.Missing {
		fmt.Fprintf(w, "missing\t%s\n", what)
	}
	fmt.Fprintln(w)
	w.Flush()

	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "topic\tpartition\tlag\tnot committed\toldest\twatermark held\topen calls\tdead letters\t")
	for _, p := range a.Partitions {
		lag, held, calls := "?", "?", "?"
		if p.Worker != nil {
			lag, held, calls = since(p.Worker.LagSeconds), since(p.Worker.WatermarkAge), fmt.Sprint(p.Worker.OpenCalls)
		}
		uncommitted, age, letters := "?", "–", "?"
		if p.Uncommitted >= 0 {
			uncommitted = fmt.Sprint(p.Uncommitted)
		}
		switch {
		case p.Oldest < 0:
			age = "?"
		case p.Uncommitted > 0:
			age = since(p.Oldest)
		}
		if !a.Partly {
			letters = fmt.Sprint(p.Letters)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.Topic, p.Partition, lag, uncommitted, age, held, calls, letters)
	}
	w.Flush()
	for _, p := range a.Partitions {
		if p.Worker != nil && p.Worker.LastError != nil {
			fmt.Fprintf(out, "\nlast error of %s/%d, %s\n", p.Topic, p.Partition, p.Worker.LastError.text(now))
		}
	}
}

func (w *workerStanding) says(now time.Time) string {
	switch {
	case w.processStatus == nil:
		return "cannot be asked: " + w.Error
	case !w.Ready:
		return fmt.Sprintf("waits: %s (version %s, up %s)", readable(w.Waits), w.Version, since(now.Sub(w.Started).Seconds()))
	default:
		return fmt.Sprintf("works (version %s, up %s)", w.Version, since(now.Sub(w.Started).Seconds()))
	}
}

func (t *trouble) text(now time.Time) string {
	return fmt.Sprintf("%s ago: %s", since(now.Sub(t.At).Seconds()), readable(t.What))
}

var parameters = regexp.MustCompile(`(https?://[^?"\s]+)\?[^"\s]*`)

// readable is an error without the parameters of its URLs, of which ClickHouse's have many. The log has them.
func readable(text string) string { return parameters.ReplaceAllString(text, "$1") }

// since is a length of time as a person would say it: 0.4 s, 35 s, 12m5s, 3h20m.
func since(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d < time.Minute:
		return fmt.Sprintf("%.3g s", seconds)
	case d < time.Hour:
		return d.Round(time.Second).String()
	default:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
}
