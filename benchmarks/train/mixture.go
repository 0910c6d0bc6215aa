package main

import (
	"math"
	"math/rand/v2"

	"github.com/earshot/earshot/analyzers/dsp"
	"github.com/earshot/earshot/analyzers/voice"
)

const (
	mixtureRounds = 50
	// leastVariance in dB² keeps a part from fitting a few frames only.
	leastVariance = 1
)

// fit finds the mixture under which the shapes are likeliest, by expectation and maximisation.
func fit(r *rand.Rand, shapes []voice.Bands, m *voice.Model) {
	const bands = dsp.NumBands
	var mean, variance [bands]float64
	for _, x := range shapes {
		for i, v := range x {
			mean[i] += float64(v) / float64(len(shapes))
		}
	}
	for _, x := range shapes {
		for i, v := range x {
			variance[i] += math.Pow(float64(v)-mean[i], 2) / float64(len(shapes))
		}
	}
	var parts [voice.Parts]struct {
		weight         float64
		mean, variance [bands]float64
	}
	for k := range parts {
		parts[k].weight, parts[k].variance = 1.0/voice.Parts, variance
		for i, v := range shapes[r.IntN(len(shapes))] {
			parts[k].mean[i] = float64(v)
		}
	}
	for range mixtureRounds {
		var count [voice.Parts]float64
		var first, second [voice.Parts][bands]float64
		var constant [voice.Parts]float64
		for k, p := range parts {
			constant[k] = math.Log(p.weight)
			for _, v := range p.variance {
				constant[k] -= math.Log(v) / 2
			}
		}
		for _, x := range shapes {
			var share [voice.Parts]float64
			most := math.Inf(-1)
			for k := range parts {
				share[k] = constant[k]
				for i, v := range x {
					d := float64(v) - parts[k].mean[i]
					share[k] -= d * d / parts[k].variance[i] / 2
				}
				most = max(most, share[k])
			}
			total := 0.0
			for k := range share {
				share[k] = math.Exp(share[k] - most)
				total += share[k]
			}
			for k, s := range share {
				s /= total
				count[k] += s
				for i, v := range x {
					first[k][i] += s * float64(v)
					second[k][i] += s * float64(v) * float64(v)
				}
			}
		}
		for k := range parts {
			n := count[k] + 1e-6
			parts[k].weight = n / float64(len(shapes))
			for i := range bands {
				mu := first[k][i] / n
				parts[k].mean[i], parts[k].variance[i] = mu, max(second[k][i]/n-mu*mu, 0)+leastVariance
			}
		}
	}
	for k, p := range parts {
		m.Weight[k] = float32(math.Log2(p.weight))
		for i := range bands {
			m.Mean[k][i], m.Variance[k][i] = float32(p.mean[i]), float32(p.variance[i])
		}
	}
}
