package voice

import "github.com/earshot/earshot/analyzers/dsp"

const (
	// leastBands is in how many bands a voice must be heard, leastFrames in how many frames: 0.2 s.
	leastBands, leastFrames = 6, 10
	// mostRatio bounds what one frame says for or against the speaker, in bits.
	mostRatio = 7
	// bandFrames is from how many frames on a band's shape counts half.
	bandFrames = 30
	// farOff is the most that two pitches can be apart, in octaves.
	farOff = 1
)

// Evidence is what was heard of somebody, compared with a speaker. The zero Evidence has heard nothing.
type Evidence struct {
	frames float32
	ratio  float32 // sum over the frames: how much likelier the speaker is than anybody, in bits
	octave float32 // sum of the pitches' binary logarithms
	shape  Bands   // sum of what the levels differ by from those of voices at large
	heard  Bands   // in how many frames
}

// Add takes in the bands of a voiced frame, in dB, in which something else has the given power, and its pitch in Hz.
func (e *Evidence) Add(m *Model, s *Speaker, bands, other *Bands, pitch float32) {
	if !s.known {
		return
	}
	var levels Bands
	var heard [dsp.NumBands]bool
	n := 0
	for i, b := range bands {
		if p := dsp.Power(b) - other[i]; p > other[i] {
			levels[i], heard[i] = dsp.DB(p), true
			n++
		}
	}
	if n < leastBands {
		return
	}
	var anybody, speaker, gain [Parts]float32
	for k := range Parts {
		anybody[k], gain[k] = m.likelihood(k, &m.Mean[k], &levels, &heard)
		speaker[k], _ = m.likelihood(k, &s.mean[k], &levels, &heard)
	}
	e.ratio += min(max(sum(&speaker)-sum(&anybody), -mostRatio), mostRatio)
	for i, h := range heard {
		if !h {
			continue
		}
		usual := float32(0)
		for k, share := range anybody {
			usual += float32(share * (m.Mean[k][i] + gain[k]))
		}
		e.shape[i] += levels[i] - usual
		e.heard[i]++
	}
	e.octave += dsp.Log2(pitch)
	e.frames++
}

// Join takes in what another has heard, compared with the same speaker.
func (e *Evidence) Join(o *Evidence) {
	e.frames += o.frames
	e.ratio += o.ratio
	e.octave += o.octave
	for i := range e.shape {
		e.shape[i] += o.shape[i]
		e.heard[i] += o.heard[i]
	}
}

// NumTraits is how many traits evidence is weighed by.
const NumTraits = 4

// Traits are the likelihood ratio of a frame in bits, how far apart the pitches are in octaves and the spectra's shapes in dB,
// and the binary logarithm of how many frames were heard. It reports false where too little was heard.
func (e *Evidence) Traits(s *Speaker) (t [NumTraits]float32, ok bool) {
	if !s.known || e.frames < leastFrames {
		return t, false
	}
	var apart, weight Bands
	sum, weights := float32(0), float32(0)
	for i, n := range e.heard {
		weight[i] = n / (n + bandFrames)
		apart[i] = (s.shape[i] - e.shape[i]/max(n, 1)) * weight[i]
		sum += float32(apart[i] * weight[i])
		weights += weight[i]
	}
	square := float32(0)
	for i := range apart {
		d := apart[i] - sum/weights
		square += float32(d * d)
	}
	pitch := e.octave/e.frames - s.octave
	return [NumTraits]float32{
		e.ratio / e.frames, min(max(pitch, -pitch), farOff), dsp.Sqrt(square / dsp.NumBands), dsp.Log2(e.frames),
	}, true
}

// Same is how likely it is, 0 to 1, that who was heard is the speaker. It reports false where too little was heard.
func (m *Model) Same(s *Speaker, e *Evidence) (likelihood float32, ok bool) {
	traits, ok := e.Traits(s)
	if !ok {
		return 0, false
	}
	logit := m.Weigh[0]
	for i, t := range traits {
		logit += float32(m.Weigh[1+i] * t)
	}
	return dsp.Sigmoid(logit), true
}
