//go:build goexperiment.simd && amd64

package dsp

import (
	"math"
	"simd/archsimd"
	"unsafe"
)

// widest says whether the nets compute sixteen values at a time.
var widest = archsimd.X86.AVX512()

// wideWeights are the weights of a fixed layer for eight outputs at a time, two inputs in one step: sixteen weights for each.
type wideWeights []int16

func packWide(rows []int16, in, out int) wideWeights {
	w := make(wideWeights, 0, (in+1)/2*2*out)
	for i := 0; i < in; i += 2 {
		for j := range out {
			second := int16(0)
			if i+1 < in {
				second = rows[j*in+i+1]
			}
			w = append(w, rows[j*in+i], second)
		}
	}
	return w
}

// four loads two inputs, and some after them.
func four(x *fixedInputs, i int) archsimd.Int32x4 {
	return archsimd.LoadInt32x4((*[4]int32)(unsafe.Pointer((*[8]int16)(x[i : i+8]))))
}

// sum gives the sum of each output for the first n inputs; the number of outputs is a multiple of eight.
func (w wideWeights) sum(x *fixedInputs, n int, out []int32) {
	row, from := 2*len(out), 0
	if widest {
		from = w.sumWidest(x, n, out)
	}
	for ; len(out)-from >= 4*fixedGroup; from += 4 * fixedGroup {
		var s0, s1, s2, s3 archsimd.Int32x8
		at := 2 * from
		for i := 0; i < n; i += 2 {
			p, r := four(x, i).Broadcast1To8().AsInt16x16(), (*[64]int16)(w[at:])
			s0 = s0.Add(p.DotProductPairs(archsimd.LoadInt16x16((*[16]int16)(r[0:]))))
			s1 = s1.Add(p.DotProductPairs(archsimd.LoadInt16x16((*[16]int16)(r[16:]))))
			s2 = s2.Add(p.DotProductPairs(archsimd.LoadInt16x16((*[16]int16)(r[32:]))))
			s3 = s3.Add(p.DotProductPairs(archsimd.LoadInt16x16((*[16]int16)(r[48:]))))
			at += row
		}
		o := (*[32]int32)(out[from:])
		s0.Store((*[8]int32)(o[0:]))
		s1.Store((*[8]int32)(o[8:]))
		s2.Store((*[8]int32)(o[16:]))
		s3.Store((*[8]int32)(o[24:]))
	}
	for ; from < len(out); from += fixedGroup {
		var s archsimd.Int32x8
		at := 2 * from
		for i := 0; i < n; i += 2 {
			p := four(x, i).Broadcast1To8().AsInt16x16()
			s = s.Add(p.DotProductPairs(archsimd.LoadInt16x16((*[16]int16)(w[at:]))))
			at += row
		}
		s.Store((*[8]int32)(out[from:]))
	}
	archsimd.ClearAVXUpperBits()
}

// sumWidest does as many outputs as there are groups of sixteen.
func (w wideWeights) sumWidest(x *fixedInputs, n int, out []int32) (done int) {
	row := 2 * len(out)
	for ; len(out)-done >= 64; done += 64 {
		var s0, s1, s2, s3 archsimd.Int32x16
		at := 2 * done
		for i := 0; i < n; i += 2 {
			p, r := four(x, i).Broadcast1To16().AsInt16x32(), (*[128]int16)(w[at:])
			s0 = s0.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(r[0:]))))
			s1 = s1.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(r[32:]))))
			s2 = s2.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(r[64:]))))
			s3 = s3.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(r[96:]))))
			at += row
		}
		o := (*[64]int32)(out[done:])
		s0.Store((*[16]int32)(o[0:]))
		s1.Store((*[16]int32)(o[16:]))
		s2.Store((*[16]int32)(o[32:]))
		s3.Store((*[16]int32)(o[48:]))
	}
	for ; len(out)-done >= 32; done += 32 {
		var s0, s1 archsimd.Int32x16
		at := 2 * done
		for i := 0; i < n; i += 2 {
			p, r := four(x, i).Broadcast1To16().AsInt16x32(), (*[64]int16)(w[at:])
			s0 = s0.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(r[0:]))))
			s1 = s1.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(r[32:]))))
			at += row
		}
		o := (*[32]int32)(out[done:])
		s0.Store((*[16]int32)(o[0:]))
		s1.Store((*[16]int32)(o[16:]))
	}
	for ; len(out)-done >= 16; done += 16 {
		var s archsimd.Int32x16
		at := 2 * done
		for i := 0; i < n; i += 2 {
			p := four(x, i).Broadcast1To16().AsInt16x32()
			s = s.Add(p.DotProductPairs(archsimd.LoadInt16x32((*[32]int16)(w[at:]))))
			at += row
		}
		s.Store((*[16]int32)(out[done:]))
	}
	return done
}

// rectifyWide is rectify; what is beyond the outputs of the layer, up to a multiple of eight, becomes 0.
func (l *fixedLayer) rectifyWide(sums *[MaxWidth]int32, out *[MaxWidth]float32, unit float32) float32 {
	u := archsimd.BroadcastFloat32x8(unit)
	var most archsimd.Int32x8
	for j := 0; j < len(l.scale) && j <= MaxWidth-8; j += 8 {
		scale, bias := archsimd.LoadFloat32x8((*[8]float32)(l.scale[j:])), archsimd.LoadFloat32x8((*[8]float32)(l.bias[j:]))
		v := archsimd.LoadInt32x8((*[8]int32)(sums[j:])).ConvertToFloat32().Mul(scale.Mul(u)).Add(bias).AsInt32x8()
		v = v.AndNot(v.ShiftAllRight(31))
		most = most.Max(v)
		v.AsFloat32x8().Store((*[8]float32)(out[j:]))
	}
	var lanes [8]int32
	most.Store(&lanes)
	archsimd.ClearAVXUpperBits()
	top := int32(0)
	for _, v := range lanes {
		top = max(top, v)
	}
	return math.Float32frombits(uint32(top))
}

// roundInputsWide is roundInputs for as many as make eights, and returns how many those are.
func roundInputsWide(x []int16, in, by []float32) (done int) {
	shift := archsimd.BroadcastFloat32x8(fixedMost + 0.5 + fixedMost)
	least, most, middle := archsimd.BroadcastInt32x8(fixedMost), archsimd.BroadcastInt32x8(3*fixedMost), archsimd.BroadcastInt32x8(2*fixedMost)
	for ; len(x)-done >= 8; done += 8 {
		v := archsimd.LoadFloat32x8((*[8]float32)(in[done:])).Mul(archsimd.LoadFloat32x8((*[8]float32)(by[done:]))).Add(shift).ConvertToInt32()
		v = v.Max(least).Min(most).Sub(middle)
		v.GetLo().SaturateToInt16Concat(v.GetHi()).Store((*[8]int16)(x[done:]))
	}
	archsimd.ClearAVXUpperBits()
	return done
}

// scaleInputsWide is scaleInputs for as many as make eights.
func scaleInputsWide(x []int16, in []float32, by float32) (done int) {
	var zero archsimd.Int32x8
	factor, half, most := archsimd.BroadcastFloat32x8(by), archsimd.BroadcastFloat32x8(0.5), archsimd.BroadcastInt32x8(fixedMost)
	for ; len(x)-done >= 8; done += 8 {
		v := archsimd.LoadFloat32x8((*[8]float32)(in[done:])).Mul(factor).Add(half).ConvertToInt32().Min(most)
		v = v.Max(zero) // what is too large, or no number, converts to the least there is, of which an int16 is 0
		v.GetLo().SaturateToInt16Concat(v.GetHi()).Store((*[8]int16)(x[done:]))
	}
	archsimd.ClearAVXUpperBits()
	return done
}
