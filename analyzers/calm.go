package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

const (
	// calmRange is how far over the noise floor a frame may be, in dB, and still be nothing but noise. The floor is the least
	// of some seconds; frames of white noise are 0 to 3 dB over it.
	calmRange = 4
	// calmLevel is the level in dBov from which on nothing is taken for a line's noise without looking at it.
	calmLevel = -50
	// calmAfter is how many frames in a row there must be of it. From them is known what the noise is.
	calmAfter = 10
)

// calm tells a line on which nothing happens, for as long as it lasts. Its noise is measured for a while and then taken to go on
// as it was, but for the level, which alone can say that it does not.
type calm struct {
	run    int // frames in a row that are within calmRange of the floor
	mean   dsp.Features
	traits block // sums over the frames of the mean
}

func (c *calm) stop() { c.run = 0 }

// step takes the level of the next frame, and says whether that is all that there is to know of it.
func (c *calm) step(level, floor float32) bool {
	if level >= calmLevel || level > floor+calmRange {
		c.run = 0
		return false
	}
	if c.run++; c.run == 1 {
		c.mean = dsp.Features{}
		c.traits.clear()
	}
	return c.run > calmAfter
}

// learn takes in one of the first frames, which was measured in full.
func (c *calm) learn(f *dsp.Features, h, before *heard) {
	c.traits.add(f, h, before)
	share := 1 / c.traits.frames
	mix := func(mean *float32, v float32) { *mean += float32(share * (v - *mean)) }
	m := &c.mean
	for i := range m.Bands {
		mix(&m.Bands[i], f.Bands[i])
	}
	for i := range m.Tonality {
		mix(&m.Tonality[i], f.Tonality[i])
	}
	for i := range m.Steady {
		mix(&m.Steady[i], f.Steady[i])
	}
	mix(&m.Harmonicity, f.Harmonicity)
	mix(&m.Tilt, f.Tilt)
	mix(&m.Peak, f.Peak)
	mix(&m.PeakShare, f.PeakShare)
	mix(&m.Peakiness, f.Peakiness)
	mix(&m.Flux, f.Flux)
}

// fill gives a frame what is known of the noise, which the frame before has from the second one on.
func (c *calm) fill(h, before *heard) {
	level := h.Level
	if c.run == calmAfter+1 {
		dsp.Cepstrum(&c.mean.Bands, &c.mean.Cepstra)
		c.mean.Pack(&h.Packed)
	} else {
		h.Packed = before.Packed
	}
	h.Level = level
}

// addCalm counts a frame in of which the level is known, and of the rest what it is in general.
func (b *block) addCalm(general *block, level float32) {
	share := 1 / general.frames
	for i := range traitLevel {
		b.sum[i] += float32(share * general.sum[i])
		b.square[i] += float32(share * general.square[i])
	}
	b.sum[traitLevel] += level
	b.square[traitLevel] += float32(level * level)
	b.frames++
	b.top = max(b.top, level)
	b.least.Lower(&general.least)
}
