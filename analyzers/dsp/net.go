package dsp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Net is a multilayer perceptron: dense layers with rectified outputs but for the last, which gives logits.
type Net struct{ Layers []Layer }

// Layer is a dense layer. Weights holds a row of In weights for each of Out outputs.
type Layer struct {
	In, Out       int
	Weights, Bias []float32
}

// MaxWidth is the largest number of outputs that a layer may have.
const MaxWidth = 64

// Run gives the logits for an input.
func (n *Net) Run(in, out []float32) {
	var a, b [MaxWidth]float32
	last := len(n.Layers) - 1
	for i := range n.Layers[:last] {
		l := &n.Layers[i]
		l.apply(in, a[:l.Out])
		for j, v := range a[:l.Out] {
			a[j] = max(v, 0)
		}
		b = a
		in = b[:l.Out]
	}
	n.Layers[last].apply(in, out)
}

func (l *Layer) apply(in, out []float32) {
	for j := range out {
		out[j] = l.Bias[j] + dot(in, l.Weights[j*l.In:(j+1)*l.In])
	}
}

var errShort = errors.New("the data end early")

// Append writes the net in the form that DecodeNet reads: the number of layers, then each layer's sizes, weights and
// biases, all little-endian.
func (n *Net) Append(data []byte) []byte {
	le := binary.LittleEndian
	data = le.AppendUint32(data, uint32(len(n.Layers)))
	for _, l := range n.Layers {
		data = le.AppendUint32(le.AppendUint32(data, uint32(l.In)), uint32(l.Out))
		for _, values := range [][]float32{l.Weights, l.Bias} {
			for _, v := range values {
				data = le.AppendUint32(data, math.Float32bits(v))
			}
		}
	}
	return data
}

// DecodeNet reads a net with the given numbers of inputs and outputs, and returns the data after it.
func DecodeNet(data []byte, in, out int) (*Net, []byte, error) {
	le := binary.LittleEndian
	next := func() (v uint32, ok bool) {
		if len(data) < 4 {
			return 0, false
		}
		v, data = le.Uint32(data), data[4:]
		return v, true
	}
	count, ok := next()
	if !ok || count == 0 || count > 8 {
		return nil, nil, fmt.Errorf("cannot read net: %d layers, expected 1 to 8", count)
	}
	n := &Net{Layers: make([]Layer, count)}
	width := in
	for i := range n.Layers {
		rows, _ := next()
		cols, ok := next()
		if !ok || int(rows) != width || cols == 0 || cols > MaxWidth {
			return nil, nil, fmt.Errorf("cannot read net: layer %d is %d by %d, expected %d inputs and at most %d outputs", i, rows, cols, width, MaxWidth)
		}
		l := Layer{In: int(rows), Out: int(cols), Weights: make([]float32, rows*cols), Bias: make([]float32, cols)}
		for _, values := range [][]float32{l.Weights, l.Bias} {
			for j := range values {
				v, ok := next()
				if !ok {
					return nil, nil, fmt.Errorf("cannot read net: layer %d: %w", i, errShort)
				}
				values[j] = math.Float32frombits(v)
			}
		}
		n.Layers[i], width = l, l.Out
	}
	if width != out {
		return nil, nil, fmt.Errorf("cannot read net: it has %d outputs, expected %d", width, out)
	}
	return n, data, nil
}
