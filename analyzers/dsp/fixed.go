package dsp

import "math"

// fixedMost is the largest input of a fixed layer: 12 bits with the sign.
const fixedMost = 2047

// MaxInputs is the largest number of inputs that a Fixed may have.
const MaxInputs = 512

// Fixed is a Net in whole numbers. Inputs are rounded to 12 bits of a range given for each, weights to as many bits as their
// output's sum leaves in 32, so a sum is exact, whatever its order: every machine, and every width of its registers, gives
// the same. What is lost is a 4000th of an input's range.
//
// The last layer, which is narrow, stays as it was.
type Fixed struct {
	inputs []float32 // by which the inputs are multiplied
	layers []fixedLayer
	last   Layer
}

// fixedLayer is a dense layer. Its outputs are rounded up to a multiple of fixedGroup.
type fixedLayer struct {
	in, out int
	weights fixedWeights
	wide    wideWeights
	scale   []float32 // of a sum, for inputs in the units of the net
	bias    []float32
}

// fixedGroup is how many outputs are summed up at a time.
const fixedGroup = 8

// NewFixed rounds a net whose inputs lie within ±ranges; what lies outside, though not a million
// times as far, counts as the range's end.
func NewFixed(n *Net, ranges []float32) *Fixed {
	f := &Fixed{inputs: make([]float32, len(ranges)), last: n.Layers[len(n.Layers)-1]}
	unit := make([]float64, len(ranges))
	for i, r := range ranges {
		f.inputs[i] = fixedMost / r
		unit[i] = float64(r) / fixedMost
	}
	for _, l := range n.Layers[:len(n.Layers)-1] {
		f.layers = append(f.layers, newFixedLayer(&l, unit))
		// What a layer gives is scaled for the next by the largest of it, so one unit does for all.
		unit = make([]float64, l.Out)
		for i := range unit {
			unit[i] = 1
		}
	}
	return f
}

func newFixedLayer(l *Layer, unit []float64) fixedLayer {
	width := (l.Out + fixedGroup - 1) / fixedGroup * fixedGroup
	f := fixedLayer{in: l.In, out: l.Out, scale: make([]float32, width), bias: make([]float32, width)}
	rounded := make([]int16, l.In*width) // by output
	copy(f.bias, l.Bias)
	for j := range l.Out {
		var sum, most float64
		for i, w := range l.Weights[j*l.In : (j+1)*l.In] {
			v := math.Abs(float64(w) * unit[i])
			sum, most = sum+v, max(most, v)
		}
		if sum == 0 {
			continue
		}
		// Half a unit of rounding in every weight must not bring the sum over.
		by := min((math.MaxInt32/fixedMost-float64(l.In))/sum, math.MaxInt16/most)
		f.scale[j] = float32(1 / by)
		for i, w := range l.Weights[j*l.In : (j+1)*l.In] {
			rounded[j*l.In+i] = int16(math.Round(float64(w) * unit[i] * by))
		}
	}
	f.weights, f.wide = packWeights(rounded, l.In, width), packWide(rounded, l.In, width)
	return f
}

// fixedInputs are a layer's inputs. Wide code reads some more than there are.
type fixedInputs [MaxInputs + 8]int16

// FixedRunner runs Fixed nets. It holds what that takes beside them.
type FixedRunner struct {
	in  fixedInputs
	sum [MaxWidth]int32
	out [MaxWidth]float32
}

// Run gives the logits for an input.
func (s *FixedRunner) Run(f *Fixed, in, out []float32) {
	if len(f.layers) == 0 {
		f.last.apply(in, out)
		return
	}
	x := s.in[:len(in)]
	roundInputs(x, in, f.inputs)
	unit := float32(1)
	for i := range f.layers {
		l := &f.layers[i]
		if Wide {
			l.wide.sum(&s.in, len(x), s.sum[:len(l.scale)])
		} else {
			l.weights.sum(x, s.sum[:len(l.scale)])
		}
		h := s.out[:l.out]
		top := l.rectify(&s.sum, &s.out, unit)
		unit = top * (1.0 / fixedMost)
		if i == len(f.layers)-1 {
			break
		}
		x = s.in[:l.out]
		scaleInputs(x, h, fixedMost/max(top, minPower))
	}
	f.last.apply(s.out[:f.last.In], out)
}

// rectify writes the outputs of a layer for its sums, and returns the largest.
func (l *fixedLayer) rectify(allSums *[MaxWidth]int32, allOut *[MaxWidth]float32, unit float32) (top float32) {
	if Wide {
		return l.rectifyWide(allSums, allOut, unit)
	}
	sums, out := allSums[:l.out], allOut[:l.out]
	scale, bias := l.scale[:len(out)], l.bias[:len(out)]
	most := int32(0)
	for j := range out {
		v := float32(float32(sums[j])*float32(scale[j]*unit)) + bias[j]
		// Without branches, which nobody can foresee: of a number that is not negative, the bits are in order as it is.
		bits := int32(math.Float32bits(v))
		bits &^= bits >> 31
		most = max(most, bits)
		out[j] = math.Float32frombits(uint32(bits))
	}
	return math.Float32frombits(uint32(most))
}

// roundInputs multiplies and rounds.
func roundInputs(x []int16, in, by []float32) {
	in, by = in[:len(x)], by[:len(x)]
	if Wide {
		done := roundInputsWide(x, in, by)
		x, in, by = x[done:], in[done:], by[done:]
	}
	for i := range x {
		x[i] = int16(min(max(int32(float32(in[i]*by[i])+(fixedMost+0.5+fixedMost)), fixedMost), 3*fixedMost) - 2*fixedMost)
	}
}

// scaleInputs is roundInputs by one factor, for values that are not negative.
func scaleInputs(x []int16, in []float32, by float32) {
	in = in[:len(x)]
	if Wide {
		done := scaleInputsWide(x, in, by)
		x, in = x[done:], in[done:]
	}
	for i := range x {
		x[i] = int16(min(int32(float32(in[i]*by)+0.5), fixedMost))
	}
}
