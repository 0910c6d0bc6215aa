// Package stats is the arithmetic behind the accuracy figures: intervals of rates and of their differences, intervals
// of anything by resampling whole calls, and calibration.
package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is the level of every interval.
const Confidence = 0.95

// z is the two-sided normal quantile of Confidence.
var z = distuv.UnitNormal.Quantile(0.5 + Confidence/2)

// Interval is where a figure lies with Confidence.
type Interval struct{ Low, High float64 }

// Wilson is the score interval of a rate of k in n (Wilson 1927). Of nothing it is all that is possible.
func Wilson(k, n int) Interval {
	if n == 0 {
		return Interval{0, 1}
	}
	p, m := float64(k)/float64(n), float64(n)
	centre := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	scale := 1 + z*z/m
	return Interval{max(0, (centre-half)/scale), min(1, (centre+half)/scale)}
}

// Difference is the interval of the rate of a in n less that of b in m, of independent samples (Newcombe 1998, method 10:
// from the two Wilson intervals).
func Difference(a, n, b, m int) Interval {
	if n == 0 || m == 0 {
		return Interval{-1, 1}
	}
	p, q := float64(a)/float64(n), float64(b)/float64(m)
	wp, wq := Wilson(a, n), Wilson(b, m)
	d := p - q
	return Interval{d - math.Hypot(p-wp.Low, wq.High-q), d + math.Hypot(wp.High-p, q-wq.Low)}
}

// WilsonF1 is an interval of F1 from its counts, for where resampling cannot give one because every call agrees. F1 is
// a rising function of hits/(hits+missed+wrong), which is a rate: 2r/(1+r).
func WilsonF1(hits, missed, wrong int) Interval {
	w := Wilson(hits, hits+missed+wrong)
	f := func(r float64) float64 { return 2 * r / (1 + r) }
	return Interval{f(w.Low), f(w.High)}
}
