package dsp

import "math"

// Range of the fundamental frequency looked for, in Hz. Lags are in samples at 4 kHz.
const (
	MinPitch = 70
	MaxPitch = 400

	minLag      = 4000 / MaxPitch
	maxLag      = 4000/MinPitch + 1
	pitchWindow = 80
	pitchTail   = maxLag + pitchWindow
)

// pitchTracker finds the period of a voice by normalised autocorrelation: first at 2 kHz, where there are few lags, then
// around the best of them at 4 kHz. What lies under 1 kHz decides, so a fundamental that the telephone cut away is
// found from its harmonics.
type pitchTracker struct {
	tail   [160]float32 // the last 40 ms at 4 kHz
	x1, x2 float32      // the two samples at 8 kHz before the next
}

// feed takes 20 ms at 8 kHz. It is needed for every frame, find for those of interest only.
func (p *pitchTracker) feed(pcm []float32) {
	copy(p.tail[:80], p.tail[80:])
	if Wide {
		p.tail[80] = 0.25*(p.x1+pcm[1]) + 0.5*pcm[0]
		halveWide(pcm[1:], p.tail[81:])
		p.x2, p.x1 = pcm[158], pcm[159]
		return
	}
	x1, x2 := p.x1, p.x2
	out := p.tail[80:160]
	for i := range out {
		a, b := pcm[2*i], pcm[2*i+1]
		out[i] = 0.25*(x1+b) + 0.5*a
		x2, x1 = a, b
	}
	p.x1, p.x2 = x1, x2
}

// find gives the pitch in Hz, and the correlation of the signal with itself one period earlier, 0 to 1.
func (p *pitchTracker) find() (hz, harmonicity float32) {
	var x [pitchTail + 1]float32 // one more, so that the coarse grid is even
	tail := p.tail[len(p.tail)-len(x):]
	mean := total(tail) / float32(len(x))
	if Wide {
		lessWide(tail, x[:], mean)
	} else {
		for i, v := range tail {
			x[i] = v - mean
		}
	}
	lag := coarsePeriod(&x)
	if lag == 0 {
		return 0, 0
	}
	head := x[len(x)-pitchWindow:]
	energy := dot(head, head)
	hz, harmonicity = finePeriod(&x, lag, energy)
	// The coarse grid may miss the short period of a high voice and find two of it, which fit little better.
	if half := (lag + 1) / 2; half >= minLag && half <= 2*minLag {
		if twice, h := finePeriod(&x, half, energy); h > 0.85*harmonicity {
			return twice, h
		}
	}
	return hz, harmonicity
}

// total is the sum of some values.
func total(x []float32) float32 {
	if Wide {
		return totalWide(x)
	}
	var s0, s1, s2, s3 float32
	for ; len(x) >= 4; x = x[4:] {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
	}
	for _, v := range x {
		s0 += v
	}
	return s0 + s1 + (s2 + s3)
}

// The coarse grid: its samples, and the lags on it.
const (
	coarseSamples = (pitchTail+1)/2 - 1
	coarseWindow  = pitchWindow / 2
	coarseLeast   = minLag / 2
	coarseMost    = coarseSamples - coarseWindow
	coarseLags    = coarseMost - coarseLeast + 1
)

// coarsePeriod returns the best lag on the grid of 2 kHz, in samples at 4 kHz; 0 if there is none.
func coarsePeriod(x *[pitchTail + 1]float32) (lag int) {
	const n, window, least, most = coarseSamples, coarseWindow, coarseLeast, coarseMost
	var y [n]float32
	if Wide {
		halveWide(x[:], y[:])
	} else {
		for i := range y {
			y[i] = 0.25*(x[2*i]+x[2*i+2]) + 0.5*x[2*i+1]
		}
	}
	head := (*[window]float32)(y[n-window:])
	energy := dot(head[:], head[:])
	var r [most + 1]float32
	if Wide {
		fitWide(&y, (*[coarseLags]float32)(r[least:]), energy)
	} else {
		fit(&y, (*[coarseLags]float32)(r[least:]), energy)
	}
	bits := uint32(0) // of numbers that are not negative, the bits are in order; those of what is no number are above them
	for _, v := range r[least:] {
		bits = max(bits, math.Float32bits(v))
	}
	best := math.Float32frombits(bits)
	if best == 0 {
		return 0
	}
	// A multiple of the period fits as well as the period: the first peak near the best is taken. The grid is coarse
	// for high voices, so what counts is the top of the parabola through a peak and its neighbours.
	for l := least; l < most; l++ {
		if r[l] < r[l-1] || r[l] < r[l+1] {
			continue
		}
		if _, top := summit(r[l-1], r[l], r[l+1]); top >= 0.8*best {
			return 2 * l
		}
	}
	return 2 * most
}

// fit gives how well each lag fits: nothing where the product or the energy is not positive.
func fit(y *[coarseSamples]float32, r *[coarseLags]float32, energy float32) {
	const n, window, least, most = coarseSamples, coarseWindow, coarseLeast, coarseMost
	head := (*[window]float32)(y[n-window:])
	var c [coarseLags]float32 // products with the signal so much earlier
	for l := 0; l < len(c); l += 8 {
		products8(head, (*[window + 7]float32)(y[n-window-least-l-7:]), (*[8]float32)(c[l:]))
	}
	shifted := energy // the energy of the window one lag earlier
	for l := 1; l < least; l++ {
		shifted += float32(y[n-window-l]*y[n-window-l]) - float32(y[n-l]*y[n-l])
	}
	for l := least; l <= most; l++ {
		shifted += float32(y[n-window-l]*y[n-window-l]) - float32(y[n-l]*y[n-l])
		c := c[l-least]
		if c <= 0 || shifted <= 0 {
			continue
		}
		r[l-least] = c * c / (float32(energy*shifted) + minPower)
	}
}

// summit is where the parabola through three points has its top, relative to the middle one, and how high it is.
func summit(before, peak, after float32) (at, top float32) {
	bend := before - 2*peak + after
	if bend >= 0 {
		return 0, peak
	}
	at = 0.5 * (before - after) / bend
	return at, peak - float32(0.25*(before-after)*at)
}

// products8 gives the inner products with eight stretches of a signal, each one sample earlier.
func products8(head *[pitchWindow / 2]float32, y *[pitchWindow/2 + 7]float32, out *[8]float32) {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for i, v := range head {
		s0 += float32(v * y[i+7])
		s1 += float32(v * y[i+6])
		s2 += float32(v * y[i+5])
		s3 += float32(v * y[i+4])
		s4 += float32(v * y[i+3])
		s5 += float32(v * y[i+2])
		s6 += float32(v * y[i+1])
		s7 += float32(v * y[i])
	}
	*out = [8]float32{s0, s1, s2, s3, s4, s5, s6, s7}
}

// fineLags is how many lags finePeriod looks at.
const fineLags = 5

// products5 is the same for fineLags stretches.
func products5(head *[pitchWindow]float32, x *[pitchWindow + 7]float32) [fineLags]float32 {
	if Wide {
		return products5Wide(head, x)
	}
	var s0, s1, s2, s3, s4 float32
	for i, v := range head {
		s0 += float32(v * x[i+4])
		s1 += float32(v * x[i+3])
		s2 += float32(v * x[i+2])
		s3 += float32(v * x[i+1])
		s4 += float32(v * x[i])
	}
	return [fineLags]float32{s0, s1, s2, s3, s4}
}

// finePeriod looks around a lag at 4 kHz, in a signal whose last window has an energy.
func finePeriod(x *[pitchTail + 1]float32, around int, energy float32) (hz, harmonicity float32) {
	const n, least = len(x), minLag - 1
	first := min(max(around-fineLags/2, least), maxLag-fineLags+1)
	last := first + fineLags - 1
	head := (*[pitchWindow]float32)(x[n-pitchWindow:])
	c := products5(head, (*[pitchWindow + 7]float32)(x[n-pitchWindow-last:]))
	then := x[n-pitchWindow-last : n-last]
	shifted := dot(then, then)
	best := fineLags - 1
	var r [fineLags]float32
	for i := fineLags - 1; ; i-- {
		if c[i] > 0 {
			r[i] = c[i] / Sqrt(float32(energy*shifted)+minPower)
		}
		if r[i] >= r[best] {
			best = i
		}
		if i == 0 {
			break
		}
		l := first + i // from this lag to the one before
		shifted = max(shifted-float32(x[n-pitchWindow-l]*x[n-pitchWindow-l])+float32(x[n-l]*x[n-l]), 0)
	}
	lag, top := float32(first+best), r[best]
	if best > 0 && best < fineLags-1 {
		at := float32(0)
		at, top = summit(r[best-1], r[best], r[best+1])
		lag += at
	}
	return min(4000/lag, MaxPitch), min(top, 1)
}
