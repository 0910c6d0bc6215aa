//go:build goexperiment.simd && amd64

package ingest

import "simd/archsimd"

var wide = archsimd.X86.AVX2()

// unit scales samples to ±1.
func unit(to *[TickSamples]float32, from *[TickSamples]int16) {
	if !wide {
		unitEach(to, from)
		return
	}
	by := archsimd.BroadcastFloat32x8(1.0 / 32768)
	for i := 0; i < TickSamples; i += 8 {
		whole := archsimd.LoadInt16x8((*[8]int16)(from[i:])).ExtendToInt32()
		whole.ConvertToFloat32().Mul(by).Store((*[8]float32)(to[i:]))
	}
	archsimd.ClearAVXUpperBits()
}
