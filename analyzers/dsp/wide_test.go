//go:build goexperiment.simd && amd64

package dsp

import (
	"math/rand/v2"
	"testing"
)

// both runs something eight values at a time and one at a time.
func both(t *testing.T, run func() any) {
	t.Helper()
	if !Wide {
		t.Fatal("this processor has no AVX2: there is nothing to compare")
	}
	defer func() { Wide = true }()
	wide := run()
	Wide = false
	if narrow := run(); narrow != wide {
		t.Errorf("eight at a time give %v, one at a time %v", wide, narrow)
	}
}

// TestWideIsTheSame compares to the bit.
func TestWideIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	random := func(x []float32) {
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
	}
	for range 50 {
		var x [FFTSize]float32
		random(x[:])
		both(t, func() any { var s Spectrum; Transform(&x, &s); return s })
		both(t, func() any { var f Features; level(x[:FrameSamples], &f); return f })
		var p pitchTracker
		random(p.tail[:])
		both(t, func() any { hz, h := p.find(); return [2]float32{hz, h} })
	}
	for _, widths := range [][]int{{275, 64, 32, 2}, {143, 48, 24, 1}, {30, 7, 2}} {
		n, ranges := randomNet(r, widths...), make([]float32, widths[0])
		for i := range ranges {
			ranges[i] = 2
		}
		f := NewFixed(n, ranges)
		var runner FixedRunner
		for range 50 {
			in := make([]float32, widths[0])
			random(in)
			both(t, func() any {
				var out [2]float32
				runner.Run(f, in, out[:widths[len(widths)-1]])
				return out
			})
		}
	}
}
