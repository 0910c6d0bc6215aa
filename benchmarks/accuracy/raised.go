package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

var conditions = []condition{{name: "natural level"}, {name: "equal level", equal: true}, {name: "gain jump +8 dB", jump: 8}}

// manner is how the utterance in question is spoken. Only anger is asked for; strong fear and joy are raised voices too,
// so they are counted and not judged.
type manner struct {
	name               string
	emotion, intensity int
	raised, judged     bool
}

var manners = []manner{
	{"angry, strong", angry, strong, true, true},
	{"angry, normal", angry, 1, false, false},
	{"fearful, strong", fearful, strong, false, false},
	{"happy, strong", happy, strong, false, false},
	{"neutral", neutral, 1, false, true},
}

// flagged counts the utterances that were flagged, those in which a raised voice was heard at all, by however much, and
// the calls in which anything else was flagged.
type flagged struct{ n, hit, heard, elsewhere int }

func (f *flagged) add(o flagged) {
	f.n, f.hit, f.heard, f.elsewhere = f.n+o.n, f.hit+o.hit, f.heard+o.heard, f.elsewhere+o.elsewhere
}

func runRaised(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("raised", flag.ContinueOnError)
	args, err := parse(flags, args, "DIR")
	if err != nil {
		return err
	}
	all, err := loadActed(ctx, args[0])
	if err != nil {
		return err
	}
	book, err := loadRulebook()
	if err != nil {
		return err
	}
	e := newEar(book, weights{})
	for _, c := range conditions {
		var total [5]flagged
		var women, men flagged // neutral speech and all that is not in question
		fmt.Printf("\n%s: utterances flagged raised-voice\n", c.name)
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "actor\tsex")
		for _, m := range manners {
			fmt.Fprint(w, "\t", m.name)
		}
		fmt.Fprint(w, "\tcalls flagged elsewhere\n")
		for _, actor := range all.actors() {
			sex := []string{"f", "m"}[actor%2]
			fmt.Fprintf(w, "%d\t%s", actor, sex)
			elsewhere, calls := 0, 0
			for i, m := range manners {
				if c.jump != 0 && m.emotion != neutral { // a jump of the gain is tried on plain speech
					fmt.Fprint(w, "\t–")
					continue
				}
				f, err := all.flagged(e, actor, m, c)
				if err != nil {
					return err
				}
				total[i].add(f)
				elsewhere += f.elsewhere
				calls += f.n
				if m.emotion == neutral {
					if sex == "f" {
						women.add(f)
					} else {
						men.add(f)
					}
				}
				fmt.Fprintf(w, "\t%d/%d", f.hit, f.n)
			}
			fmt.Fprintf(w, "\t%d/%d\n", elsewhere, calls)
		}
		if err := w.Flush(); err != nil {
			return fmt.Errorf("cannot print: %w", err)
		}
		printTotals(total[:], women, men)
	}
	return nil
}

func printTotals(total []flagged, women, men flagged) {
	var elsewhere, calls int
	for i, m := range manners {
		t := total[i]
		elsewhere, calls = elsewhere+t.elsewhere, calls+t.n
		if t.n == 0 {
			continue
		}
		what := "flagged"
		if m.raised {
			what = "found"
		} else if m.judged {
			what = "false"
		}
		fmt.Printf("  %s: %s %s; heard as raised by however much %d\n", m.name, what, share(t.hit, t.n), t.heard)
	}
	fmt.Printf("  calls with a false flag elsewhere: %s\n", share(elsewhere, calls))
	d := stats.Difference(women.hit, women.n, men.hit, men.n)
	fmt.Printf("  neutral, false of women %d/%d, of men %d/%d, difference %.0f to %.0f %%\n", women.hit, women.n, men.hit, men.n, 100*d.Low, 100*d.High)
}

// flagged counts the flags of one actor's utterances in one manner.
func (a acted) flagged(e *ear, actor int, m manner, c condition) (f flagged, err error) {
	for _, u := range a.of(actor, m.emotion, m.intensity) {
		call, err := a.compose(u, c)
		if err != nil {
			return f, err
		}
		h, err := e.hear(playPCM(fmt.Sprintf("%d-%d-%d-%d-%d", u.actor, u.emotion, u.intensity, u.statement, u.repetition), call.agent, call.customer))
		if err != nil {
			return f, err
		}
		hit, elsewhere := inside(h, call)
		f.n++
		if hit {
			f.hit++
		}
		if raised(h, call) {
			f.heard++
		}
		if elsewhere {
			f.elsewhere++
		}
	}
	return f, nil
}

// raised says whether a raised voice was heard in the utterance in question, whatever a rule makes of it.
func raised(h *score.Heard, call actedCall) bool {
	return slices.ContainsFunc(h.Segments, func(s analyzers.Segment) bool {
		return s.Kind == "raised" && s.Leg == schemas.Leg_LEG_AGENT && s.Start < at(call.to) && s.End > at(call.from)
	})
}

// inside says whether a raised voice was flagged in the utterance in question, and whether one was anywhere else.
func inside(h *score.Heard, call actedCall) (hit, elsewhere bool) {
	from, to := at(call.from), at(call.to)
	for _, f := range h.Verdict.Flags {
		switch {
		case f.Rule != "raised-voice" || f.State != rulebook.Final:
		case f.Start < to && f.End > from:
			hit = true
		default:
			elsewhere = true
		}
	}
	return hit, elsewhere
}

func at(samples int) time.Duration { return time.Duration(samples) * time.Second / ingest.SampleRate }
