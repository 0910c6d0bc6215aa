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
	// Level in dBov, Power as a mean square, both without the constant part.
	Level, Power float32
	// Silent frames hold no signal; nothing but their level is measured.
	Silent  bool
	Clipped int
	Bands   [NumBands]float32
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
}

// Analysis measures one leg, frame by frame.
type Analysis struct {
	history  [historySamples]float32
	pitch    pitchTracker
	spectrum Spectrum      // of the frame before
	turn     Spectrum      // how the phase of its bins turned since the one before it
	mag      [Bins]float32 // of the frame before
	older    [Bins]float32 // of the one before it
	bands    [NumBands]float32
	run      int // frames since the last silent one
}

// Reset makes it as new.
func (a *Analysis) Reset() { *a = Analysis{} }

// Frame measures the next FrameSamples samples.
func (a *Analysis) Frame(pcm []float32, f *Features) {
	pcm = pcm[:FrameSamples]
	*f = Features{Level: MinDB, Pitch: 0}
	level(pcm, f)
	if f.Silent {
		// What follows silence begins anew, and does so in the same state whatever was before it.
		if a.run > 0 {
			a.Reset()
		}
		for i := range f.Bands {
			f.Bands[i] = MinDB
		}
		return
	}
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

// level measures what needs no spectrum.
func level(pcm []float32, f *Features) {
	const full = 32000.0 / 32768
	var sum, square0, square1, low, high float32
	low, high = pcm[0], pcm[0]
	for i := 0; i+1 < len(pcm); i += 2 {
		v, w := pcm[i], pcm[i+1]
		sum += v + w
		square0 += float32(v * v)
		square1 += float32(w * w)
		low, high = min(low, v, w), max(high, v, w)
	}
	mean := sum / float32(len(pcm))
	f.Power = (square0+square1)/float32(len(pcm)) - float32(mean*mean)
	f.Level = DB(f.Power)
	// Written so that samples that are no numbers make a silent frame.
	f.Silent = !(high-low > 2*silentPeak) || !(f.Power > 0)
	if high >= full || low <= -full {
		for _, v := range pcm {
			if v >= full || v <= -full {
				f.Clipped++
			}
		}
	}
}
