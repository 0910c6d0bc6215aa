package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

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

func (s *samples) join(o *samples) {
	s.in, s.want, s.count = append(s.in, o.in...), append(s.want, o.want...), append(s.count, o.count...)
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
			s.in[i] = (s.in[i] - mean[j]) / deviation[j]
		}
	}
	return mean, deviation
}

type trainer struct {
	net     *dsp.Net
	params  [][]float32 // weights and biases by turns
	grads   [][]float32
	m, v    [][]float32 // Adam's moments
	average [][]float32 // of the parameters over the last part of the training
	counted int
	step    int
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
		n := len(p)
		t.grads, t.average = append(t.grads, make([]float32, n)), append(t.average, make([]float32, n))
		t.m, t.v = append(t.m, make([]float32, n)), append(t.v, make([]float32, n))
	}
	return t
}

// train teaches a net by Adam with a falling rate. What it returns is the mean of the parameters over the last tenth of
// the steps, which does better on voices unheard than the last of them.
func train(seed uint64, s *samples, epochs int, widths ...int) (*dsp.Net, float64) {
	const batch = 256
	r := rand.New(rand.NewPCG(seed, 7))
	mean, deviation := s.standardise()
	t := newTrainer(r, widths...)
	p := newPass(t.net, batch)
	order := r.Perm(s.rows())
	loss, total := 0.0, len(order)/batch*epochs
	for range epochs {
		loss = 0
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for b := 0; b+batch <= len(order); b += batch {
			p.take(s, order[b:b+batch], r)
			p.forward(t.net)
			loss += p.backward(t.net, t.grads)
			t.update(batch, 0.002*(0.5+0.5*math.Cos(math.Pi*float64(t.step)/float64(total+1)))+1e-5)
			if t.step > total-max(total/10, 1) {
				t.count()
			}
		}
	}
	t.settle()
	fold(t.net, mean, deviation)
	return t.net, loss / float64(s.rows())
}

// pass is the memory of a batch on its way through a net and back.
type pass struct {
	rows        int
	acts, errs  []blas32.General // by layer: what goes into it and the error of that; the last are the net's outputs
	want, count []float32
}

func newPass(net *dsp.Net, rows int) *pass {
	p := &pass{rows: rows}
	add := func(width int) {
		general := func() blas32.General {
			return blas32.General{Rows: rows, Cols: width, Stride: width, Data: make([]float32, rows*width)}
		}
		p.acts, p.errs = append(p.acts, general()), append(p.errs, general())
	}
	add(net.Layers[0].In)
	for _, l := range net.Layers {
		add(l.Out)
	}
	last := rows * net.Layers[len(net.Layers)-1].Out
	p.want, p.count = make([]float32, last), make([]float32, last)
	return p
}

// take copies rows in. Of each row's inputs a share is withheld, so that no net relies on a few that happen to tell the
// voices and tracks it is taught from.
func (p *pass) take(s *samples, rows []int, r rng) {
	in := p.acts[0].Data
	for i, row := range rows {
		copy(in[i*s.inputs:(i+1)*s.inputs], s.in[row*s.inputs:])
		copy(p.want[i*s.outputs:(i+1)*s.outputs], s.want[row*s.outputs:])
		copy(p.count[i*s.outputs:(i+1)*s.outputs], s.count[row*s.outputs:])
	}
	if s.dropout == 0 {
		return
	}
	keep := 1 / (1 - s.dropout)
	limit := uint64(float64(s.dropout) * (1 << 16))
	var bits uint64
	for i := range in {
		if i%4 == 0 {
			bits = r.Uint64()
		}
		if bits&0xffff < limit {
			in[i] = 0
		} else {
			in[i] *= keep
		}
		bits >>= 16
	}
}

func weightsOf(l *dsp.Layer) blas32.General {
	return blas32.General{Rows: l.Out, Cols: l.In, Stride: l.In, Data: l.Weights}
}

// forward gives the logits for the rows taken in, as dsp.Net.Run does for one.
func (p *pass) forward(net *dsp.Net) {
	for i := range net.Layers {
		l, out := &net.Layers[i], p.acts[i+1]
		for row := range p.rows {
			copy(out.Data[row*l.Out:(row+1)*l.Out], l.Bias)
		}
		blas32.Gemm(blas.NoTrans, blas.Trans, 1, p.acts[i], weightsOf(l), 1, out)
		if i < len(net.Layers)-1 {
			for k, v := range out.Data {
				out.Data[k] = max(v, 0)
			}
		}
	}
}

// backward carries the errors back into the gradients, and returns the loss: the cross entropy of what was wanted.
func (p *pass) backward(net *dsp.Net, grads [][]float32) (loss float64) {
	depth := len(net.Layers)
	for k, logit := range p.acts[depth].Data {
		want, count := p.want[k], p.count[k]
		q := 1 / (1 + math.Exp(-float64(logit)))
		p.errs[depth].Data[k] = (float32(q) - want) * count
		loss -= float64(count) * (float64(want)*math.Log(q+1e-9) + float64(1-want)*math.Log(1-q+1e-9))
	}
	for i := depth - 1; i >= 0; i-- {
		l, e := &net.Layers[i], p.errs[i+1]
		if i < depth-1 {
			for k, v := range p.acts[i+1].Data {
				if v <= 0 {
					e.Data[k] = 0
				}
			}
		}
		blas32.Gemm(blas.Trans, blas.NoTrans, 1, e, p.acts[i], 0, blas32.General{Rows: l.Out, Cols: l.In, Stride: l.In, Data: grads[2*i]})
		bias := grads[2*i+1]
		clear(bias)
		for k, v := range e.Data {
			bias[k%l.Out] += v
		}
		if i > 0 {
			blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, e, weightsOf(l), 0, p.errs[i])
		}
	}
	return loss
}

func (t *trainer) update(batch int, rate float64) {
	t.step++
	c1, c2 := 1-math.Pow(0.9, float64(t.step)), 1-math.Pow(0.999, float64(t.step))
	for i, p := range t.params {
		m, v := t.m[i], t.v[i]
		decay := float32(0)
		if i%2 == 0 { // weights decay, biases do not
			decay = float32(rate) * 0.01
		}
		for k := range p {
			g := t.grads[i][k] / float32(batch)
			m[k] += 0.1 * (g - m[k])
			v[k] += 0.001 * (g*g - v[k])
			p[k] -= float32(rate)*(m[k]/float32(c1))/(float32(math.Sqrt(float64(v[k])/c2))+1e-8) + decay*p[k]
		}
	}
}

// count takes the parameters into their average.
func (t *trainer) count() {
	t.counted++
	for i, p := range t.params {
		for k, v := range p {
			t.average[i][k] += (v - t.average[i][k]) / float32(t.counted)
		}
	}
}

// settle makes the average the parameters.
func (t *trainer) settle() {
	if t.counted == 0 {
		return
	}
	for i, p := range t.params {
		copy(p, t.average[i])
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
