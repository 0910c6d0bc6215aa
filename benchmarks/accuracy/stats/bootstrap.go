package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Resamples is how often calls are drawn anew for an interval.
const Resamples = 1000

// Bootstrap draws calls with replacement: figures of the same calls are resampled alike, so that their intervals can be
// compared, and the same seed gives the same intervals.
type Bootstrap struct {
	n     int
	draws [][]int32 // by resample: how often each call was drawn
}

// NewBootstrap prepares the resamples of n calls.
func NewBootstrap(n int, seed uint64) *Bootstrap {
	b := &Bootstrap{n: n, draws: make([][]int32, Resamples)}
	r := rand.New(rand.NewPCG(seed, 0x626f6f74))
	for i := range b.draws {
		b.draws[i] = make([]int32, n)
		for range n {
			b.draws[i][r.IntN(n)]++
		}
	}
	return b
}

// Interval is the percentile interval of a figure. The figure is computed from how often each call counts; where it is
// NaN, because the draw holds nothing to judge, the draw is left out.
func (b *Bootstrap) Interval(figure func(times []int32) float64) Interval {
	values := make([]float64, 0, len(b.draws))
	for _, times := range b.draws {
		if v := figure(times); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return Interval{math.NaN(), math.NaN()}
	}
	slices.Sort(values)
	tail := (1 - Confidence) / 2
	return Interval{Quantile(values, tail), Quantile(values, 1-tail)}
}

// Counts is the interval of a figure that is computed from the sum of the calls' counts.
func (b *Bootstrap) Counts(calls []Counts, figure func(Counts) float64) Interval {
	touched := make([]int, 0, len(calls)) // most calls have nothing of a rule
	for i, c := range calls {
		if c.Any() {
			touched = append(touched, i)
		}
	}
	return b.Interval(func(times []int32) float64 {
		var sum Counts
		for _, i := range touched {
			n := int(times[i])
			sum.Hits += n * calls[i].Hits
			sum.Missed += n * calls[i].Missed
			sum.False += n * calls[i].False
		}
		return figure(sum)
	})
}

// Quantile is the p-quantile of sorted values, between neighbours where it falls between them; NaN of none.
func Quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return stat.Quantile(p, stat.LinInterp, sorted, nil)
}
