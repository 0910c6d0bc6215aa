package stats

import "math"

// Bins is how many steps of confidence a reliability curve has.
const Bins = 10

// Bin is what was claimed with a confidence in one step, and what came of it.
type Bin struct {
	N, Right int
	sum      float64
}

// Confidence is the mean confidence of the claims; NaN of none.
func (b Bin) Confidence() float64 {
	if b.N == 0 {
		return math.NaN()
	}
	return b.sum / float64(b.N)
}

// Share is how many of them were right; NaN of none.
func (b Bin) Share() float64 { return ratio(b.Right, b.N) }

// Reliability says whether confidence means what it says: does 0.9 mean 90 %?
type Reliability struct{ Bins [Bins]Bin }

// Add counts a claim. The last bin takes 1 as well.
func (r *Reliability) Add(confidence float64, right bool) {
	i := min(max(int(confidence*Bins+1e-9), 0), Bins-1)
	b := &r.Bins[i]
	b.N++
	b.sum += confidence
	if right {
		b.Right++
	}
}

// Merge adds the claims of another.
func (r *Reliability) Merge(o *Reliability) {
	for i, b := range o.Bins {
		r.Bins[i].N += b.N
		r.Bins[i].Right += b.Right
		r.Bins[i].sum += b.sum
	}
}

// N is how many claims there are.
func (r *Reliability) N() (n int) {
	for _, b := range r.Bins {
		n += b.N
	}
	return n
}

// Error is the expected calibration error: how far a claim's confidence is from the share of right ones in its bin, on
// the mean. NaN of no claims.
func (r *Reliability) Error() float64 {
	n, sum := 0, 0.0
	for _, b := range r.Bins {
		if b.N > 0 {
			n += b.N
			sum += float64(b.N) * math.Abs(b.Confidence()-b.Share())
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}
