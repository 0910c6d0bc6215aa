//go:build goexperiment.simd && amd64

package dsp

import "simd/archsimd"

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

// pairs gives two inputs, eight times.
func pairs(x []int16, i int) archsimd.Int16x16 {
	pair := int32(uint16(x[i]))
	if i+1 < len(x) {
		pair |= int32(x[i+1]) << 16
	}
	return archsimd.BroadcastInt32x8(pair).AsInt16x16()
}

// sum gives the sum of each output; their number is a multiple of eight.
func (w wideWeights) sum(x []int16, out []int32) {
	row := 2 * len(out)
	from := 0
	for ; len(out)-from >= 4*fixedGroup; from += 4 * fixedGroup {
		var s0, s1, s2, s3 archsimd.Int32x8
		at := 2 * from
		for i := 0; i < len(x); i += 2 {
			p, r := pairs(x, i), (*[64]int16)(w[at:])
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
		for i := 0; i < len(x); i += 2 {
			s = s.Add(pairs(x, i).DotProductPairs(archsimd.LoadInt16x16((*[16]int16)(w[at:]))))
			at += row
		}
		s.Store((*[8]int32)(out[from:]))
	}
	archsimd.ClearAVXUpperBits()
}
