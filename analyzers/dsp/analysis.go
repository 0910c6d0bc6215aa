package dsp

// FrameSamples is the length of a frame: 20 ms.
const FrameSamples = 160

const (
	historySamples = FFTSize - FrameSamples
	// silentPeak is the deviation from the mean that digital silence may have: A-law and mu-law know no values between
	// 0 and 8/32768, so their silence can be that constant, or noise of that size.
	silentPeak = 8.5 / 32768
	// pitchFloor is the level below which no pitch is looked for.
	pitchFloor = -60
	// Voiced is the harmonicity from which on a frame has a pitch.
	Voiced = 0.5
	// numGroups is the number of groups of bins whose tonality is measured apart.
	numGroups = 4
)

// groups are the bins at which the groups begin, and the end of the last.
var groups = [numGroups + 1]int{5, 14, 28, 58, 109}

// Features are what is measured of one frame.
type Features struct {
	// Level in dBov, without the constant part.
	Level float32
	Bands [NumBands]float32
	// Cepstra are the Cepstrum of the bands.
	Cepstra [NumCepstra]float32
	// Pitch in Hz is 0 where the frame is not Voiced; Harmonicity too where it is very low.
	Pitch, Harmonicity float32
	Tilt               float32
	Peak, PeakShare    float32
	// Tonality tells, by groups of bins, how well the phase of the partials goes on from the two frames before: 1 for steady
	// tones, around 0 for noise and for gliding voices.
	Tonality [numGroups]float32
	// Steady tells how alike the spectrum is to the one before, and to the one before that: 0 to 1.
	Steady [2]float32
	// Peakiness is 0 for a flat spectrum, near 1 for a few narrow peaks.
	Peakiness float32
	// Flux is the mean change of the bands since the frame before, in dB.
	Flux float32
	// Silent frames hold no signal; nothing but their level is measured.
	Silent  bool
	Clipped uint8
}

// Analysis measures one leg, frame by frame.
type Analysis struct {
	history  [historySamples]float32
	pitch    pitchTracker
	spectrum Spectrum      // of the frame before
	turn     Spectrum      // how the phase of its bins turned since the one before it
	mag      [Bins]float32 // of the frame before
	older    [Bins]float32 // of the one before it
	power    [2]float32    // of both
	bands    [NumBands]float32
	run      int // frames since the last silent one
	passed   int // frames passed over since the last that was measured
}

// Reset makes it as new.
func (a *Analysis) Reset() { *a = Analysis{} }

// Frame measures the next FrameSamples samples: their Level and, unless they are silent, their Shape.
func (a *Analysis) Frame(pcm []float32, f *Features) {
	a.Level(pcm, f)
	if !f.Silent {
		a.Shape(pcm, f)
	}
}

// Level measures what needs no spectrum, and begins the measurement of a frame: Shape or Pass follows unless it is silent. It
// returns the level as a mean square.
func (a *Analysis) Level(pcm []float32, f *Features) (power float32) {
	*f = Features{Level: MinDB}
	power = level(pcm[:FrameSamples], f)
	if f.Silent {
		// What follows silence begins anew, and does so in the same state whatever was before it.
		if a.run > 0 {
			a.Reset()
		}
		for i := range f.Bands {
			f.Bands[i] = MinDB
		}
	}
	return power
}

// passedFrames is how many of the frames passed over are kept: as many as what follows is measured against.
const passedFrames = 2

// place is where a frame passed over is kept: in what the first frame measured again writes anew, and nothing of interest reads before.
func (a *Analysis) place(n int) (pcm *[Bins]float32, rest *[FrameSamples - Bins]float32) {
	if n%passedFrames == 0 {
		return &a.turn.Re, (*[FrameSamples - Bins]float32)(a.older[0:])
	}
	return &a.turn.Im, (*[FrameSamples - Bins]float32)(a.older[FrameSamples-Bins:])
}

// Pass takes a frame of which nothing but its level is of interest.
func (a *Analysis) Pass(pcm []float32) {
	oldest, rest := a.place(a.passed)
	if a.passed >= passedFrames {
		n := copy(a.history[:], oldest[FrameSamples-historySamples:])
		copy(a.history[n:], rest[:])
	}
	n := copy(oldest[:], pcm)
	copy(rest[:], pcm[n:])
	a.passed++
}

// resume measures the last frames passed over, for what follows to be compared with them.
func (a *Analysis) resume() {
	n := a.passed
	a.passed = 0
	if n > passedFrames {
		a.pitch.x2, a.pitch.x1 = a.history[historySamples-2], a.history[historySamples-1]
	}
	var pcm [passedFrames][FrameSamples]float32
	for i := range pcm {
		first, rest := a.place(i)
		copy(pcm[i][copy(pcm[i][:], first[:]):], rest[:])
	}
	var f Features
	for i := max(n-passedFrames, 0); i < n; i++ {
		f.Level = MinDB // no pitch is of interest
		a.Shape(pcm[i%passedFrames][:], &f)
	}
}

// Shape measures all but the level.
func (a *Analysis) Shape(pcm []float32, f *Features) {
	if a.passed > 0 {
		a.resume()
	}
	pcm = pcm[:FrameSamples]
	var x [FFTSize]float32
	copy(x[:], a.history[:])
	copy(x[historySamples:], pcm)
	copy(a.history[:], pcm[FrameSamples-historySamples:])
	var now Spectrum
	Transform(&x, &now)
	a.pitch.feed(pcm)
	if f.Level > pitchFloor {
		if f.Pitch, f.Harmonicity = a.pitch.find(); f.Harmonicity < Voiced {
			f.Pitch = 0
		}
	}
	a.run++
	a.spectral(&now, f)
}

func level(pcm []float32, f *Features) (power float32) {
	const full = 32000.0 / 32768
	p := (*[FrameSamples]float32)(pcm)
	sum, square := levelSums(p)
	all := square[0] + square[1] + (square[2] + square[3])
	mean := (sum[0] + sum[1] + (sum[2] + sum[3])) / FrameSamples
	power = all/FrameSamples - float32(mean*mean)
	f.Level = DB(power)
	// Samples that deviate by more than silentPeak on the mean do so at their most. Written so that those that are no numbers
	// make a silent frame.
	f.Silent = !(power > 2*silentPeak*silentPeak) && (!(spread(p) > 2*silentPeak) || !(power > 0))
	if all > 0.9*full*full { // less has no sample of that size
		for _, v := range p {
			if v >= full || v <= -full {
				f.Clipped++
			}
		}
	}
	return power
}

// levelSums are those of every fourth sample and of its square: for each addition to wait for none before it.
func levelSums(p *[FrameSamples]float32) (sum, square [4]float32) {
	if Wide {
		return levelWide(p)
	}
	var s0, s1, s2, s3, q0, q1, q2, q3 float32
	for i := 0; i < len(p); i += 4 {
		a, b, c, d := p[i], p[i+1], p[i+2], p[i+3]
		s0 += a
		s1 += b
		s2 += c
		s3 += d
		q0 += float32(a * a)
		q1 += float32(b * b)
		q2 += float32(c * c)
		q3 += float32(d * d)
	}
	return [4]float32{s0, s1, s2, s3}, [4]float32{q0, q1, q2, q3}
}

// spread is how far the samples are apart.
func spread(p *[FrameSamples]float32) float32 {
	low, high := p[0], p[0]
	for _, v := range p {
		low, high = min(low, v), max(high, v)
	}
	return high - low
}
