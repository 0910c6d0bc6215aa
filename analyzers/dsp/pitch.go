package dsp

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
	mean := float32(0)
	for _, v := range tail {
		mean += v
	}
	mean /= float32(len(x))
	for i, v := range tail {
		x[i] = v - mean
	}
	lag := coarsePeriod(&x)
	if lag == 0 {
		return 0, 0
	}
	hz, harmonicity = finePeriod(&x, lag)
	// The coarse grid may miss the short period of a high voice and find two of it, which fit little better.
	if half := (lag + 1) / 2; half >= minLag && half <= 2*minLag {
		if twice, h := finePeriod(&x, half); h > 0.85*harmonicity {
			return twice, h
		}
	}
	return hz, harmonicity
}

// coarsePeriod returns the best lag on the grid of 2 kHz, in samples at 4 kHz; 0 if there is none.
func coarsePeriod(x *[pitchTail + 1]float32) (lag int) {
	const n = len(x)/2 - 1
	var y [n]float32
	for i := range y {
		y[i] = 0.25*(x[2*i]+x[2*i+2]) + 0.5*x[2*i+1]
	}
	const window, least, most = pitchWindow / 2, minLag / 2, n - pitchWindow/2
	head := y[n-window:]
	energy := dot(head, head)
	shifted := energy // the energy of the window one lag earlier
	for l := 1; l < least; l++ {
		shifted += float32(y[n-window-l]*y[n-window-l]) - float32(y[n-l]*y[n-l])
	}
	var r [most + 1]float32
	best := float32(0)
	for l := least; l <= most; l++ {
		shifted += float32(y[n-window-l]*y[n-window-l]) - float32(y[n-l]*y[n-l])
		c := dot(head, y[n-window-l:n-l])
		if c <= 0 || shifted <= 0 {
			continue
		}
		r[l] = c * c / (energy*shifted + minPower)
		best = max(best, r[l])
	}
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

// summit is where the parabola through three points has its top, relative to the middle one, and how high it is.
func summit(before, peak, after float32) (at, top float32) {
	bend := before - 2*peak + after
	if bend >= 0 {
		return 0, peak
	}
	at = 0.5 * (before - after) / bend
	return at, peak - float32(0.25*(before-after)*at)
}

// finePeriod looks around a lag at 4 kHz.
func finePeriod(x *[pitchTail + 1]float32, around int) (hz, harmonicity float32) {
	const n = len(x)
	head := x[n-pitchWindow:]
	energy := dot(head, head)
	var r [5]float32
	best := 0
	for i := range r {
		l := min(max(around+i-2, minLag-1), maxLag)
		then := x[n-pitchWindow-l : n-l]
		if c := dot(head, then); c > 0 {
			r[i] = c / Sqrt(float32(energy*dot(then, then))+minPower)
		}
		if r[i] > r[best] {
			best = i
		}
	}
	lag, top := float32(around+best-2), r[best]
	if best > 0 && best < len(r)-1 {
		at := float32(0)
		at, top = summit(r[best-1], r[best], r[best+1])
		lag += at
	}
	return min(4000/lag, MaxPitch), min(top, 1)
}
