package voice

import "github.com/earshot/earshot/analyzers/dsp"

const (
	// leastKnown is how many voiced frames a speaker is known from: 1 s.
	leastKnown = 50
	// relevance is how many frames of a part weigh as much as the part of voices at large (Reynolds: 8 to 20).
	relevance = 16
	// enough frames, a minute, make a print that further ones hardly change.
	enough = 3000
	// depth is how far under the frame's loudest band a band counts, in dB.
	depth = 50
)

// everyBand is heard where there is nothing but the voice.
var everyBand = func() (all [dsp.NumBands]bool) {
	for i := range all {
		all[i] = true
	}
	return all
}()

// Print is what was heard of a speaker so far, without anything beside the voice. The zero Print has heard nothing.
type Print struct {
	frames float32
	octave float32 // sum of the pitches' binary logarithms
	count  [Parts]float32
	sum    [Parts]Bands
}

// Add takes in the bands of a voiced frame, in dB, and its pitch in Hz, until enough is heard.
func (p *Print) Add(m *Model, bands *Bands, pitch float32) {
	if p.frames >= enough {
		return
	}
	levels := Shape(bands)
	var share [Parts]float32
	for k := range share {
		share[k], _ = m.likelihood(k, &m.Mean[k], &levels, &everyBand)
	}
	sum(&share)
	for k, s := range share {
		p.count[k] += s
		for i, l := range levels {
			p.sum[k][i] += float32(s * l)
		}
	}
	p.frames++
	p.octave += dsp.Log2(pitch)
}

// Join takes in what another print has heard.
func (p *Print) Join(o *Print) {
	p.frames += o.frames
	p.octave += o.octave
	for k := range p.sum {
		p.count[k] += o.count[k]
		for i, s := range o.sum[k] {
			p.sum[k][i] += s
		}
	}
}

// Speaker is what one speaker sounds like. The zero Speaker is nobody.
type Speaker struct {
	known  bool
	octave float32
	mean   [Parts]Bands
	shape  Bands // how the speaker's levels differ from those of voices at large
}

// Speaker is who left the print.
func (m *Model) Speaker(p *Print) Speaker {
	s := Speaker{known: p.frames >= leastKnown}
	if !s.known {
		return s
	}
	s.octave = p.octave / p.frames
	for k := range s.mean {
		for i, mean := range m.Mean[k] {
			s.mean[k][i] = (p.sum[k][i] + float32(relevance*mean)) / (p.count[k] + relevance)
			s.shape[i] += (p.sum[k][i] - float32(p.count[k]*mean)) / p.frames
		}
	}
	return s
}

// Shape is the levels less their mean: what a Model is made of.
func Shape(bands *Bands) Bands {
	levels := *bands
	top := levels[0]
	for _, l := range levels[1:] {
		top = max(top, l)
	}
	mean := float32(0)
	for i, l := range levels {
		levels[i] = max(l, top-depth)
		mean += levels[i]
	}
	mean /= dsp.NumBands
	for i := range levels {
		levels[i] -= mean
	}
	return levels
}
