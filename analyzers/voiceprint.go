package analyzers

import (
	"math"

	"github.com/earshot/earshot/analyzers/dsp"
)

// voiceprint is how somebody sounds: the mean shape of the spectrum of their voiced frames, and their pitch. It is enough to
// tell most announcers from most agents, and far too little to know anybody by.
type voiceprint struct {
	frames int
	// count and sum are of the level of each band less the mean of the frame's, in dB, where the band could be heard.
	count, sum [dsp.NumBands]float64
	pitch      float64 // sum of the pitches' logarithms, in octaves
}

const (
	// printFrames is how many voiced frames make a voiceprint: 0.6 s.
	printFrames = 15
	// printShare is how many of them must have heard a band for it to count.
	printShare = 0.2
)

// add takes a frame in. What else is heard in it has the given power in each band; a band in which the voice is not
// louder than that is not heard.
func (v *voiceprint) add(f *Frame, other *[dsp.NumBands]float32) {
	if f.Pitch == 0 {
		return
	}
	var levels [dsp.NumBands]float32
	mean, n := float32(0), float32(0)
	for i, b := range f.Bands {
		p := dsp.Power(b) - other[i]
		if levels[i] = dsp.MinDB; p > other[i] {
			levels[i] = dsp.DB(p)
			mean += levels[i]
			n++
		}
	}
	if n < dsp.NumBands/2 {
		return
	}
	mean /= n
	for i, l := range levels {
		if l > dsp.MinDB {
			v.count[i]++
			v.sum[i] += float64(max(l-mean, -30))
		}
	}
	v.frames++
	v.pitch += float64(dsp.Log2(f.Pitch))
}

// join takes in what another print has heard.
func (v *voiceprint) join(o *voiceprint) {
	for i := range v.sum {
		v.count[i] += o.count[i]
		v.sum[i] += o.sum[i]
	}
	v.frames += o.frames
	v.pitch += o.pitch
}

// apart tells how far two voices are apart: the deviation of their spectra's shapes in dB, and their pitches in octaves. It
// reports false where too little was heard of either.
func (v *voiceprint) apart(o *voiceprint) (shape, pitch float64, ok bool) {
	if v.frames < printFrames || o.frames < printFrames {
		return 0, 0, false
	}
	var n, sum, square float64
	for i := range v.sum {
		if v.count[i] < printShare*float64(v.frames) || o.count[i] < printShare*float64(o.frames) {
			continue
		}
		d := v.sum[i]/v.count[i] - o.sum[i]/o.count[i]
		n, sum, square = n+1, sum+d, square+d*d
	}
	if n < dsp.NumBands/3 {
		return 0, 0, false
	}
	shape = math.Sqrt(max(square/n-sum*sum/(n*n), 0))
	return shape, math.Abs(v.pitch/float64(v.frames) - o.pitch/float64(o.frames)), true
}
