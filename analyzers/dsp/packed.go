package dsp

import "math"

// Steps of the numbers in a Packed: what one is worth.
const (
	LevelStep    = 1.0 / 256   // dB
	CepstrumStep = 1.0 / 512   // dB; a coefficient is within ±33
	ShareStep    = 1.0 / 32767 // of what is a share, or a likeness, of 1
	PitchStep    = 1.0 / 64    // Hz
	PeakStep     = 1.0 / 8     // Hz
)

// Levels are band levels in LevelSteps. Those of samples within ±1 lie between MinDB and a few dB.
type Levels [NumBands]int16

// Packed is Features in half the memory: what is kept of a frame until all that follows it has been heard. The numbers stand in the
// order of Features; each is rounded to the nearest step, and what none of them reaches, or is no number, becomes the last one.
type Packed struct {
	Level       float32 // dBov
	Bands       Levels
	Cepstra     [NumCepstra]int16 // CepstrumStep
	Pitch       int16             // PitchStep
	Harmonicity int16             // ShareStep
	Tilt        int16             // LevelStep
	Peak        int16             // PeakStep
	PeakShare   int16             // ShareStep
	Tonality    [numGroups]int16  // ShareStep
	Steady      [2]int16          // ShareStep
	Peakiness   int16             // ShareStep
	Flux        int16             // LevelStep
}

// Pack rounds features.
func (f *Features) Pack(p *Packed) {
	if Wide {
		f.packWide(p)
		return
	}
	p.Level = f.Level
	for i, v := range f.Bands {
		p.Bands[i] = fix(v, 1/LevelStep)
	}
	for i, v := range f.Cepstra {
		p.Cepstra[i] = fix(v, 1/CepstrumStep)
	}
	p.Pitch, p.Harmonicity = fix(f.Pitch, 1/PitchStep), fix(f.Harmonicity, 1/ShareStep)
	p.Tilt = fix(f.Tilt, 1/LevelStep)
	p.Peak, p.PeakShare = fix(f.Peak, 1/PeakStep), fix(f.PeakShare, 1/ShareStep)
	for i, v := range f.Tonality {
		p.Tonality[i] = fix(v, 1/ShareStep)
	}
	p.Steady = [2]int16{fix(f.Steady[0], 1/ShareStep), fix(f.Steady[1], 1/ShareStep)}
	p.Peakiness, p.Flux = fix(f.Peakiness, 1/ShareStep), fix(f.Flux, 1/LevelStep)
}

// rounder is so large that what is added to it is rounded to whole numbers: they are then the lowest bits of the sum, and those of
// rounder itself are 0.
const (
	rounder     = 3 << 22
	rounderBits = 0x4b400000
)

// fix multiplies and rounds to the nearest 16 bit number.
func fix(v, by float32) int16 {
	v = float32(v * by)
	bits := math.Float32bits(v + rounder)
	if bits-(rounderBits-1<<15) >= 1<<16 {
		return furthest(v)
	}
	return int16(bits)
}

// furthest is the 16 bit number next to one that is beyond them.
func furthest(v float32) int16 {
	if v > 0 {
		return math.MaxInt16
	}
	return math.MinInt16
}
