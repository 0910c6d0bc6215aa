//go:build goexperiment.simd && amd64

package ingest

import (
	"simd/archsimd"
	"unsafe"
)

// pcm16Wide is pcm16 for mono and two channels, eight samples at a time as far as raw reaches; it returns how many it did.
func pcm16Wide(dst []float32, raw []byte, stride int) (done int) {
	if !wide {
		return 0
	}
	by := archsimd.BroadcastFloat32x8(1.0 / (1 << 15))
	switch stride {
	case 2:
		for ; len(dst)-done >= 8 && len(raw) >= 16; done, raw = done+8, raw[16:] {
			v := archsimd.LoadInt16x8((*[8]int16)(unsafe.Pointer((*[16]byte)(raw)))).ExtendToInt32()
			v.ConvertToFloat32().Mul(by).Store((*[8]float32)(dst[done:]))
		}
	case 4:
		for ; len(dst)-done >= 8 && len(raw) >= 32; done, raw = done+8, raw[32:] {
			v := archsimd.LoadInt32x8((*[8]int32)(unsafe.Pointer((*[32]byte)(raw)))).ShiftAllLeft(16).ShiftAllRight(16)
			v.ConvertToFloat32().Mul(by).Store((*[8]float32)(dst[done:]))
		}
	}
	archsimd.ClearAVXUpperBits()
	return done
}
