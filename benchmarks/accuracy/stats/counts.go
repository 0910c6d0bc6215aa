package stats

import "math"

// Counts is what came of looking for something.
type Counts struct{ Hits, Missed, False int }

// Add adds what came of another look.
func (c *Counts) Add(o Counts) {
	c.Hits += o.Hits
	c.Missed += o.Missed
	c.False += o.False
}

// Any says whether there was anything to find, or anything found.
func (c Counts) Any() bool { return c.Hits+c.Missed+c.False > 0 }

// Precision is the share of the found that is right; NaN when nothing was found.
func (c Counts) Precision() float64 { return ratio(c.Hits, c.Hits+c.False) }

// Recall is the share of what was to be found that was; NaN when there was nothing.
func (c Counts) Recall() float64 { return ratio(c.Hits, c.Hits+c.Missed) }

// F1 is their harmonic mean; NaN when there was nothing to find and nothing found.
func (c Counts) F1() float64 { return ratio(2*c.Hits, 2*c.Hits+c.Missed+c.False) }

func ratio(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}
