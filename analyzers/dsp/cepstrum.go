package dsp

import "math"

// NumCepstra is how many cepstral coefficients describe the shape of a spectrum. The level is not among them.
const NumCepstra = 7

var cosines = newCosines()

func newCosines() (c [NumCepstra][NumBands]float32) {
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
	top := bands[0]
	for _, v := range bands {
		top = max(top, v)
	}
	var x [NumBands]float32
	for i, v := range bands {
		x[i] = max(v-top, -50)
	}
	for q := range out {
		out[q] = dot(x[:], cosines[q][:])
	}
}
