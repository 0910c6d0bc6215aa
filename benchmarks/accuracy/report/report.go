// Package report sums up the outcomes of calls: figures with their intervals, the tables of accuracy.md, and whether
// figures have fallen since the last time.
package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// Setup is how the calls were made: the same setup gives the same calls.
type Setup struct {
	Split      string `json:"split"`
	Seed       uint64 `json:"seed"`
	PerVariant int    `json:"per_variant"`
	// Selection says which calls alone are counted, Weights which weights the classifier has; both are empty for all
	// calls and the weights built in.
	Selection string `json:"selection,omitempty"`
	Weights   string `json:"weights,omitempty"`
	Rulebook  string `json:"-"`
}

// Report is the outcomes of calls, ready to be summed up.
type Report struct {
	Setup
	outcomes []*score.Outcome
	rules    []string
	boot     *stats.Bootstrap
}

// New returns a report on outcomes, which it puts in the order of their ids. Rules come in the order given.
func New(setup Setup, rules []string, outcomes []*score.Outcome) *Report {
	outcomes = slices.Clone(outcomes)
	slices.SortFunc(outcomes, func(a, b *score.Outcome) int { return cmp.Compare(a.Truth.ID, b.Truth.ID) })
	var more []string // flags of rules that the rulebook lacks
	for _, o := range outcomes {
		for rule := range o.Rules {
			if !slices.Contains(rules, rule) && !slices.Contains(more, rule) {
				more = append(more, rule)
			}
		}
	}
	slices.Sort(more)
	rules = slices.Concat(rules, more)
	return &Report{setup, outcomes, rules, stats.NewBootstrap(len(outcomes), setup.Seed)}
}

func (r *Report) hours() (sum float64) {
	for _, o := range r.outcomes {
		sum += o.Truth.Duration.Hours()
	}
	return sum
}

// counts are the calls' counts of a rule, in the order of the outcomes.
func (r *Report) counts(of func(*score.Outcome) stats.Counts) []stats.Counts {
	c := make([]stats.Counts, len(r.outcomes))
	for i, o := range r.outcomes {
		c[i] = of(o)
	}
	return c
}

func (r *Report) rule(id string) []stats.Counts {
	return r.counts(func(o *score.Outcome) stats.Counts { return o.Rules[id] })
}

func sum(calls []stats.Counts) (all stats.Counts) {
	for _, c := range calls {
		all.Add(c)
	}
	return all
}

// near says whether a call is a near miss: just below a limit or just above it.
func near(o *score.Outcome) bool { return strings.Contains(o.Truth.Variant, "near-") }

// macro is the mean F1 of the rules that the calls are about, and its interval. Calls that are left out do not count.
func (r *Report) macro(in func(*score.Outcome) bool) (float64, stats.Interval) {
	// Which calls have something of a rule, so that a resample looks at no other.
	type touched struct {
		call int
		stats.Counts
	}
	rules := make([][]touched, 0, len(r.rules))
	for _, id := range r.rules {
		var list []touched
		for i, o := range r.outcomes {
			if c := o.Rules[id]; c.Any() && in(o) {
				list = append(list, touched{i, c})
			}
		}
		if list != nil {
			rules = append(rules, list)
		}
	}
	figure := func(times func(call int) int) float64 {
		total, n := 0.0, 0
		for _, list := range rules {
			var c stats.Counts
			for _, t := range list {
				k := times(t.call)
				c.Hits += k * t.Hits
				c.Missed += k * t.Missed
				c.False += k * t.False
			}
			if c.Any() {
				total += c.F1()
				n++
			}
		}
		if n == 0 {
			return math.NaN()
		}
		return total / float64(n)
	}
	all := figure(func(int) int { return 1 })
	return all, r.boot.Interval(func(times []int32) float64 {
		return figure(func(call int) int { return int(times[call]) })
	})
}

func always(*score.Outcome) bool { return true }
