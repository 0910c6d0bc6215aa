//go:build goexperiment.simd && amd64

package dsp

import "simd/archsimd"

// dbWide is DB.
func (l *Levels) dbWide(to *[NumBands]float32) {
	by := archsimd.BroadcastFloat32x8(LevelStep)
	for i := 0; i < NumBands; i += 8 {
		i := min(i, NumBands-8) // the last eight overlap with those before
		floats((*[8]int16)(l[i:])).Mul(by).Store((*[8]float32)(to[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// lowerWide is Lower. Nothing overlaps: what has just been written in other pieces is slow to read, and one call often follows another.
func (l *Levels) lowerWide(levels *Levels) {
	const eights = NumBands / 8 * 8
	for i := 0; i < eights; i += 8 {
		to := (*[8]int16)(l[i:])
		archsimd.LoadInt16x8(to).Min(archsimd.LoadInt16x8((*[8]int16)(levels[i:]))).Store(to)
	}
	for i := eights; i < NumBands; i++ {
		l[i] = min(l[i], levels[i])
	}
}

// aboveWide is Above.
func (l *Levels) aboveWide(to *[NumBands]float32, others *Levels, low, high int16) {
	least, most, by := archsimd.BroadcastInt16x8(low), archsimd.BroadcastInt16x8(high), archsimd.BroadcastFloat32x8(tens)
	for i := 0; i < NumBands; i += 8 {
		i := min(i, NumBands-8)
		v := archsimd.LoadInt16x8((*[8]int16)(l[i:])).SubSaturated(archsimd.LoadInt16x8((*[8]int16)(others[i:])))
		v.Max(least).Min(most).ExtendToInt32().ConvertToFloat32().Mul(by).Store((*[8]float32)(to[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// followWide is Follow.
func (m *Means) followWide(l *Levels, share float32) {
	by, done := archsimd.BroadcastFloat32x8(share), m[NumBands-8:]
	last := archsimd.LoadFloat32x8((*[8]float32)(done)) // overlaps with those before, so it is taken before they change
	last = last.Add(by.Mul(floats((*[8]int16)(l[NumBands-8:])).Sub(last)))
	for i := 0; i < NumBands-8; i += 8 {
		to := (*[8]float32)(m[i:])
		v := archsimd.LoadFloat32x8(to)
		v.Add(by.Mul(floats((*[8]int16)(l[i:])).Sub(v))).Store(to)
	}
	last.Store((*[8]float32)(done))
	archsimd.ClearAVXUpperBits()
}

// aboveMeansWide is AboveMeans.
func (l *Levels) aboveMeansWide(to *[NumBands]float32, means *Means, low, high float32) {
	least, most, by := archsimd.BroadcastFloat32x8(low), archsimd.BroadcastFloat32x8(high), archsimd.BroadcastFloat32x8(tens)
	for i := 0; i < NumBands; i += 8 {
		i := min(i, NumBands-8)
		v := floats((*[8]int16)(l[i:])).Sub(archsimd.LoadFloat32x8((*[8]float32)(means[i:])))
		v = least.Merge(most.Merge(v, v.Greater(most)), v.Less(least))
		v.Mul(by).Store((*[8]float32)(to[i:]))
	}
	archsimd.ClearAVXUpperBits()
}
