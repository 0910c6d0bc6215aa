package dsp

import "math"

// FFTSize is the length of the analysis window in samples: 32 ms, of which a frame is the last 20.
const FFTSize = 256

// Bins is the number of bins of a spectrum, BinWidth the distance between them in Hz.
const (
	Bins     = FFTSize / 2
	BinWidth = 8000.0 / FFTSize
)

// Spectrum is the positive half of a transform, without the bin at half the sample rate.
type Spectrum struct {
	Re, Im [Bins]float32
}

// turns are e^(-2πikn/4m) for n from 1 to 3: what the value k of the second, third and fourth of four transforms of length m is
// multiplied by to join them.
type turns struct{ re1, im1, re2, im2, re3, im3 float32 }

func newTurns(to []turns) {
	n := 4 * len(to)
	for k := range to {
		t := &to[k]
		t.re1, t.im1 = unit(k, n)
		t.re2, t.im2 = unit(2*k, n)
		t.re3, t.im3 = unit(3*k, n)
	}
}

// fftTables are what Transform needs beside its input: all constant.
type fftTables struct {
	order   [Bins]uint8      // where each input of the complex transform comes from
	window  [FFTSize]float32 // Hann
	turns2  [2]turns         // of the stages that join transforms of so many values
	turns8  [8]turns
	turns32 [32]turns
	hre     [Bins / 2]float32 // e^(-2πik/FFTSize)
	him     [Bins / 2]float32
}

var tables = newFFTTables()

func newFFTTables() *fftTables {
	t := new(fftTables)
	for i := range t.window {
		t.window[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/FFTSize))
	}
	newTurns(t.turns2[:])
	newTurns(t.turns8[:])
	newTurns(t.turns32[:])
	for i := range t.hre {
		t.hre[i], t.him[i] = unit(i, FFTSize)
	}
	// The stages are of radix 2, 4, 4, 4; the inputs are taken in the order of the reversed digits.
	n := 0
	for d := range 4 {
		for c := range 4 {
			for b := range 4 {
				for a := range 2 {
					t.order[n] = uint8(d + 4*c + 16*b + 64*a)
					n++
				}
			}
		}
	}
	return t
}

func unit(k, n int) (re, im float32) {
	sin, cos := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
	return float32(cos), float32(sin)
}

// Transform windows FFTSize samples and gives their spectrum.
//
// The samples are taken in pairs as half as many complex ones, whose transform is then taken apart.
func Transform(x *[FFTSize]float32, out *Spectrum) {
	if Wide {
		transformWide(x, out)
		return
	}
	var re, im [Bins]float32
	for i := 0; i < Bins; i += 2 {
		a, b := int(tables.order[i])&127, int(tables.order[i+1])&127
		are, aim := float32(x[2*a]*tables.window[2*a]), float32(x[2*a+1]*tables.window[2*a+1])
		bre, bim := float32(x[2*b]*tables.window[2*b]), float32(x[2*b+1]*tables.window[2*b+1])
		re[i], im[i] = are+bre, aim+bim
		re[i+1], im[i+1] = are-bre, aim-bim
	}
	for i := 0; i < Bins; i += 8 {
		join2((*[8]float32)(re[i:]), (*[8]float32)(im[i:]))
	}
	for i := 0; i < Bins; i += 32 {
		join8((*[32]float32)(re[i:]), (*[32]float32)(im[i:]))
	}
	join32(&re, &im)
	split(&re, &im, out)
}

// join2 joins four transforms of two values to one of eight. The first values turn by nothing.
func join2(re, im *[8]float32) {
	sre, sim, tre, tim := re[0]+re[4], im[0]+im[4], re[0]-re[4], im[0]-im[4]
	ure, uim, vre, vim := re[2]+re[6], im[2]+im[6], re[2]-re[6], im[2]-im[6]
	re[0], im[0] = sre+ure, sim+uim
	re[2], im[2] = tre+vim, tim-vre
	re[4], im[4] = sre-ure, sim-uim
	re[6], im[6] = tre-vim, tim+vre
	w := &tables.turns2[1]
	bre, bim := mul(re[3], im[3], w.re1, w.im1)
	cre, cim := mul(re[5], im[5], w.re2, w.im2)
	dre, dim := mul(re[7], im[7], w.re3, w.im3)
	sre, sim, tre, tim = re[1]+cre, im[1]+cim, re[1]-cre, im[1]-cim
	ure, uim, vre, vim = bre+dre, bim+dim, bre-dre, bim-dim
	re[1], im[1] = sre+ure, sim+uim
	re[3], im[3] = tre+vim, tim-vre
	re[5], im[5] = sre-ure, sim-uim
	re[7], im[7] = tre-vim, tim+vre
}

// join8 joins four transforms of eight values. Lengths are written out in each: the compiler then checks no bounds.
func join8(re, im *[32]float32) {
	for k := range 8 {
		w := &tables.turns8[k]
		are, aim := re[k], im[k]
		bre, bim := mul(re[k+8], im[k+8], w.re1, w.im1)
		cre, cim := mul(re[k+16], im[k+16], w.re2, w.im2)
		dre, dim := mul(re[k+24], im[k+24], w.re3, w.im3)
		sre, sim, tre, tim := are+cre, aim+cim, are-cre, aim-cim
		ure, uim, vre, vim := bre+dre, bim+dim, bre-dre, bim-dim
		re[k], im[k] = sre+ure, sim+uim
		re[k+8], im[k+8] = tre+vim, tim-vre
		re[k+16], im[k+16] = sre-ure, sim-uim
		re[k+24], im[k+24] = tre-vim, tim+vre
	}
}

// join32 joins four transforms of 32 values.
func join32(re, im *[Bins]float32) {
	for k := range 32 {
		w := &tables.turns32[k]
		are, aim := re[k], im[k]
		bre, bim := mul(re[k+32], im[k+32], w.re1, w.im1)
		cre, cim := mul(re[k+64], im[k+64], w.re2, w.im2)
		dre, dim := mul(re[k+96], im[k+96], w.re3, w.im3)
		sre, sim, tre, tim := are+cre, aim+cim, are-cre, aim-cim
		ure, uim, vre, vim := bre+dre, bim+dim, bre-dre, bim-dim
		re[k], im[k] = sre+ure, sim+uim
		re[k+32], im[k+32] = tre+vim, tim-vre
		re[k+64], im[k+64] = sre-ure, sim-uim
		re[k+96], im[k+96] = tre-vim, tim+vre
	}
}

func mul(are, aim, bre, bim float32) (re, im float32) {
	return float32(are*bre) - float32(aim*bim), float32(are*bim) + float32(aim*bre)
}

// split takes the transform of pairs of real samples apart into the transform of the samples.
func split(re, im *[Bins]float32, out *Spectrum) {
	out.Re[0], out.Im[0] = re[0]+im[0], 0
	out.Re[Bins/2], out.Im[Bins/2] = re[Bins/2], -im[Bins/2]
	for k := 1; k < Bins/2; k++ {
		l := (Bins - k) & 127
		ere, eim := 0.5*(re[k]+re[l]), 0.5*(im[k]-im[l])
		ore, oim := 0.5*(im[k]+im[l]), -0.5*(re[k]-re[l])
		ore, oim = mul(ore, oim, tables.hre[k], tables.him[k])
		out.Re[k], out.Im[k] = ere+ore, eim+oim
		out.Re[l], out.Im[l] = ere-ore, oim-eim
	}
}
