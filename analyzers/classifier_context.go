package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

// The classifier works in blocks of 100 ms, and judges a block from those around it: a second before, 0.7 s after, and a fading
// memory of what was before that.
const (
	blockFrames   = 5
	blocksBefore  = 10
	blocksAfter   = 7
	contextBlocks = blocksBefore + 1 + blocksAfter

	// numTraits is the number of traits of a frame whose means and deviations describe a stretch of sound.
	numTraits = dsp.NumCepstra + 13
	// Places of single traits.
	traitFlux  = dsp.NumCepstra
	traitTonal = dsp.NumCepstra + 5
	traitLevel = numTraits - 1

	// memoryFade is what is left of the memory after a block: half is gone in 3 s.
	memoryFade = 0.977
)

// moments are the sums of the traits and of their squares over frames that are not silent.
type moments struct {
	frames      float32
	sum, square [numTraits]float32
}

// block is 100 ms: the moments of its frames, and what else is told of them together.
type block struct {
	moments
	// top is the highest level of a frame, least the lowest level of each band.
	top   float32
	least dsp.Levels
	// lively counts the frames that are neither silent nor calm.
	lively uint8
}

func (b *block) clear() { *b = block{top: dsp.MinDB} }

// add counts a frame in, by its features and by what is kept of it. The frame before is for how the pitch moved.
func (b *block) add(f *dsp.Features, h, before *heard) {
	var traits [numTraits]float32
	copy(traits[:], f.Cepstra[:])
	t := traits[dsp.NumCepstra:]
	t[0] = f.Flux
	t[1], t[2] = f.Steady[0], f.Steady[1]
	t[3], t[4] = f.Peakiness, f.PeakShare
	copy(t[5:9], f.Tonality[:])
	t[9] = f.Harmonicity
	t[10] = glide(h, before)
	t[11] = max(f.Tilt, -40)
	t[12] = f.Level
	dsp.AddMoments(b.sum[:], b.square[:], traits[:])
	b.frames++
	b.lively++
	b.top = max(b.top, f.Level)
	b.least.Lower(&h.Bands)
}

// glide tells how far the pitch moved since the frame before, in octaves; half an octave where there is no pitch.
func glide(h, before *heard) float32 {
	if h.Pitch == 0 || before.Pitch == 0 {
		return 0.5
	}
	d := dsp.Log2(float32(h.Pitch) / float32(before.Pitch))
	return min(max(d, -d), 0.5)
}

// context is the blocks around the one to be judged, oldest first from start, and the memory of those before. The newest is filled in
// its place.
type context struct {
	blocks [contextBlocks]block
	start  int
	memory moments
}

func (c *context) reset() {
	*c = context{}
	for i := range c.blocks {
		c.blocks[i].clear()
	}
}

// at returns a block by its place, the one to be judged being at blocksBefore.
func (c *context) at(i int) *block { return &c.blocks[(c.start+i)%contextBlocks] }

// newest is the block being filled, or just filled.
func (c *context) newest() *block { return c.at(contextBlocks - 1) }

// begin lets the oldest block sink into the memory, and begins a new one in its place.
func (c *context) begin() {
	oldest, m := &c.blocks[c.start], &c.memory
	m.frames = float32(m.frames*memoryFade) + oldest.frames
	for i := range m.sum {
		m.sum[i] = float32(m.sum[i]*memoryFade) + oldest.sum[i]
		m.square[i] = float32(m.square[i]*memoryFade) + oldest.square[i]
	}
	oldest.clear()
	c.start = (c.start + 1) % contextBlocks
}

// calm says that nothing depends on what the block to be judged is: neither it nor the next one has a frame to be judged, and
// whatever is around them is too soft to be music.
func (c *context) calm() bool {
	return c.at(blocksBefore).lively == 0 && c.at(blocksBefore+1).lively == 0 && c.topAround(2) < leastMusic
}

// top is the highest level of a frame.
func (c *context) top() float32 {
	top := float32(dsp.MinDB)
	for i := range c.blocks {
		top = max(top, c.blocks[i].top)
	}
	return top
}

// topAround is the highest level of a frame in the block to be judged and some on either side.
func (c *context) topAround(blocks int) float32 {
	top := float32(dsp.MinDB)
	for i := blocksBefore - blocks; i <= blocksBefore+blocks; i++ {
		top = max(top, c.at(i).top)
	}
	return top
}

// gather sums the blocks from one place to before another.
func (c *context) gather(from, to int, into *moments) {
	for n := from; n < to; n++ {
		into.join(&c.at(n).moments)
	}
}

// join adds other frames.
func (m *moments) join(o *moments) {
	if o.frames == 0 {
		return
	}
	m.frames += o.frames
	dsp.Add(m.sum[:], o.sum[:])
	dsp.Add(m.square[:], o.square[:])
}

// describe appends the means of the traits, the level relative to a reference, and on request their deviations.
func (m *moments) describe(in []float32, reference float32, deviations bool) []float32 {
	share := 1 / max(m.frames, 1)
	for i, sum := range &m.sum {
		mean := float32(sum * share)
		if i == traitLevel && m.frames > 0 {
			mean -= reference
		}
		in = append(in, mean)
	}
	if !deviations {
		return in
	}
	for i, sum := range &m.sum {
		mean := float32(sum * share)
		in = append(in, dsp.Sqrt(max(float32(m.square[i]*share)-float32(mean*mean), 0)))
	}
	return in
}
