package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/earshot/earshot/analyzers/dsp"
)

// rings are points around the origin: the outer ones are to be told from the inner ones, which takes a hidden layer.
func rings(n int) *samples {
	r := rand.New(rand.NewPCG(3, 4))
	s := &samples{inputs: 2, outputs: 1}
	for range n {
		radius, angle := 1+4*r.Float64(), 2*math.Pi*r.Float64()
		want := float32(0)
		if radius > 3 {
			want = 1
		}
		s.add([]float32{float32(10 + radius*math.Cos(angle)), float32(-3 + radius*math.Sin(angle))}, []float32{want}, []float32{1})
	}
	return s
}

// TestInferenceIsTraining teaches a net, writes it and reads it back as the analyzers do, and asks that it gives on unseen
// inputs what the trainer's own forward pass gives, to 1e-4.
func TestInferenceIsTraining(t *testing.T) {
	net, loss := train(1, rings(4096), 120, 2, 16, 1)
	if loss > 0.3 {
		t.Fatalf("the loss is %.3f, expected that the rings can be told apart", loss)
	}
	read, rest, err := dsp.DecodeNet(net.Append(nil), 2, 1)
	if err != nil || len(rest) != 0 {
		t.Fatalf("DecodeNet: %v, %d bytes left", err, len(rest))
	}
	unseen := rings(600)
	right := 0
	p := newPass(net, unseen.rows())
	p.take(unseen, seq(unseen.rows()), nil)
	p.forward(net)
	for i := range unseen.rows() {
		in := unseen.in[2*i : 2*i+2]
		trained := 1 / (1 + math.Exp(-float64(p.acts[2].Data[i])))
		var out [1]float32
		read.Run(in, out[:])
		inferred := 1 / (1 + math.Exp(-float64(out[0])))
		if d := math.Abs(trained - inferred); d > 1e-4 {
			t.Fatalf("%v: the trainer says %.6f, the analyzers %.6f", in, trained, inferred)
		}
		if (inferred > 0.5) == (unseen.want[i] == 1) {
			right++
		}
	}
	if right < unseen.rows()*9/10 {
		t.Errorf("%d of %d right", right, unseen.rows())
	}
}

func seq(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
