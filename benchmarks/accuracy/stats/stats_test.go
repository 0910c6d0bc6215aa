package stats

import (
	"math"
	"reflect"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}

// TestWilson against the values of Newcombe (Statistics in Medicine 17, 1998, 857), table I, method 3.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{29, 29, 0.8830, 1},
		{0, 0, 0, 1},
	} {
		got := Wilson(c.k, c.n)
		near(t, "low", got.Low, c.low, 5e-5)
		near(t, "high", got.High, c.high, 5e-5)
	}
}

// TestDifference against Newcombe (Statistics in Medicine 17, 1998, 873), table II, method 10.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		a, n, b, m int
		low, high  float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{10, 10, 0, 10, 0.6075, 1},
		{0, 10, 0, 20, -0.1611, 0.2775},
	} {
		got := Difference(c.a, c.n, c.b, c.m)
		near(t, "low", got.Low, c.low, 1e-4)
		near(t, "high", got.High, c.high, 1e-4)
	}
	if got := Difference(0, 0, 1, 2); got != (Interval{-1, 1}) {
		t.Errorf("of nothing: %v", got)
	}
}

func TestWilsonF1(t *testing.T) {
	got := WilsonF1(29, 0, 0) // Wilson: 0.8830 to 1
	near(t, "low", got.Low, 2*0.8830/1.8830, 1e-4)
	near(t, "high", got.High, 1, 1e-9)
}

func TestCounts(t *testing.T) {
	c := Counts{Hits: 8, Missed: 2, False: 4}
	near(t, "precision", c.Precision(), 8.0/12, 1e-12)
	near(t, "recall", c.Recall(), 0.8, 1e-12)
	near(t, "F1", c.F1(), 2*(2.0/3)*0.8/(2.0/3+0.8), 1e-12)
	if !math.IsNaN(Counts{}.F1()) || !math.IsNaN(Counts{Missed: 1}.Precision()) || !math.IsNaN(Counts{False: 1}.Recall()) {
		t.Error("a share of nothing is a number")
	}
}

func TestQuantile(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	near(t, "median", Quantile(x, 0.5), 2, 0.51) // between the two in the middle, whichever way it is interpolated
	near(t, "least", Quantile(x, 0), 1, 1e-12)
	near(t, "most", Quantile(x, 1), 4, 1e-12)
	near(t, "of one", Quantile([]float64{7}, 0.9), 7, 1e-12)
	if !math.IsNaN(Quantile(nil, 0.5)) {
		t.Error("a quantile of nothing is a number")
	}
}

// TestBootstrapOfARate: the spread of a resampled rate is that of the binomial distribution.
func TestBootstrapOfARate(t *testing.T) {
	calls := make([]Counts, 400)
	for i := range calls {
		if calls[i].Hits = 1; i%5 == 0 {
			calls[i] = Counts{Missed: 1}
		}
	}
	b := NewBootstrap(len(calls), 1)
	got := b.Counts(calls, Counts.Recall)
	deviation := math.Sqrt(0.8 * 0.2 / 400)
	near(t, "low", got.Low, 0.8-1.96*deviation, 0.01)
	near(t, "high", got.High, 0.8+1.96*deviation, 0.01)
	if again := NewBootstrap(len(calls), 1).Counts(calls, Counts.Recall); again != got {
		t.Errorf("the same seed gives %v and %v", got, again)
	}
	if reflect.DeepEqual(NewBootstrap(len(calls), 2).draws, b.draws) {
		t.Error("another seed gives the same draws")
	}
}

func TestBootstrapLeavesOutEmptyDraws(t *testing.T) {
	calls := []Counts{{Hits: 1}, {}, {}, {}} // a third of the draws hold none
	if got := NewBootstrap(4, 1).Counts(calls, Counts.F1); got != (Interval{1, 1}) {
		t.Errorf("the only F1 there is is 1, got %v", got)
	}
	if got := NewBootstrap(2, 1).Counts(make([]Counts, 2), Counts.F1); !math.IsNaN(got.Low) {
		t.Errorf("nothing at all gives %v", got)
	}
}

func TestReliability(t *testing.T) {
	var r Reliability
	for i := range 10 {
		r.Add(0.95, i < 9) // 90 % right
		r.Add(0.55, i < 3) // 30 % right
	}
	r.Add(1, true)
	if r.N() != 21 || r.Bins[9].N != 11 || r.Bins[9].Right != 10 || r.Bins[5].Right != 3 {
		t.Errorf("bins are %+v", r.Bins)
	}
	near(t, "mean confidence", r.Bins[9].Confidence(), (10*0.95+1)/11, 1e-9)
	near(t, "error", r.Error(), (11*math.Abs(10.5/11-10.0/11)+10*0.25)/21, 1e-9)
	var twice Reliability
	twice.Merge(&r)
	twice.Merge(&r)
	near(t, "error of twice the same", twice.Error(), r.Error(), 1e-12)
	if twice.N() != 42 {
		t.Errorf("twice 21 is %d", twice.N())
	}
	if !math.IsNaN(new(Reliability).Error()) {
		t.Error("of nothing the error is a number")
	}
}

// TestBinsBegin: 0.3 is in the bin that begins there, whatever its binary form.
func TestBinsBegin(t *testing.T) {
	for i := range Bins {
		var r Reliability
		r.Add(float64(i)/Bins, true)
		if r.Bins[i].N != 1 {
			t.Errorf("%.1f is in %+v", float64(i)/Bins, r.Bins)
		}
	}
}
