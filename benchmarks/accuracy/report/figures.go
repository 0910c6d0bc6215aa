package report

import (
	"math"
	"slices"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// Figure is a number that must not get worse.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Lower says that less is better.
	Lower bool `json:"lower_is_better,omitempty"`
}

// Results are the figures of a run, as they are committed.
type Results struct {
	Setup
	Calls   int      `json:"calls"`
	Hours   float64  `json:"hours"`
	Figures []Figure `json:"figures"`
}

// Results are the report's figures. What could not be measured, for want of calls, is not among them.
func (r *Report) Results() Results {
	res := Results{Setup: r.Setup, Calls: len(r.outcomes), Hours: rounded(r.hours())}
	add := func(name string, value float64, i stats.Interval, lower bool) {
		if math.IsNaN(value) || math.IsNaN(i.Low) {
			return
		}
		res.Figures = append(res.Figures, Figure{name, rounded(value), rounded(i.Low), rounded(i.High), lower})
	}
	f1, i := r.macro(always)
	add("macro F1", f1, i, false)
	for _, id := range r.rules {
		calls := r.rule(id)
		c := sum(calls)
		add(id+" precision", c.Precision(), stats.Wilson(c.Hits, c.Hits+c.False), false)
		add(id+" recall", c.Recall(), stats.Wilson(c.Hits, c.Hits+c.Missed), false)
		add(id+" F1", c.F1(), r.f1(calls), false)
	}
	holds := r.counts(func(o *score.Outcome) stats.Counts { return o.Hold.Counts })
	add("hold F1", sum(holds).F1(), r.f1(holds), false)
	clean := 0
	for _, c := range holds {
		if c.False == 0 {
			clean++
		}
	}
	if len(holds) > 0 {
		add("calls without a false hold", float64(clean)/float64(len(holds)), stats.Wilson(clean, len(holds)), false)
	}
	for _, e := range edges {
		for _, q := range quantiles {
			v, i := r.edge(e.of, q.p)
			add("hold "+e.name+" error "+q.name, v, i, true)
		}
	}
	speech := r.counts(func(o *score.Outcome) stats.Counts { return o.Speech })
	add("speech F1", sum(speech).F1(), r.f1(speech), false)
	a := r.assessed()
	add("not assessable F1", a.F1(), stats.WilsonF1(a.Hits, a.Missed, a.False), false)
	return res
}

// f1 is the interval of F1 over the calls. Where every resample gives the same, as it does of a rule that is always
// right, it is that of the rate instead: thirty right ones do not prove the thirty-first.
func (r *Report) f1(calls []stats.Counts) stats.Interval {
	i := r.boot.Counts(calls, stats.Counts.F1)
	if !(i.Low < i.High) {
		c := sum(calls)
		return stats.WilsonF1(c.Hits, c.Missed, c.False)
	}
	return i
}

// assessed sums up over all rules what was said not to be assessable.
func (r *Report) assessed() (c stats.Counts) {
	for _, o := range r.outcomes {
		for _, a := range o.Assess {
			c.Add(stats.Counts{Hits: a.Rightly, False: a.Wrongly, Missed: a.Missed})
		}
	}
	return c
}

type edgeOf func(*score.Hold) []float64

var (
	edges = []struct {
		name string
		of   edgeOf
	}{
		{"start", func(h *score.Hold) []float64 { return h.Starts }},
		{"end", func(h *score.Hold) []float64 { return h.Ends }},
		{"start from music alone", func(h *score.Hold) []float64 { return h.MusicStarts }},
		{"end from music alone", func(h *score.Hold) []float64 { return h.MusicEnds }},
	}
	quantiles = []struct {
		name string
		p    float64
	}{{"median", 0.5}, {"p90", 0.9}, {"p99", 0.99}}
)

// edge is a quantile of the errors of the holds' edges in seconds, and its interval.
func (r *Report) edge(of edgeOf, p float64) (float64, stats.Interval) {
	quantile := func(times func(int) int) float64 {
		var all []float64
		for i, o := range r.outcomes {
			for range times(i) {
				all = append(all, of(&o.Hold)...)
			}
		}
		slices.Sort(all)
		return stats.Quantile(all, p)
	}
	return quantile(func(int) int { return 1 }), r.boot.Interval(func(times []int32) float64 {
		return quantile(func(i int) int { return int(times[i]) })
	})
}

// rounded keeps five places: more would differ by how a compiler orders sums.
func rounded(v float64) float64 { return math.Round(v*1e5) / 1e5 }
