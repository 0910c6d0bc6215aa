package analyzers

import "math"

const (
	effortWindow   = 25   // speech frames, 0.5 s: a shorter rise is an accent, not a raised voice
	effortBaseline = 250  // speech frames, 5 s: less is not enough to know how somebody speaks
	effortMemory   = 3000 // speech frames, 60 s: older speech counts half, so that a line that drifts is followed
	effortPause    = 50   // frames, 1 s: speech before a longer pause says nothing of the speech after it

	// A scene of loud speech begins at raiseOn dB over the speaker's own level, and lasts while raiseOff is exceeded.
	raiseOn  = 6.0
	raiseOff = 4.0
	// sceneVoiced is how many voiced frames a scene needs for its tilt and pitch to say anything: 0.2 s.
	sceneVoiced = 10
	// sceneGain is how many frames of a scene without the signs of effort it takes to know that the line has become louder,
	// not the speaker: 4 s.
	sceneGain = 200
	// sceneAmplified is the confidence of a raised voice below which it is that.
	sceneAmplified = 0.1
)

// effort compares how somebody speaks now with how the same person spoke earlier in the call, and notes it in the frame.
//
// A raised voice is louder, and louder in the way a body is: the spectrum flattens, less of it lies under the first formant, and
// the pitch rises (Traunmüller and Eriksson, JASA 107, 2000). A louder handset only raises the level. Single syllables
// differ as much in all this as neutral speech from a raised voice, so it is taken over all voiced frames of the loud scene,
// never over those that happen to look raised. A scene lasts, through any pauses and the other's words, until the speaker has
// spoken as usual for a while: whose handset became louder is heard turn after turn, and each turn says more surely that it is
// the handset. Loud speech does not enter the comparison's base, so a shout that lasts stays a shout.
type effort struct {
	window effortWindows
	scene  effortScene
	base   effortBase
	pause  int
}

func (e *effort) reset() { *e = effort{} }

func (e *effort) step(f *Frame) {
	if !f.Speech || f.Music || f.Tone || f.Lost > 0 {
		if e.pause++; e.pause == effortPause {
			e.window = effortWindows{}
			e.scene.loud = false
		}
		return
	}
	e.pause = 0
	e.window.push(f)
	if e.window.n < effortWindow {
		return
	}
	level := e.window.level()
	if !e.base.known() {
		e.base.learn(level, f)
		return
	}
	rise := level - e.base.level
	limit := raiseOn
	if e.scene.loud {
		limit = raiseOff
	}
	if e.scene.loud = rise >= limit; !e.scene.loud {
		if e.scene.since++; e.scene.since >= raisedGap {
			e.scene = effortScene{}
		}
		e.base.learn(level, f)
		return
	}
	e.scene.add(f, rise, &e.base)
	signs := e.scene.over(&e.base)
	f.Loud, f.Rise, f.TiltRise, f.PitchRise = true, float32(rise), float32(signs.tilt), float32(signs.pitch)
	f.RaisedConfidence = float32(raisedConfidence(signs, e.scene.voiced))
	f.Raised = f.RaisedConfidence >= 0.5
	if e.scene.n >= sceneGain && f.RaisedConfidence < sceneAmplified {
		e.base.shift(e.scene.rise / float64(e.scene.n))
		e.scene = effortScene{}
	}
}

// raisedConfidence is how likely a loud scene is a raised voice rather than a gain, from what a body does. Fitted on twelve voices
// of the splits train and tune, made louder by an amplifier and by effort, each judged by a fit without it.
func raisedConfidence(rise effortSigns, voiced int) float64 {
	if voiced < sceneVoiced {
		return 0
	}
	trust := math.Sqrt(min(float64(voiced)/50, 1))
	odds := float64(1.5*clamp(rise.pitch, -4, 8)) + float64(0.55*clamp(rise.tilt, -4, 8)) - float64(0.5*clamp(rise.low, -6, 2)) - 5.1
	return 1 / (1 + math.Exp(-trust*odds))
}

// effortSigns are what an effort changes in a voiced frame, but for its level: the spectral tilt in dB, the level of 156-300 Hz
// over that of 0.3-1 kHz in dB, and the pitch in semitones over 55 Hz.
type effortSigns struct{ tilt, low, pitch float64 }

func (s *effortSigns) add(o effortSigns) {
	s.tilt += o.tilt
	s.low += o.low
	s.pitch += o.pitch
}

func (s effortSigns) scaled(by float64) effortSigns {
	return effortSigns{float64(s.tilt * by), float64(s.low * by), float64(s.pitch * by)}
}

// signsOf reads them off a frame. At the lower end of its range the pitch is a guess of the tracker's, not a voice; who is above
// its upper end is at least there.
func signsOf(f *Frame) (s effortSigns, ok bool) {
	if f.Pitch < 72 {
		return s, false
	}
	for _, b := range f.Bands[:4] {
		s.low += float64(b) / 4
	}
	for _, b := range f.Bands[4:11] {
		s.low -= float64(b) / 7
	}
	s.tilt, s.pitch = float64(f.Tilt), 12*math.Log2(float64(f.Pitch)/55)
	return s, true
}

// carriesLow says that what is under 300 Hz in a frame is more than noise. Many lines carry nothing there.
func carriesLow(f *Frame) bool {
	return max(f.Bands[0], f.Bands[1], f.Bands[2], f.Bands[3]) > f.Floor
}

// effortWindows is the last half second of speech.
type effortWindows struct {
	ring    [effortWindow]float64 // powers
	n, next int
	power   float64 // their sum
}

func (w *effortWindows) push(f *Frame) {
	if w.n == effortWindow {
		w.power -= w.ring[w.next]
	} else {
		w.n++
	}
	p := f.meanSquare()
	w.ring[w.next] = p
	w.power += p
	w.next = (w.next + 1) % effortWindow
}

func (w *effortWindows) level() float64 { return 10 * math.Log10(max(w.power, 0)/effortWindow+1e-13) }

// effortScene is a stretch of loud speech: all of it, not only what sounds raised.
type effortScene struct {
	loud     bool
	n, since int // frames, and frames of speech since that were not loud
	rise     float64
	voiced   int
	sum      effortSigns // over the voiced frames
}

func (s *effortScene) add(f *Frame, rise float64, b *effortBase) {
	s.since = 0
	s.n++
	s.rise += rise
	if signs, ok := signsOf(f); ok && b.voice(signs.pitch) {
		s.voiced++
		s.sum.add(signs)
	}
}

// over is how much the scene differs from the base.
func (s *effortScene) over(b *effortBase) effortSigns {
	if s.voiced == 0 {
		return effortSigns{}
	}
	rise := s.sum.scaled(1 / float64(s.voiced))
	rise.add(b.mean.scaled(-1))
	if b.low < leastLow*b.voiced {
		rise.low = 0
	}
	return rise
}

// effortBase is how somebody usually speaks: what they said so far, the last minute counting most.
type effortBase struct {
	levels  [160]uint16 // windows of neutral speech by level, in steps of 0.5 dB from -80 dBov
	pitches [72]uint16  // voiced frames by pitch, in steps of half a semitone over 55 Hz
	n       uint32
	level   float64 // median of levels, refreshed with the others once a window
	since   int

	medianPitch float64
	voiced, low float64     // frames at a pitch that is the voice's, and of these that carry what is under 300 Hz
	sum, mean   effortSigns // over them
}

// leastLow is the share of voiced frames that must carry what is under 300 Hz for it to be compared.
const leastLow = 0.8

func (b *effortBase) known() bool { return b.n >= effortBaseline }

// voice says whether a pitch is within what the voice does, raised or not. An octave below is the tracker's mistake, and so is far
// above.
func (b *effortBase) voice(pitch float64) bool {
	return pitch > b.medianPitch-6 && pitch < b.medianPitch+11
}

func (b *effortBase) learn(level float64, f *Frame) {
	b.levels[int(clamp((level+80)*2, 0, float64(len(b.levels)-1)))]++
	b.n++
	if signs, ok := signsOf(f); ok {
		b.pitches[int(clamp(signs.pitch*2, 0, float64(len(b.pitches)-1)))]++
		if b.medianPitch == 0 || b.voice(signs.pitch) {
			b.voiced++
			b.sum.add(signs)
			if carriesLow(f) {
				b.low++
			}
		}
	}
	if b.since++; b.since >= effortWindow || b.n == effortBaseline {
		b.since = 0
		b.refresh()
	}
	if b.n >= effortMemory {
		b.n = halve(b.levels[:])
		halve(b.pitches[:])
		b.voiced, b.low, b.sum = b.voiced/2, b.low/2, b.sum.scaled(0.5)
	}
}

func (b *effortBase) refresh() {
	b.level = median(b.levels[:])/2 - 80
	before := b.medianPitch
	b.medianPitch = median(b.pitches[:]) / 2
	if math.Abs(b.medianPitch-before) > 3 { // the voice's pitch was taken for another's: what was summed up is of no use
		b.voiced, b.low, b.sum = 0, 0, effortSigns{}
	}
	if b.voiced > 0 {
		b.mean = b.sum.scaled(1 / b.voiced)
	}
}

// shift says that the line has become louder: all levels heard so far would now be so many dB higher.
func (b *effortBase) shift(dB float64) {
	bins := max(int(math.Round(dB*2)), 0)
	for i := len(b.levels) - 1; i >= 0; i-- {
		v := b.levels[i]
		b.levels[i] = 0
		b.levels[min(i+bins, len(b.levels)-1)] += v
	}
	b.refresh()
}

// median is the bin in which the middle of a histogram is.
func median(bins []uint16) float64 {
	var all, sum uint32
	for _, n := range bins {
		all += uint32(n)
	}
	for i, n := range bins {
		if sum += uint32(n); n > 0 && sum*2 >= all {
			return float64(i)
		}
	}
	return 0
}

func halve(bins []uint16) (sum uint32) {
	for i := range bins {
		bins[i] /= 2
		sum += uint32(bins[i])
	}
	return sum
}

func clamp(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
