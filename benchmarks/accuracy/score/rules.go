package score

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/benchmarks/accuracy/stats"
	"github.com/earshot/earshot/pipeline/rulebook"
)

// Slack is how far the evidence of a flag may be beside what is true.
const Slack = 2 * time.Second

// How bad mistakes are: a false flag is an injustice, a missed one a failure.
const (
	falseWeight  = 3
	missedWeight = 2
	assessWeight = 1
)

// Scorer scores calls that were judged by one rulebook.
type Scorer struct {
	rules []string
	once  map[string]bool // judged once a call
}

// NewScorer returns a Scorer for the enabled rules of a rulebook.
func NewScorer(book *rulebook.Rulebook) *Scorer {
	s := &Scorer{once: map[string]bool{}}
	for _, r := range book.Rules() {
		if r.Enabled {
			s.rules = append(s.rules, r.ID)
			s.once[r.ID] = len(r.On) == 0
		}
	}
	return s
}

// Rules are the ids of the rules, in the order of the rulebook.
func (s *Scorer) Rules() []string { return s.rules }

// Score holds what was heard against what is true.
func (s *Scorer) Score(t *Truth, h *Heard) *Outcome {
	o := &Outcome{
		Truth: t, Rules: map[string]stats.Counts{}, Assess: map[string]Assess{}, Undecided: map[string]int{},
		FlagClaims: map[string]*stats.Reliability{}, SegmentClaims: map[string]*stats.Reliability{},
	}
	s.flags(o, h)
	assess(o, h)
	holds(o, h)
	speech(o, h)
	segments(o, h)
	slices.SortStableFunc(o.Mistakes, func(a, b Mistake) int { return int(a.At - b.At) })
	return o
}

func (s *Scorer) flags(o *Outcome, h *Heard) {
	rules := slices.Clone(s.rules)
	for _, f := range o.Truth.Flags {
		if !slices.Contains(rules, f.Kind) {
			rules = append(rules, f.Kind) // nothing can raise it: it is missed
		}
	}
	for _, rule := range rules {
		var truth []Span
		for _, f := range o.Truth.Flags {
			if f.Kind == rule {
				truth = append(truth, f)
			}
		}
		var said []rulebook.Flag
		for _, f := range h.Verdict.Flags {
			if f.Rule == rule && f.State == rulebook.Final {
				said = append(said, f)
			}
		}
		if slices.Contains(o.Truth.Undecided, rule) {
			if o.Undecided[rule] = len(said); len(said) == 0 {
				delete(o.Undecided, rule)
			}
			continue
		}
		slack := Slack
		if s.once[rule] { // wherever its evidence is
			truth, said = truth[:min(len(truth), 1)], said[:min(len(said), 1)]
			slack = o.Truth.Duration
		}
		judge(o, rule, truth, said, slack)
	}
}

func judge(o *Outcome, rule string, truth []Span, said []rulebook.Flag, slack time.Duration) {
	matched := match(stretches(truth), flagStretches(said), slack)
	var c stats.Counts
	right := make([]bool, len(said))
	for i, m := range matched {
		if m >= 0 {
			right[m] = true
			c.Hits++
			continue
		}
		c.Missed++
		o.mistake(truth[i].Start, missedWeight, "%s missed, %s", rule, span(truth[i].Start, truth[i].End))
	}
	for i, f := range said {
		claim(o.FlagClaims, rule, f.Confidence, right[i])
		if !right[i] {
			c.False++
			o.mistake(f.Start, falseWeight, "%s raised falsely, %s, measured %.1f against %.4g", rule, span(f.Start, f.End), f.Measured, f.Limit)
		}
	}
	if c.Any() {
		o.Rules[rule] = c
	}
}

func assess(o *Outcome, h *Heard) {
	var said, wrongly, missed []string
	for _, n := range h.Verdict.NotAssessable {
		said = append(said, n.Rule)
	}
	for _, rule := range said {
		a := o.Assess[rule]
		if slices.Contains(o.Truth.NotAssessable, rule) {
			a.Rightly++
		} else {
			a.Wrongly++
			wrongly = append(wrongly, rule)
		}
		o.Assess[rule] = a
	}
	for _, rule := range o.Truth.NotAssessable {
		if !slices.Contains(said, rule) {
			a := o.Assess[rule]
			a.Missed++
			o.Assess[rule] = a
			missed = append(missed, rule)
		}
	}
	if wrongly != nil {
		o.mistake(0, assessWeight*float64(len(wrongly)), "wrongly said not to be assessable: %s", strings.Join(wrongly, ", "))
	}
	if missed != nil {
		o.mistake(0, assessWeight*float64(len(missed)), "not said not to be assessable: %s", strings.Join(missed, ", "))
	}
}

func (o *Outcome) mistake(at time.Duration, weight float64, format string, args ...any) {
	o.Mistakes = append(o.Mistakes, Mistake{at, fmt.Sprintf(format, args...), weight})
}

func claim(to map[string]*stats.Reliability, what string, confidence float64, right bool) {
	if to[what] == nil {
		to[what] = new(stats.Reliability)
	}
	to[what].Add(confidence, right)
}

func span(start, end time.Duration) string {
	return fmt.Sprintf("%.1f-%.1f s", start.Seconds(), end.Seconds())
}

func stretches(spans []Span) []stretch {
	out := make([]stretch, len(spans))
	for i, s := range spans {
		out[i] = stretch{s.Start, s.End}
	}
	return out
}

func flagStretches(flags []rulebook.Flag) []stretch {
	out := make([]stretch, len(flags))
	for i, f := range flags {
		out[i] = stretch{f.Start, f.End}
	}
	return out
}
