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

// fftTables are what Transform needs beside its input: all constant.
type fftTables struct {
	order  [Bins]uint8       // where each input of the complex transform comes from
	window [FFTSize]float32  // Hann
	re, im [Bins]float32     // e^(-2πik/Bins)
	hre    [Bins / 2]float32 // e^(-2πik/FFTSize)
	him    [Bins / 2]float32
}

var tables = newFFTTables()

func newFFTTables() *fftTables {
	t := new(fftTables)
	for i := range t.window {
		t.window[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/FFTSize))
	}
	for i := range t.re {
		t.re[i], t.im[i] = unit(i, Bins)
	}
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
	var re, im [Bins]float32
	for i := 0; i < Bins; i += 2 {
		a, b := int(tables.order[i])&127, int(tables.order[i+1])&127
		are, aim := x[2*a]*tables.window[2*a], x[2*a+1]*tables.window[2*a+1]
		bre, bim := x[2*b]*tables.window[2*b], x[2*b+1]*tables.window[2*b+1]
		re[i], im[i] = are+bre, aim+bim
		re[i+1], im[i+1] = are-bre, aim-bim
	}
	for m := 2; m < Bins; m *= 4 {
		stage4(&re, &im, m)
	}
	split(&re, &im, out)
}

// stage4 joins transforms of length m four by four.
func stage4(re, im *[Bins]float32, m int) {
	step := Bins / (4 * m)
	for k := 0; k < m; k++ {
		w := k * step
		w1re, w1im := tables.re[w&127], tables.im[w&127]
		w2re, w2im := tables.re[(2*w)&127], tables.im[(2*w)&127]
		w3re, w3im := tables.re[(3*w)&127], tables.im[(3*w)&127]
		for i := k; i < Bins; i += 4 * m {
			i0, i1, i2, i3 := i&127, (i+m)&127, (i+2*m)&127, (i+3*m)&127
			are, aim := re[i0], im[i0]
			bre, bim := mul(re[i1], im[i1], w1re, w1im)
			cre, cim := mul(re[i2], im[i2], w2re, w2im)
			dre, dim := mul(re[i3], im[i3], w3re, w3im)
			sre, sim, tre, tim := are+cre, aim+cim, are-cre, aim-cim
			ure, uim, vre, vim := bre+dre, bim+dim, bre-dre, bim-dim
			re[i0], im[i0] = sre+ure, sim+uim
			re[i1], im[i1] = tre+vim, tim-vre
			re[i2], im[i2] = sre-ure, sim-uim
			re[i3], im[i3] = tre-vim, tim+vre
		}
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
