//go:build goexperiment.simd && amd64

package dsp

import (
	"math"
	"simd/archsimd"
	"unsafe"
)

// packedValues is how many 16 bit numbers a Packed is: those of Features from its bands to its flux, in the same order.
const packedValues = (unsafe.Offsetof(Packed{}.Flux)-unsafe.Offsetof(Packed{}.Bands))/2 + 1

// It does not compile where there are not as many on either side.
var _ = [1]int{}[packedValues-((unsafe.Offsetof(Features{}.Flux)-unsafe.Offsetof(Features{}.Bands))/4+1)]

// packedScales are what the numbers are multiplied by.
var packedScales = func() (s [packedValues]float32) {
	f := Features{Pitch: 1 / PitchStep, Harmonicity: 1 / ShareStep, Tilt: 1 / LevelStep, Peak: 1 / PeakStep, PeakShare: 1 / ShareStep,
		Steady: [2]float32{1 / ShareStep, 1 / ShareStep}, Peakiness: 1 / ShareStep, Flux: 1 / LevelStep}
	for i := range f.Bands {
		f.Bands[i] = 1 / LevelStep
	}
	for i := range f.Cepstra {
		f.Cepstra[i] = 1 / CepstrumStep
	}
	for i := range f.Tonality {
		f.Tonality[i] = 1 / ShareStep
	}
	return *f.values()
}()

func (f *Features) values() *[packedValues]float32 {
	return (*[packedValues]float32)(unsafe.Pointer(&f.Bands))
}

// packWide is Pack.
func (f *Features) packWide(p *Packed) {
	p.Level = f.Level
	from, to := f.values(), (*[packedValues]int16)(unsafe.Pointer(&p.Bands))
	for i := 0; i < len(to); i += 8 {
		i := min(i, len(to)-8) // the last eight overlap with those before
		fixWide(archsimd.LoadFloat32x8((*[8]float32)(from[i:])), archsimd.LoadFloat32x8((*[8]float32)(packedScales[i:]))).Store((*[8]int16)(to[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// fixWide is fix.
func fixWide(v, by archsimd.Float32x8) archsimd.Int16x8 {
	least, most := archsimd.BroadcastFloat32x8(math.MinInt16), archsimd.BroadcastFloat32x8(math.MaxInt16)
	v = v.Mul(by)
	v = v.Merge(least, v.Greater(least))
	v = most.Merge(v, v.Greater(most))
	w := v.Add(archsimd.BroadcastFloat32x8(rounder)).AsInt32x8().Sub(archsimd.BroadcastInt32x8(rounderBits))
	return w.GetLo().SaturateToInt16Concat(w.GetHi())
}

// floats makes eight numbers of 16 bits eight of the other kind.
func floats(x *[8]int16) archsimd.Float32x8 {
	return archsimd.LoadInt16x8(x).ExtendToInt32().ConvertToFloat32()
}
