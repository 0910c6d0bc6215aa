//go:build goexperiment.simd && amd64

package dsp

import (
	"simd/archsimd"
	"unsafe"
)

// Wide says whether eight values are computed at a time. What is computed is the same to the bit. It may be set to compare the two.
var Wide = archsimd.X86.AVX2()

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

func products8Wide(head *[pitchWindow / 2]float32, y *[pitchWindow/2 + 7]float32, out *[8]float32) {
	var s archsimd.Float32x8
	for i, v := range head {
		s = s.Add(archsimd.BroadcastFloat32x8(v).Mul(archsimd.LoadFloat32x8((*[8]float32)(y[i:]))))
	}
	s.Store(out)
	archsimd.ClearAVXUpperBits()
	for i := range len(out) / 2 { // the last stretch came first
		out[i], out[7-i] = out[7-i], out[i]
	}
}

func levelWide(p *[FrameSamples]float32) (sum, square [4]float32) {
	var s, q archsimd.Float32x4
	for i := 0; i < len(p); i += 4 {
		v := archsimd.LoadFloat32x4((*[4]float32)(p[i:]))
		s, q = s.Add(v), q.Add(v.Mul(v))
	}
	s.Store(&sum)
	q.Store(&square)
	return sum, square
}

// wideTurns are turns by what they are of, eight after each other.
type wideTurns struct{ re1, im1, re2, im2, re3, im3 [8]float32 }

var wideTurns8, wideTurns32 = newWideTurns(tables.turns8[:]), newWideTurns(tables.turns32[:])

func newWideTurns(turns []turns) []wideTurns {
	w := make([]wideTurns, len(turns)/8)
	for k, t := range turns {
		w, k := &w[k/8], k%8
		w.re1[k], w.im1[k], w.re2[k], w.im2[k], w.re3[k], w.im3[k] = t.re1, t.im1, t.re2, t.im2, t.re3, t.im3
	}
	return w
}

// joinsWide is join8 and join32.
func joinsWide(re, im *[Bins]float32) {
	for i := 0; i < Bins; i += 32 {
		joinWide(re, im, i, 8, &wideTurns8[0])
	}
	for k := range 4 {
		joinWide(re, im, 8*k, 32, &wideTurns32[k])
	}
	archsimd.ClearAVXUpperBits()
}

func eight(x *[Bins]float32, i int) *[8]float32 {
	return (*[8]float32)(unsafe.Pointer(&x[i&(Bins-8)]))
}

func joinWide(re, im *[Bins]float32, k, m int, w *wideTurns) {
	load := func(x *[Bins]float32, i int) archsimd.Float32x8 { return archsimd.LoadFloat32x8(eight(x, i)) }
	are, aim := load(re, k), load(im, k)
	bre, bim := mulWide(load(re, k+m), load(im, k+m), &w.re1, &w.im1)
	cre, cim := mulWide(load(re, k+2*m), load(im, k+2*m), &w.re2, &w.im2)
	dre, dim := mulWide(load(re, k+3*m), load(im, k+3*m), &w.re3, &w.im3)
	sre, sim, tre, tim := are.Add(cre), aim.Add(cim), are.Sub(cre), aim.Sub(cim)
	ure, uim, vre, vim := bre.Add(dre), bim.Add(dim), bre.Sub(dre), bim.Sub(dim)
	sre.Add(ure).Store(eight(re, k))
	sim.Add(uim).Store(eight(im, k))
	tre.Add(vim).Store(eight(re, k+m))
	tim.Sub(vre).Store(eight(im, k+m))
	sre.Sub(ure).Store(eight(re, k+2*m))
	sim.Sub(uim).Store(eight(im, k+2*m))
	tre.Sub(vim).Store(eight(re, k+3*m))
	tim.Add(vre).Store(eight(im, k+3*m))
}

// mulWide rounds each product: a fused multiplication would give other bits than the reference.
func mulWide(are, aim archsimd.Float32x8, wre, wim *[8]float32) (re, im archsimd.Float32x8) {
	bre, bim := archsimd.LoadFloat32x8(wre), archsimd.LoadFloat32x8(wim)
	return are.Mul(bre).Sub(aim.Mul(bim)), are.Mul(bim).Add(aim.Mul(bre))
}
