// Command history draws the committed figures over the commits that changed them: one page, which needs nothing else.
//
//	make history
//	go run ./benchmarks/history -out history.html
//
// A figure is where its file has it: see series.go. What a later version measures in another way is another series.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"html"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/benchmarks/plot"
)

func main() {
	out := flag.String("out", ".cache/history.html", "the page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "history:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string) error {
	var all []series
	for _, f := range files {
		s, err := f.read(ctx)
		if err != nil {
			return err
		}
		all = append(all, s...)
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(out, []byte(page(all)), 0o644); err != nil {
		return err
	}
	fmt.Printf("%d figures, in %s\n", len(all), out)
	return nil
}

// version is a file as a commit left it.
type version struct {
	commit, subject string
	at              time.Time
	data            []byte
}

// versions are those of a file, the oldest first.
func versions(ctx context.Context, file string) ([]version, error) {
	log, err := git(ctx, "log", "--format=%h%x09%ct%x09%s", "--reverse", "--", file)
	if err != nil {
		return nil, err
	}
	var all []version
	for line := range strings.Lines(string(log)) {
		var v version
		var seconds int64
		commit, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		when, subject, _ := strings.Cut(rest, "\t")
		if _, err := fmt.Sscan(when, &seconds); err != nil {
			return nil, fmt.Errorf("cannot read git's line %q: %w", line, err)
		}
		v.commit, v.subject, v.at = commit, subject, time.Unix(seconds, 0).UTC()
		if v.data, err = git(ctx, "show", commit+":"+file); err != nil {
			continue // the commit removed it
		}
		all = append(all, v)
	}
	return all, nil
}

func git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("cannot run git %s: %w: %s", strings.Join(args, " "), err, said.Bytes())
	}
	return out, nil
}

// page shows the series by file, each with its latest figure and how it came there.
func page(all []series) string {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Earshot's figures over commits</title>\n")
	b.WriteString("<style>body{font:15px sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;vertical-align:top;white-space:nowrap;padding:.1rem .8rem .1rem 0}td.n{text-align:right}svg{width:100%;border:1px solid #ddd}</style>\n")
	b.WriteString("<h1>Earshot's figures over commits</h1>\n")
	for file, of := range byFile(all) {
		fmt.Fprintf(&b, "<h2>%s</h2>\n", html.EscapeString(file))
		commits := commits(of)
		axis := plot.Axis{To: float64(max(len(commits)-1, 1))}
		for i, v := range commits {
			if len(commits) < 9 || i%(len(commits)/8+1) == 0 || i == len(commits)-1 {
				axis.Ticks = append(axis.Ticks, plot.Tick{At: float64(i), Label: v.commit})
			}
		}
		var panels []plot.Panel
		for _, s := range of {
			p := plot.Panel{Title: strings.TrimSuffix(s.name+", "+s.unit, ", "), Dots: true}
			for _, at := range s.points {
				p.X = append(p.X, float64(slices.IndexFunc(commits, func(v version) bool { return v.commit == at.commit })))
				p.Y = append(p.Y, at.value)
			}
			panels = append(panels, p)
		}
		b.WriteString(plot.SVG(axis, panels...))
		b.WriteString("<table><tr><th>figure<th>first<th>latest<th>unit</tr>\n")
		for _, s := range of {
			fmt.Fprintf(&b, "<tr><td>%s<td class=n>%.5g<td class=n>%.5g<td>%s</tr>\n", html.EscapeString(s.name), s.points[0].value, s.points[len(s.points)-1].value, html.EscapeString(s.unit))
		}
		b.WriteString("</table>\n<table><tr><th>commit<th>date<th></tr>\n")
		for _, v := range commits {
			fmt.Fprintf(&b, "<tr><td>%s<td>%s<td>%s</tr>\n", v.commit, v.at.Format(time.DateOnly), html.EscapeString(v.subject))
		}
		b.WriteString("</table>\n")
	}
	b.WriteString("</html>\n")
	return b.String()
}

// byFile yields the series of each file, in the order of the files.
func byFile(all []series) func(func(string, []series) bool) {
	return func(yield func(string, []series) bool) {
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].file == all[0].file {
				n++
			}
			if !yield(all[0].file, all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// commits are those that any of the series has a figure of, in their order.
func commits(of []series) []version {
	var all []version
	for _, s := range of {
		for _, p := range s.points {
			if !slices.ContainsFunc(all, func(v version) bool { return v.commit == p.commit }) {
				all = append(all, p.version)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b version) int { return a.at.Compare(b.at) })
	return all
}
