package dsp

import (
	"math"
	"testing"
)

// unpacked gives what the numbers of a Packed stand for.
func unpacked(p *Packed) (f Features) {
	f.Level = p.Level
	p.Bands.DB(&f.Bands)
	for i, v := range p.Cepstra {
		f.Cepstra[i] = float32(v) * CepstrumStep
	}
	for i, v := range p.Tonality {
		f.Tonality[i] = float32(v) * ShareStep
	}
	f.Steady = [2]float32{float32(p.Steady[0]) * ShareStep, float32(p.Steady[1]) * ShareStep}
	f.Pitch, f.Peak = float32(p.Pitch)*PitchStep, float32(p.Peak)*PeakStep
	f.Tilt, f.Flux = float32(p.Tilt)*LevelStep, float32(p.Flux)*LevelStep
	f.Harmonicity, f.PeakShare, f.Peakiness = float32(p.Harmonicity)*ShareStep, float32(p.PeakShare)*ShareStep, float32(p.Peakiness)*ShareStep
	return f
}

// quantities are all that is packed, with their steps and the ranges of audio.
var quantities = []struct {
	name            string
	step, low, high float64
	of              func(f *Features) []float32
}{
	{"bands", LevelStep, MinDB, 100, func(f *Features) []float32 { return f.Bands[:] }},
	{"cepstra", CepstrumStep, -33, 33, func(f *Features) []float32 { return f.Cepstra[:] }},
	{"pitch", PitchStep, 0, MaxPitch, func(f *Features) []float32 { return []float32{f.Pitch} }},
	{"harmonicity", ShareStep, 0, 1, func(f *Features) []float32 { return []float32{f.Harmonicity} }},
	{"tilt", LevelStep, -110, 110, func(f *Features) []float32 { return []float32{f.Tilt} }},
	{"peak", PeakStep, 0, 4000, func(f *Features) []float32 { return []float32{f.Peak} }},
	{"share of the peak", ShareStep, 0, 1, func(f *Features) []float32 { return []float32{f.PeakShare} }},
	{"tonality", ShareStep, -1, 1, func(f *Features) []float32 { return f.Tonality[:] }},
	{"steadiness", ShareStep, 0, 1, func(f *Features) []float32 { return f.Steady[:] }},
	{"peakiness", ShareStep, 0, 1, func(f *Features) []float32 { return []float32{f.Peakiness} }},
	{"flux", LevelStep, 0, 110, func(f *Features) []float32 { return []float32{f.Flux} }},
}

// all has the same number everywhere.
func all(v float32) (f Features) {
	f = Features{Level: v, Pitch: v, Harmonicity: v, Tilt: v, Peak: v, PeakShare: v, Steady: [2]float32{v, v}, Peakiness: v, Flux: v}
	for i := range f.Bands {
		f.Bands[i] = v
	}
	for i := range f.Cepstra {
		f.Cepstra[i] = v
	}
	for i := range f.Tonality {
		f.Tonality[i] = v
	}
	return f
}

// TestPackRoundsToTheNearest goes over the range of each number, and to where it ends.
func TestPackRoundsToTheNearest(t *testing.T) {
	var p Packed
	for _, q := range quantities {
		for n := range 200_001 {
			want := float32(q.low + (q.high-q.low)*float64(n)/200_000)
			f := all(want)
			f.Pack(&p)
			f = unpacked(&p)
			for i, v := range q.of(&f) {
				// Beyond half a step: what a float32 of that size may be off.
				if off := math.Abs(float64(v) - float64(want)); off > 0.5*q.step+math.Abs(float64(want))*1.2e-7 {
					t.Fatalf("%s %d: %v becomes %v, off by %.4f steps", q.name, i, want, v, off/q.step)
				}
			}
		}
		for want, far := range map[float64][]float32{
			math.MaxInt16 * q.step: {40_000, 1e9, math.MaxFloat32, float32(math.Inf(1))},
			math.MinInt16 * q.step: {-40_000, -12_582_913, -1e9, -math.MaxFloat32, float32(math.Inf(-1)), float32(math.NaN())},
		} {
			for _, v := range far {
				f := all(v)
				f.Pack(&p)
				f = unpacked(&p)
				for _, got := range q.of(&f) {
					if math.Abs(float64(got)-want) > 1e-4*q.step+math.Abs(want)*1.2e-7 {
						t.Errorf("%s: %v becomes %v, want %v", q.name, v, got, want)
					}
				}
			}
		}
	}
}

// TestPackKeepsWholeValues: thresholds at the ends of a range mean them.
func TestPackKeepsWholeValues(t *testing.T) {
	f := all(0)
	f.Harmonicity, f.PeakShare, f.Bands[0], f.Pitch, f.Peak = 1, 1, MinDB, MaxPitch, 450
	var p Packed
	f.Pack(&p)
	if got := unpacked(&p); got != f {
		t.Errorf("%+v becomes %+v", f, got)
	}
}

// TestCepstraFit: the largest that a coefficient can be has all bands at one of two ends.
func TestCepstraFit(t *testing.T) {
	for q := range NumCepstra {
		var bands [NumBands]float32
		for b := range bands {
			if math.Cos(math.Pi*float64(q+1)*(float64(b)+0.5)/NumBands) < 0 {
				bands[b] = -50
			}
		}
		var c [NumCepstra]float32
		Cepstrum(&bands, &c)
		if abs(c[q]) > 33 {
			t.Errorf("coefficient %d can be %v", q, c[q])
		}
	}
}

func TestLevels(t *testing.T) {
	level := func(dB float32) (l Levels) {
		f, p := all(dB), Packed{}
		f.Pack(&p)
		return p.Bands
	}
	loud, soft, far := level(-10), level(-35), level(-100)
	same := func(what string, got [NumBands]float32, want float32) {
		t.Helper()
		for _, v := range got {
			if abs(v-want) > 1e-6 {
				t.Errorf("%s: %v, want %v", what, got, want)
				return
			}
		}
	}
	var out [NumBands]float32
	loud.Above(out[:], &soft, 0, 40)
	same("loud over soft", out, 2.5)
	loud.Above(out[:], &far, 0, 40)
	same("loud over far", out, 4)
	soft.Above(out[:], &loud, 0, 40)
	same("soft over loud", out, 0)
	var means Means
	means.Follow(&soft, 1)
	loud.AboveMeans(out[:], &means, -30, 30)
	same("loud over the mean of soft", out, 2.5)
	far.AboveMeans(out[:], &means, -30, 30)
	same("far over the mean of soft", out, -3)
	means.Follow(&far, 0.5)
	same("half the way", means, -67.5/LevelStep)
	low := loud
	low.Lower(&soft)
	low.Lower(&loud)
	low.DB(&out)
	same("the lower", out, -35)
}
