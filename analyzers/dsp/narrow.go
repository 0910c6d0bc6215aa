//go:build !goexperiment.simd || !amd64

package dsp

// Wide says whether eight values are computed at a time: in a program built with GOEXPERIMENT=simd for amd64.
const Wide = false

// What follows is never called.

type wideWeights struct{}

func packWide([]int16, int, int) (w wideWeights) { return w }

func (wideWeights) sum(*fixedInputs, int, []int32) {}

func (*fixedLayer) rectifyWide(*[MaxWidth]int32, *[MaxWidth]float32, float32) float32 { return 0 }

func roundInputsWide([]int16, []float32, []float32) int { return 0 }

func scaleInputsWide([]int16, []float32, float32) int { return 0 }

func cepstrumWide(*[NumBands]float32, *[NumCepstra]float32) {}

func addWide(_, _ []float32) int { return 0 }

func addMomentsWide(_, _, _ []float32) int { return 0 }

func (*Features) packWide(*Packed) {}

func (*Levels) dbWide(*[NumBands]float32) {}

func (*Levels) lowerWide(*Levels) {}

func (*Levels) aboveWide(*[NumBands]float32, *Levels, int16, int16) {}

func (*Levels) aboveMeansWide(*[NumBands]float32, *Means, float32, float32) {}

func (*Means) followWide(*Levels, float32) {}

func transformWide(*[FFTSize]float32, *Spectrum) {}

func levelWide(*[FrameSamples]float32) (sum, square [4]float32) { return sum, square }

func levelsWide(_, _ *[NumBands]float32) {}

func totalWide([]float32) float32 { return 0 }

func dotWide(_, _ []float32) float32 { return 0 }

func (*Analysis) bandsWide(*Spectrum, *sums, *[NumBands]float32, *Features) {}

func halveWide(_, _ []float32) {}

func lessWide(_, _ []float32, _ float32) {}

func fitWide(*[coarseSamples]float32, *[coarseLags]float32, float32) {}

func products5Wide(*[pitchWindow]float32, *[pitchWindow + 7]float32) (c [fineLags]float32) { return c }
