// Package voice tells whether somebody who speaks over music is a speaker heard before: the agent, say, and not an
// advertisement's announcer.
//
// A Model knows voices at large: a mixture of normal distributions over the shape of the spectrum of voiced frames, as in
// Reynolds, Quatieri and Dunn, "Speaker Verification Using Adapted Gaussian Mixture Models" (Digital Signal Processing 10, 2000).
// A Print collects what is heard of a speaker, a Speaker is the mixture adapted to it, and Evidence compares what is heard
// later with both. What is heard over music is compared only in the bands in which the voice is louder than the music (Cooke et
// al., "Robust Automatic Speech Recognition with Missing and Unreliable Acoustic Data", Speech Communication 34, 2001).
//
// This is enough to tell most announcers from most agents within a call, and far too little to know anybody by.
package voice

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/earshot/earshot/analyzers/dsp"
)

// Parts is the number of distributions in the mixture.
const Parts = 8

// Bands are levels or powers by the bands of dsp.BandEdges.
type Bands = [dsp.NumBands]float32

// Model is what is known of voices at large, and how the evidence is weighed. It is not written to once made, and shared.
type Model struct {
	// Weight is the binary logarithm of each part's share; Mean and Variance are of the level of each band less the mean of the
	// bands, in dB.
	Weight         [Parts]float32
	Mean, Variance [Parts]Bands
	// Weigh holds a constant and the weights of the Traits in the logit of "the same speaker".
	Weigh [1 + NumTraits]float32

	inverse, spread [Parts]Bands // half of log2(e)/variance, half of log2(variance)
}

// size in floats, when encoded.
const size = Parts*(1+2*dsp.NumBands) + 1 + NumTraits

func (m *Model) values() []*float32 {
	var all []*float32
	for k := range Parts {
		all = append(all, &m.Weight[k])
		for i := range dsp.NumBands {
			all = append(all, &m.Mean[k][i], &m.Variance[k][i])
		}
	}
	for i := range m.Weigh {
		all = append(all, &m.Weigh[i])
	}
	return all
}

// Append encodes the model behind data.
func (m *Model) Append(data []byte) []byte {
	for _, v := range m.values() {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(*v))
	}
	return data
}

// Decode reads a model, and returns the data after it.
func Decode(data []byte) (*Model, []byte, error) {
	if len(data) < 4*size {
		return nil, nil, fmt.Errorf("cannot read the model of voices: %d bytes, expected %d", len(data), 4*size)
	}
	m := new(Model)
	for _, v := range m.values() {
		*v, data = math.Float32frombits(binary.LittleEndian.Uint32(data)), data[4:]
	}
	if err := m.Prepare(); err != nil {
		return nil, nil, fmt.Errorf("cannot read the model of voices: %w", err)
	}
	return m, data, nil
}

// Prepare is called once all is set, and before anything else.
func (m *Model) Prepare() error {
	for k := range Parts {
		for i, v := range m.Variance[k] {
			if !(v > 0) || v > 1e6 {
				return fmt.Errorf("variance %g of band %d in part %d, expected one over 0", v, i, k)
			}
			m.inverse[k][i] = math.Log2E / (2 * v)
			m.spread[k][i] = dsp.Log2(v) / 2
		}
	}
	return nil
}

// likelihood of a part whose mean is given: a logarithm to base 2. Only bands that are heard count, and a gain, the same in all
// of them, does not.
func (m *Model) likelihood(k int, mean, levels *Bands, heard *[dsp.NumBands]bool) (log, gain float32) {
	n := float32(0)
	for i, h := range heard {
		if h {
			gain += levels[i] - mean[i]
			n++
		}
	}
	gain /= n
	log = m.Weight[k]
	for i, h := range heard {
		if h {
			d := levels[i] - mean[i] - gain
			log -= float32(d*d*m.inverse[k][i]) + m.spread[k][i]
		}
	}
	return log, gain
}

// sum is the logarithm to base 2 of a sum of which the logarithms are given; it leaves in them the shares.
func sum(logs *[Parts]float32) float32 {
	most := logs[0]
	for _, l := range logs[1:] {
		most = max(most, l)
	}
	total := float32(0)
	for k, l := range logs {
		logs[k] = dsp.Exp2(l - most)
		total += logs[k]
	}
	for k := range logs {
		logs[k] /= total
	}
	return most + dsp.Log2(total)
}
