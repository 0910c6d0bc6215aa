package main

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/earshot/earshot/analyzers/dsp"
)

// samples are what a net is taught: rows of inputs, the outputs wanted, 0 to 1, and how much each output counts.
type samples struct {
	inputs, outputs int
	dropout         float32
	in, want, count []float32
}

func (s *samples) rows() int { return len(s.in) / s.inputs }

func (s *samples) add(in []float32, want, count []float32) {
	s.in, s.want, s.count = append(s.in, in...), append(s.want, want...), append(s.count, count...)
}

// standardise brings every input to mean 0 and deviation 1, and returns what it takes to do so inside the net.
func (s *samples) standardise() (mean, deviation []float32) {
	mean, deviation = make([]float32, s.inputs), make([]float32, s.inputs)
	for j := range s.inputs {
		sum, square := 0.0, 0.0
		for i := j; i < len(s.in); i += s.inputs {
			v := float64(s.in[i])
			sum, square = sum+v, square+v*v
		}
		n := float64(s.rows())
		m := sum / n
		d := math.Sqrt(max(square/n-m*m, 0)) + 0.02
		mean[j], deviation[j] = float32(m), float32(d)
		for i := j; i < len(s.in); i += s.inputs {
			s.in[i] = max(min((s.in[i]-mean[j])/deviation[j], 6), -6)
		}
	}
	return mean, deviation
}

type trainer struct {
	net    *dsp.Net
	params [][]float32
	m, v   [][]float32
	step   int
}

func newTrainer(r rng, widths ...int) *trainer {
	t := &trainer{net: &dsp.Net{}}
	for i := 1; i < len(widths); i++ {
		l := dsp.Layer{In: widths[i-1], Out: widths[i], Weights: make([]float32, widths[i-1]*widths[i]), Bias: make([]float32, widths[i])}
		for j := range l.Weights {
			l.Weights[j] = float32(r.NormFloat64() * math.Sqrt(2/float64(l.In)))
		}
		t.net.Layers = append(t.net.Layers, l)
		t.params = append(t.params, l.Weights, l.Bias)
	}
	for _, p := range t.params {
		t.m, t.v = append(t.m, make([]float32, len(p))), append(t.v, make([]float32, len(p)))
	}
	return t
}

// train teaches a net by Adam with a falling rate. Each batch is halved over two goroutines and summed in a fixed order,
// so that the same seed gives the same net.
func train(seed uint64, s *samples, epochs int, widths ...int) (*dsp.Net, float64) {
	const batch, halves = 256, 2
	r := rand.New(rand.NewPCG(seed, 7))
	mean, deviation := s.standardise()
	t := newTrainer(r, widths...)
	var grads [halves][][]float32
	for h := range grads {
		for _, p := range t.params {
			grads[h] = append(grads[h], make([]float32, len(p)))
		}
	}
	order := r.Perm(s.rows())
	loss, total := 0.0, len(order)/batch*epochs
	for range epochs {
		loss = 0
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for b := 0; b+batch <= len(order); b += batch {
			var losses [halves]float64
			var wait sync.WaitGroup
			for h := range halves {
				part := order[b+h*batch/halves : b+(h+1)*batch/halves]
				wait.Go(func() { losses[h] = gradient(t.net, s, part, grads[h], uint64(t.step*halves+h)) })
			}
			wait.Wait()
			loss += losses[0] + losses[1]
			t.update(grads[:], batch, 0.002*(0.5+0.5*math.Cos(math.Pi*float64(t.step)/float64(total+1)))+1e-5)
		}
	}
	fold(t.net, mean, deviation)
	return t.net, loss / float64(s.rows())
}

// gradient adds up the gradients of some rows. Of each row's inputs a share is withheld, so that no net relies on a few that
// happen to tell the voices and tracks it is taught from.
func gradient(net *dsp.Net, s *samples, rows []int, grads [][]float32, seed uint64) (loss float64) {
	dropout := s.dropout
	r := rand.New(rand.NewPCG(seed, 11))
	input := make([]float32, s.inputs)
	for _, g := range grads {
		clear(g)
	}
	depth := len(net.Layers)
	acts, errs := make([][]float32, depth+1), make([][]float32, depth+1)
	for i, l := range net.Layers {
		acts[i+1], errs[i+1] = make([]float32, l.Out), make([]float32, l.Out)
		errs[i] = make([]float32, l.In)
	}
	for _, row := range rows {
		copy(input, s.in[row*s.inputs:])
		for k := range input {
			if r.Float32() < dropout {
				input[k] = 0
			} else {
				input[k] *= 1 / (1 - dropout)
			}
		}
		acts[0] = input
		for i, l := range net.Layers {
			for j := range acts[i+1] {
				v := l.Bias[j]
				w := l.Weights[j*l.In : (j+1)*l.In]
				for k, a := range acts[i] {
					v += w[k] * a
				}
				if i < depth-1 {
					v = max(v, 0)
				}
				acts[i+1][j] = v
			}
		}
		for j, logit := range acts[depth] {
			want, count := s.want[row*s.outputs+j], s.count[row*s.outputs+j]
			p := 1 / (1 + math.Exp(-float64(logit)))
			errs[depth][j] = (float32(p) - want) * count
			loss -= float64(count) * (float64(want)*math.Log(p+1e-9) + float64(1-want)*math.Log(1-p+1e-9))
		}
		for i := depth - 1; i >= 0; i-- {
			back(&net.Layers[i], acts[i], errs[i], acts[i+1], errs[i+1], grads[2*i], grads[2*i+1], i < depth-1, i > 0)
		}
	}
	return loss
}

// back carries the errors of a layer's outputs to its weights and, if wanted, to its inputs.
func back(l *dsp.Layer, in, inErr, out, outErr, weights, bias []float32, rectified, on bool) {
	clear(inErr)
	for j, e := range outErr {
		if e == 0 || rectified && out[j] <= 0 {
			continue
		}
		bias[j] += e
		g, w := weights[j*l.In:(j+1)*l.In], l.Weights[j*l.In:(j+1)*l.In]
		for k, a := range in {
			g[k] += e * a
		}
		if on {
			for k, v := range w {
				inErr[k] += e * v
			}
		}
	}
}

func (t *trainer) update(grads [][][]float32, batch int, rate float64) {
	t.step++
	c1, c2 := 1-math.Pow(0.9, float64(t.step)), 1-math.Pow(0.999, float64(t.step))
	for i, p := range t.params {
		m, v := t.m[i], t.v[i]
		for k := range p {
			g := (grads[0][i][k] + grads[1][i][k]) / float32(batch)
			m[k] += 0.1 * (g - m[k])
			v[k] += 0.001 * (g*g - v[k])
			d := float32(rate) * (m[k] / float32(c1)) / (float32(math.Sqrt(float64(v[k])/c2)) + 1e-8)
			p[k] -= d
			if i%2 == 0 { // weights decay, biases do not
				p[k] -= float32(rate) * 0.01 * p[k]
			}
		}
	}
}

// fold moves the standardisation of the inputs into the first layer.
func fold(net *dsp.Net, mean, deviation []float32) {
	l := &net.Layers[0]
	for j := range l.Bias {
		w := l.Weights[j*l.In : (j+1)*l.In]
		for k := range w {
			w[k] /= deviation[k]
			l.Bias[j] -= w[k] * mean[k]
		}
	}
}
