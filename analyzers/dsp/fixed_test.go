package dsp

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func randomNet(r *rand.Rand, widths ...int) *Net {
	n := new(Net)
	for i, out := range widths[1:] {
		l := Layer{In: widths[i], Out: out}
		for range l.In * l.Out {
			l.Weights = append(l.Weights, float32(r.NormFloat64()/math.Sqrt(float64(l.In))))
		}
		for range l.Out {
			l.Bias = append(l.Bias, float32(r.NormFloat64()))
		}
		n.Layers = append(n.Layers, l)
	}
	return n
}

// TestFixedAgreesWithNet compares whole numbers with broken ones, for layers of one and of several groups of outputs.
func TestFixedAgreesWithNet(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var runner FixedRunner
	for _, widths := range [][]int{{275, 64, 32, 2}, {143, 48, 24, 1}, {30, 7, 2}, {5, 3}} {
		n, ranges := randomNet(r, widths...), make([]float32, widths[0])
		for i := range ranges {
			ranges[i] = float32(math.Exp2(float64(i%8 - 2)))
		}
		f := NewFixed(n, ranges)
		for range 100 {
			in := make([]float32, widths[0])
			for i := range in {
				in[i] = ranges[i] * float32(2*r.Float64()-1)
			}
			want, got := make([]float32, widths[len(widths)-1]), make([]float32, widths[len(widths)-1])
			n.Run(in, want)
			runner.Run(f, in, got)
			for j := range want {
				if d := math.Abs(float64(got[j] - want[j])); d > 0.02 {
					t.Errorf("net of %v: output %d is %v, want %v", widths, j, got[j], want[j])
				}
			}
		}
	}
}

// TestFixedSumsHold plays the inputs that make a sum as large as it can be, either way.
func TestFixedSumsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const in, out = MaxInputs, 40
	n := randomNet(r, in, out, 1)
	l := newFixedLayer(&n.Layers[0], slices.Repeat([]float64{1}, in))
	for j := range out {
		for _, sign := range [...]float64{1, -1} {
			var x [in]int16
			want := 0.0
			for i := range x {
				w := float64(n.Layers[0].Weights[j*in+i])
				x[i] = int16(math.Copysign(fixedMost, sign*w))
				want += w * float64(x[i])
			}
			var sums [out]int32
			l.weights.sum(x[:], sums[:])
			if got := float64(sums[j]) * float64(l.scale[j]); math.Abs(got-want) > 0.001*math.Abs(want) {
				t.Errorf("output %d: sum %v, want %v", j, got, want)
			}
		}
	}
}

func TestFixedClampsInputs(t *testing.T) {
	n := &Net{Layers: []Layer{{In: 2, Out: 2, Weights: []float32{1, 0, 0, 1}, Bias: []float32{10, 10}}, {In: 2, Out: 1, Weights: []float32{1, 1}, Bias: []float32{0}}}}
	f := NewFixed(n, []float32{4, 4})
	var runner FixedRunner
	for in, want := range map[[2]float32]float64{{1, 1}: 22, {100, 0}: 24, {-100, 0}: 16, {1e6, -1e6}: 20} {
		var out [1]float32
		runner.Run(f, in[:], out[:])
		within(t, "sum", out[0], want, 0.01)
	}
}

func BenchmarkNets(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	n := randomNet(r, 275, 64, 32, 2)
	f := NewFixed(n, slices.Repeat([]float32{1}, 275))
	in, out := make([]float32, 275), make([]float32, 2)
	for i := range in {
		in[i] = float32(r.NormFloat64())
	}
	b.Run("float", func(b *testing.B) {
		for b.Loop() {
			n.Run(in, out)
		}
	})
	b.Run("fixed", func(b *testing.B) {
		var runner FixedRunner
		for b.Loop() {
			runner.Run(f, in, out)
		}
	})
}
