//go:build goexperiment.simd && amd64

package dsp

import (
	"simd/archsimd"
	"unsafe"
)

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

// transformWide is Transform.
func transformWide(x *[FFTSize]float32, out *Spectrum) {
	var re, im [Bins]float32
	firstWide(x, &re, &im, 0)
	firstWide(x, &re, &im, 8)
	joinsWide(&re, &im)
	splitWide(&re, &im, out)
	archsimd.ClearAVXUpperBits()
}

// pairsWide windows eight complex values and gives them in the order of paired.
func pairsWide(x *[FFTSize]float32, i int) (re, im archsimd.Float32x8) {
	i = 2 * i & (FFTSize - 16)
	w, v := (*[16]float32)(tables.window[i:i+16]), (*[16]float32)(x[i:i+16])
	a := archsimd.LoadFloat32x8((*[8]float32)(v[:8])).Mul(archsimd.LoadFloat32x8((*[8]float32)(w[:8])))
	b := archsimd.LoadFloat32x8((*[8]float32)(v[8:])).Mul(archsimd.LoadFloat32x8((*[8]float32)(w[8:])))
	return a.SelectFromPairGrouped(0, 2, 4, 6, b), a.SelectFromPairGrouped(1, 3, 5, 7, b)
}

// paired is the order in which every second of sixteen values comes where each half of a register is for itself.
var paired = [8]uint32{0, 1, 4, 5, 2, 3, 6, 7}

// firstWide is what Transform does before join8, for the eight transforms of eight values that begin at input g: each has a
// place in all registers.
func firstWide(x *[FFTSize]float32, re, im *[Bins]float32, g int) {
	var r, m [8][8]float32 // the values of one place in all transforms
	load := func(i int) (sre, sim, tre, tim archsimd.Float32x8) {
		are, aim := pairsWide(x, i)
		bre, bim := pairsWide(x, i+64)
		return are.Add(bre), aim.Add(bim), are.Sub(bre), aim.Sub(bim)
	}
	are, aim, ere, eim := load(g)
	bre, bim, fre, fim := load(g + 16)
	cre, cim, gre, gim := load(g + 32)
	dre, dim, hre, him := load(g + 48)
	fre, fim = timesWide(fre, fim, tables.turns2[1].re1, tables.turns2[1].im1)
	gre, gim = timesWide(gre, gim, tables.turns2[1].re2, tables.turns2[1].im2)
	hre, him = timesWide(hre, him, tables.turns2[1].re3, tables.turns2[1].im3)

	sre, sim, tre, tim := are.Add(cre), aim.Add(cim), are.Sub(cre), aim.Sub(cim)
	ure, uim, vre, vim := bre.Add(dre), bim.Add(dim), bre.Sub(dre), bim.Sub(dim)
	sre.Add(ure).Store(&r[0])
	sim.Add(uim).Store(&m[0])
	tre.Add(vim).Store(&r[2])
	tim.Sub(vre).Store(&m[2])
	sre.Sub(ure).Store(&r[4])
	sim.Sub(uim).Store(&m[4])
	tre.Sub(vim).Store(&r[6])
	tim.Add(vre).Store(&m[6])

	sre, sim, tre, tim = ere.Add(gre), eim.Add(gim), ere.Sub(gre), eim.Sub(gim)
	ure, uim, vre, vim = fre.Add(hre), fim.Add(him), fre.Sub(hre), fim.Sub(him)
	sre.Add(ure).Store(&r[1])
	sim.Add(uim).Store(&m[1])
	tre.Add(vim).Store(&r[3])
	tim.Sub(vre).Store(&m[3])
	sre.Sub(ure).Store(&r[5])
	sim.Sub(uim).Store(&m[5])
	tre.Sub(vim).Store(&r[7])
	tim.Add(vre).Store(&m[7])

	transposeWide(&r, re, g)
	transposeWide(&m, im, g)
}

// timesWide is mul by one value.
func timesWide(are, aim archsimd.Float32x8, wre, wim float32) (re, im archsimd.Float32x8) {
	bre, bim := archsimd.BroadcastFloat32x8(wre), archsimd.BroadcastFloat32x8(wim)
	return are.Mul(bre).Sub(aim.Mul(bim)), are.Mul(bim).Add(aim.Mul(bre))
}

// transposeWide writes the eight values of each transform in a row, at the place that the order of reversed digits gives it.
func transposeWide(v *[8][8]float32, to *[Bins]float32, g int) {
	four := func(i int) (a, b, c, d archsimd.Float32x8) {
		w, x := archsimd.LoadInt32x8(ints(&v[i])), archsimd.LoadInt32x8(ints(&v[i+1]))
		y, z := archsimd.LoadInt32x8(ints(&v[i+2])), archsimd.LoadInt32x8(ints(&v[i+3]))
		l, h := w.InterleaveLoGrouped(x).AsFloat32x8(), w.InterleaveHiGrouped(x).AsFloat32x8()
		m, n := y.InterleaveLoGrouped(z).AsFloat32x8(), y.InterleaveHiGrouped(z).AsFloat32x8()
		return l.SelectFromPairGrouped(0, 1, 4, 5, m), l.SelectFromPairGrouped(2, 3, 6, 7, m),
			h.SelectFromPairGrouped(0, 1, 4, 5, n), h.SelectFromPairGrouped(2, 3, 6, 7, n)
	}
	a, b, c, d := four(0)
	e, f, h, k := four(4)
	put := func(row int, v archsimd.Float32x8) {
		j := g + int(paired[row])
		v.Store(eight(to, 8*(j%4*4+j/4)))
	}
	put(0, a.Select128FromPair(0, 2, e))
	put(1, b.Select128FromPair(0, 2, f))
	put(2, c.Select128FromPair(0, 2, h))
	put(3, d.Select128FromPair(0, 2, k))
	put(4, a.Select128FromPair(1, 3, e))
	put(5, b.Select128FromPair(1, 3, f))
	put(6, c.Select128FromPair(1, 3, h))
	put(7, d.Select128FromPair(1, 3, k))
}

func ints(x *[8]float32) *[8]int32 { return (*[8]int32)(unsafe.Pointer(x)) }

var reversed = [8]uint32{7, 6, 5, 4, 3, 2, 1, 0}

// splitWide is split.
func splitWide(re, im *[Bins]float32, out *Spectrum) {
	out.Re[0], out.Im[0] = re[0]+im[0], 0
	out.Re[Bins/2], out.Im[Bins/2] = re[Bins/2], -im[Bins/2]
	back := archsimd.LoadUint32x8(&reversed)
	half, minus := archsimd.BroadcastFloat32x8(0.5), archsimd.BroadcastFloat32x8(-0.5)
	for k := 1; k < Bins/2; k += 8 {
		k := min(k, Bins/2-8) // the last eight overlap with those before
		l := Bins - 7 - k
		at := func(x *[Bins]float32, i int) *[8]float32 { return (*[8]float32)(x[i : i+8]) }
		rek, imk := archsimd.LoadFloat32x8(at(re, k)), archsimd.LoadFloat32x8(at(im, k))
		rel, iml := archsimd.LoadFloat32x8(at(re, l)).Permute(back), archsimd.LoadFloat32x8(at(im, l)).Permute(back)
		ere, eim := half.Mul(rek.Add(rel)), half.Mul(imk.Sub(iml))
		ore, oim := half.Mul(imk.Add(iml)), minus.Mul(rek.Sub(rel))
		ore, oim = mulWide(ore, oim, (*[8]float32)(tables.hre[k:k+8]), (*[8]float32)(tables.him[k:k+8]))
		ere.Add(ore).Store(at(&out.Re, k))
		eim.Add(oim).Store(at(&out.Im, k))
		ere.Sub(ore).Permute(back).Store(at(&out.Re, l))
		oim.Sub(eim).Permute(back).Store(at(&out.Im, l))
	}
}

// joinsWide is join8 and join32.
func joinsWide(re, im *[Bins]float32) {
	for i := 0; i < Bins; i += 32 {
		joinWide(re, im, i, 8, &wideTurns8[0])
	}
	for k := range 4 {
		joinWide(re, im, 8*k, 32, &wideTurns32[k])
	}
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
