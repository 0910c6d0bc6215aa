package dsp

import "math"

// NumCepstra is how many cepstral coefficients describe the shape of a spectrum. The level is not among them.
const NumCepstra = 7

// cosines are those of the lower half of the bands: those of the upper half are the same from its other end, with the other sign
// for every other coefficient.
var cosines = newCosines()

func newCosines() (c [NumCepstra][NumBands / 2]float32) {
	for q := range c {
		for b := range c[q] {
			c[q][b] = float32(math.Cos(math.Pi*float64(q+1)*(float64(b)+0.5)/NumBands) * 2 / NumBands)
		}
	}
	return c
}

// Cepstrum gives the shape of a spectrum from its band levels: tilt, curvature and so on, in dB. Bands more than
// 50 dB under the strongest count as such: what is there says nothing but how silent the silence is.
func Cepstrum(bands *[NumBands]float32, out *[NumCepstra]float32) {
	if Wide {
		cepstrumWide(bands, out)
		return
	}
	top := bands[0]
	for _, v := range bands {
		if v > top {
			top = v
		}
	}
	var x [2][NumBands / 2]float32 // differences and sums of the bands that are as far from either end
	for i := range NumBands / 2 {
		low, high := atLeast(bands[i]-top, -50), atLeast(bands[NumBands-1-i]-top, -50)
		x[0][i], x[1][i] = low-high, low+high
	}
	for q := range out {
		y, c := &x[q%2], &cosines[q]
		out[q] = float32(y[0]*c[0]) + float32(y[1]*c[1]) + float32(y[2]*c[2]) +
			(float32(y[3]*c[3]) + float32(y[4]*c[4]) + float32(y[5]*c[5])) +
			(float32(y[6]*c[6]) + float32(y[7]*c[7]) + float32(y[8]*c[8]))
	}
}

// atLeast is max for numbers: the builtin one heeds what is none.
func atLeast(v, least float32) float32 {
	if v < least {
		return least
	}
	return v
}
