//go:build goexperiment.simd && amd64

package dsp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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
	// Printed, numbers are equal if their bits are, and so is what is no number.
	if narrow := run(); fmt.Sprint(narrow) != fmt.Sprint(wide) {
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
		both(t, func() any { var f Features; power := level(x[:FrameSamples], &f); return []any{power, f} })
		var p pitchTracker
		random(p.tail[:])
		both(t, func() any { hz, h := p.find(); return [2]float32{hz, h} })
		both(t, func() any { p := p; p.feed(x[:FrameSamples]); return p })
	}
	for n := range 80 {
		x, y := make([]float32, n), make([]float32, n)
		random(x)
		random(y)
		both(t, func() any { return [2]float32{total(x), dot(x, y)} })
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
			run := func() any {
				var out [2]float32
				runner.Run(f, in, out[:widths[len(widths)-1]])
				return out
			}
			both(t, run)
			at := r.IntN(len(in))
			in[at] = odd[r.IntN(len(odd))]
			both(t, run)
			if was := widest; was {
				widest = false
				both(t, run)
				widest = was
			}
		}
	}
}

// odd are values that audio does not have, or seldom.
var odd = []float32{0, float32(math.Copysign(0, -1)), 1e-40, -1e-20, 1e-13, 1, -1, 3e9, 1e19, -1e19, 1e25, math.MaxFloat32,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}

// TestWideIsTheSameForOddValues has some of them among values that are usual.
func TestWideIsTheSameForOddValues(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	mixed := func(x []float32, share float64) {
		for i := range x {
			if x[i] = float32(r.NormFloat64()); r.Float64() < share {
				x[i] = odd[r.IntN(len(odd))]
			}
		}
	}
	for n := range 200 {
		share := []float64{0, 0.002, 0.02, 0.3}[n%4]
		var x [FFTSize]float32
		mixed(x[:], share)
		both(t, func() any { var s Spectrum; Transform(&x, &s); return s })
		var p pitchTracker
		mixed(p.tail[:], share)
		both(t, func() any { p := p; p.feed(x[:]); return p })
		both(t, func() any { hz, h := p.find(); return [2]float32{hz, h} })
		var y [coarseSamples]float32
		mixed(y[:], share)
		if n%3 == 0 { // a loud end, before it nothing: energies become negative by rounding
			for i := range coarseMost {
				y[i] *= 1e-4
			}
		}
		energy := dot(y[coarseSamples-coarseWindow:], y[coarseSamples-coarseWindow:])
		both(t, func() any {
			var fits [coarseLags]float32
			if Wide {
				fitWide(&y, &fits, energy)
			} else {
				fit(&y, &fits, energy)
			}
			return fits
		})
		in, by, whole := make([]float32, 37), make([]float32, 37), make([]int16, 37)
		mixed(in, share)
		mixed(by, share)
		both(t, func() any { roundInputs(whole, in, by); return slices.Clone(whole) })
		for i := range in {
			in[i] = abs(in[i])
		}
		both(t, func() any { scaleInputs(whole, in, 1000); return slices.Clone(whole) })
		var now [4]Spectrum
		for i := range now {
			mixed(now[i].Re[:], share)
			mixed(now[i].Im[:], share)
		}
		both(t, func() any {
			var a Analysis
			var f [len(now)]Features
			for i := range now {
				a.run++
				a.spectral(&now[i], &f[i])
			}
			// Of the bins outside of all bands nothing is kept but where all are measured at once.
			from, to := BandEdges[0], BandEdges[NumBands]
			return []any{f, a.mag[from:to], a.older[from:to], a.turn.Re[from:to], a.turn.Im[from:to], a.power, a.bands}
		})
	}
}

// TestWideVectorsAreTheSame compares what is computed of values one by one.
func TestWideVectorsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	mixed := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			if x[i] = float32(40 * r.NormFloat64()); r.IntN(8) == 0 {
				x[i] = odd[r.IntN(len(odd))]
			}
		}
		return x
	}
	for n := range 70 {
		x, y, z := mixed(n), mixed(n), mixed(n)
		both(t, func() any { x := slices.Clone(x); Add(x, y); return x })
		both(t, func() any {
			sum, square := slices.Clone(x), slices.Clone(y)
			AddMoments(sum, square, z)
			return [][]float32{sum, square}
		})
	}
	for range 200 {
		x := [NumBands]float32(mixed(NumBands))
		for i := range x {
			x[i] = float32(r.NormFloat64()*40 - 60) // levels are numbers
		}
		both(t, func() any { var c [NumCepstra]float32; Cepstrum(&x, &c); return c })
	}
}

// TestWideIsTheSameFrameByFrame goes through a call with silence, voices and noise.
func TestWideIsTheSameFrameByFrame(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	pcm := make([][FrameSamples]float32, 300)
	for i := range pcm {
		loud := []float64{0.0001, 0.1, 0, 0.4, 1e18}[i/20%5]
		for k := range pcm[i] {
			at := float64(i*FrameSamples+k) / 8000
			pcm[i][k] = float32(loud * (math.Sin(2*math.Pi*(120+5*at)*at) + 0.5*math.Sin(2*math.Pi*(400+9*at)*at) + 0.1*r.NormFloat64()))
		}
	}
	both(t, func() any {
		var a Analysis
		f := make([]Features, len(pcm))
		for i := range pcm {
			a.Frame(pcm[i][:], &f[i])
		}
		return f
	})
}
