//go:build !goexperiment.simd || !amd64

package dsp

// Wide says whether eight values are computed at a time: in a program built with GOEXPERIMENT=simd for amd64.
const Wide = false

// What follows is never called.

type wideWeights struct{}

func packWide([]int16, int, int) (w wideWeights) { return w }

func (wideWeights) sum([]int16, []int32) {}

func products8Wide(*[pitchWindow / 2]float32, *[pitchWindow/2 + 7]float32, *[8]float32) {}

func levelWide(*[FrameSamples]float32) (sum, square [4]float32) { return sum, square }

func joinsWide(*[Bins]float32, *[Bins]float32) {}
