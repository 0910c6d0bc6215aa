package analyzers

import (
	"slices"

	"github.com/earshot/earshot/analyzers/dsp"
)

// Ranges of what the nets take, by what it is: within ± so much lies all that sounds do. Levels and their differences are in
// dB, where they are divided by 10 in tens of it.
const (
	shapeRange  = 64 // a cepstral coefficient; it cannot be more
	changeRange = 96 // its change
	fluxRange   = 64
	tiltRange   = 64
	levelRange  = 128
	tensRange   = 8
	logitRange  = 32
)

// add appends n times the same range.
func add(ranges []float32, n int, r float32) []float32 {
	return append(ranges, slices.Repeat([]float32{r}, n)...)
}

// traitRanges are those of block.add.
func traitRanges() (r []float32) {
	r = add(r, dsp.NumCepstra, shapeRange)
	r = append(r, fluxRange, 1, 1, 1, 1)
	r = add(r, 4, 1)
	return append(r, 1, 0.5, tiltRange, levelRange)
}

// sceneRanges are those of context.scene.
func sceneRanges() (r []float32) {
	for range 10 {
		r = append(r, traitRanges()...)
	}
	for range contextBlocks {
		r = append(r, 1, tensRange, fluxRange, 1)
	}
	return append(r, levelRange/10, 1, 2)
}

// frameRanges are those of front.frame.
func frameRanges() (r []float32) {
	r = add(r, 2*levelReach+2, tensRange)
	r = add(r, 3*dsp.NumBands, 4)
	r = add(r, dsp.NumBands, 3)
	r = add(r, dsp.NumCepstra, shapeRange)
	r = add(r, 2*dsp.NumCepstra, changeRange)
	r = add(r, 9+3*4, 1)
	r = add(r, 4, fluxRange)
	r = add(r, 3, 1)
	return add(r, 4, logitRange)
}
