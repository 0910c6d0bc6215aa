package dsp

import (
	"strings"
	"testing"
)

// exclusive is a net that computes: one input or the other, not both.
var exclusive = Net{Layers: []Layer{
	{In: 2, Out: 3, Weights: []float32{1, 1, 1, 1, 0, 0}, Bias: []float32{0, -1, 1}},
	{In: 3, Out: 1, Weights: []float32{2, -4, -1}, Bias: []float32{0}},
}}

func TestNetRunsAndIsReadBack(t *testing.T) {
	n, rest, err := DecodeNet(append(exclusive.Append(nil), 7), 2, 1)
	if err != nil || len(rest) != 1 {
		t.Fatalf("rest %v, %v", rest, err)
	}
	for in, want := range map[[2]float32]float32{{0, 0}: -1, {0, 1}: 1, {1, 0}: 1, {1, 1}: -1} {
		var out [1]float32
		if n.Run(in[:], out[:]); out[0] != want {
			t.Errorf("%v gives %v, want %v", in, out[0], want)
		}
	}
}

func TestDecodeNetRefuses(t *testing.T) {
	good := exclusive.Append(nil)
	cases := []struct {
		name    string
		data    []byte
		in, out int
		want    string
	}{
		{"nothing", nil, 2, 1, "0 layers"},
		{"other inputs", good, 3, 1, "layer 0 is 2 by 3, expected 3 inputs"},
		{"other outputs", good, 2, 2, "it has 1 outputs, expected 2"},
		{"a part", good[:len(good)-1], 2, 1, "layer 1: the data end early"},
		{"a text", []byte("weights, surely"), 2, 1, "expected 1 to 8"},
	}
	for _, c := range cases {
		if _, _, err := DecodeNet(c.data, c.in, c.out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}
