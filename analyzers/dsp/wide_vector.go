//go:build goexperiment.simd && amd64

package dsp

import "simd/archsimd"

// addWide is Add for as many as make fours, and returns how many those are.
func addWide(to, x []float32) (done int) {
	for ; len(to)-done >= 8; done += 8 {
		t := (*[8]float32)(to[done:])
		archsimd.LoadFloat32x8(t).Add(archsimd.LoadFloat32x8((*[8]float32)(x[done:]))).Store(t)
	}
	if len(to)-done >= 4 {
		t := (*[4]float32)(to[done:])
		archsimd.LoadFloat32x4(t).Add(archsimd.LoadFloat32x4((*[4]float32)(x[done:]))).Store(t)
		done += 4
	}
	archsimd.ClearAVXUpperBits()
	return done
}

// addMomentsWide is AddMoments for as many as make fours.
func addMomentsWide(sum, square, x []float32) (done int) {
	for ; len(x)-done >= 4; done += 4 {
		s, q, v := (*[4]float32)(sum[done:]), (*[4]float32)(square[done:]), archsimd.LoadFloat32x4((*[4]float32)(x[done:]))
		archsimd.LoadFloat32x4(s).Add(v).Store(s)
		archsimd.LoadFloat32x4(q).Add(v.Mul(v)).Store(q)
	}
	archsimd.ClearAVXUpperBits()
	return done
}
