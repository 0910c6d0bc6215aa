package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

// Numbers of inputs of the two nets.
const (
	sceneInputs = 10*numTraits + 4*contextBlocks + 3
	frameInputs = 2*levelReach + 1 + 1 + 4*dsp.NumBands + 3*dsp.NumCepstra + 9 + 3*4 + 4 + 2 + 1 + 4

	// levelReach is how many frames before and after a frame its net sees the level of, bandReach and cepstraReach those
	// before and after it of which it sees the bands, and how the shape of the spectrum moved between them.
	levelReach, bandReach, cepstraReach = 8, 4, 2
)

// scene writes the inputs of the net that judges the block in the middle of the context, and leaves the sum of the
// context in whole, which is empty. It reports whether there is any sound to judge.
func (c *context) scene(in []float32, whole *block) bool {
	var before, after, near moments
	c.gather(0, blocksBefore, &before)
	c.gather(blocksBefore+1, contextBlocks, &after)
	whole.moments, whole.top = before, c.top()
	whole.join(&c.at(blocksBefore).moments)
	whole.join(&after)
	if whole.frames == 0 {
		return false
	}
	for i := range c.blocks {
		whole.least.Lower(&c.blocks[i].least)
	}
	c.gather(blocksBefore-2, blocksBefore+3, &near)
	reference := whole.top
	in = whole.describe(in[:0], reference, true)
	in = before.describe(in, reference, true)
	in = after.describe(in, reference, true)
	in = near.describe(in, reference, true)
	in = c.memory.describe(in, reference, true)
	for i := range contextBlocks {
		b := c.at(i)
		n := max(b.frames, 1)
		in = append(in, b.frames/blockFrames, max(b.top-reference, -60)/10, b.sum[traitFlux]/n, b.sum[traitTonal+1]/n)
	}
	in = append(in, reference/10, whole.frames/(contextBlocks*blockFrames), min(c.memory.frames/100, 2))
	return len(in) == sceneInputs
}

// frame writes the inputs of the net that judges frame n, which has frames before and after it, from what surrounds it
// and what its block and the block before were judged to be.
func (f *front) frame(n int, in []float32, whole *block, u *usual, scene *[4]float32) {
	var near [2*levelReach + 1]*heard
	for d := range near {
		near[d] = f.at(n + d - levelReach)
		in[d] = limit(near[d].Level-whole.top, -60, 1000) / 10
	}
	at := func(d int) *heard { return near[levelReach+d] }
	h := at(0)
	in = append(in[:len(near)], limit(h.Level-f.floor.Level(), -1000, 60)/10)
	for d := -bandReach; d <= bandReach; d += bandReach {
		in = in[:len(in)+dsp.NumBands]
		at(d).Bands.Above(in[len(in)-dsp.NumBands:], &whole.least, 0, 40)
	}
	in = in[:len(in)+dsp.NumBands]
	h.Bands.AboveMeans(in[len(in)-dsp.NumBands:], &u.bands, -30, 30)
	before, after := &at(-cepstraReach).Cepstra, &at(cepstraReach).Cepstra
	long, later := &at(-3*cepstraReach).Cepstra, &at(3*cepstraReach).Cepstra
	for _, v := range &h.Cepstra {
		in = append(in, float32(v)*dsp.CepstrumStep)
	}
	for i, v := range after {
		in = append(in, float32(int32(v)-int32(before[i]))*dsp.CepstrumStep)
	}
	for i, v := range later {
		in = append(in, float32(int32(v)-int32(long[i]))*dsp.CepstrumStep)
	}
	for _, d := range [...]int{-6, -4, -2, -1, 0, 1, 2, 4, 6} {
		in = append(in, share(at(d).Harmonicity))
	}
	for d := -3; d <= 3; d += 3 {
		t := &at(d).Tonality
		in = append(in, share(t[0]), share(t[1]), share(t[2]), share(t[3]))
	}
	for d := -1; d <= 2; d++ {
		in = append(in, float32(at(d).Flux)*dsp.LevelStep)
	}
	in = append(in, share(h.Steady[0]), share(h.Steady[1]), share(h.Peakiness))
	copy(in[len(in):frameInputs], scene[:])
}

func share(v int16) float32 { return float32(v) * dsp.ShareStep }

// limit brings a value into a range. Other than the builtin min and max it heeds no value that is no number, and takes half the time.
func limit(v, low, high float32) float32 {
	if v < low {
		return low
	}
	if v > high {
		return high
	}
	return v
}
