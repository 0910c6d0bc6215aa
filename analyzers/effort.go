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
	// not the speaker: 10 s.
	sceneGain = 500
)

// effort compares how somebody speaks now with how the same person spoke earlier in the call, and notes it in the frame.
//
// A raised voice is louder, and louder in the way a body is: the spectrum flattens and the pitch rises (Traunmüller and
// Eriksson, JASA 107, 2000). A louder handset only raises the level. Single syllables differ as much in tilt and pitch
// as neutral speech from a raised voice, so both are taken over all voiced frames of the loud scene, never over those that
// happen to look raised. Loud speech does not enter the comparison's base, so a shout that lasts stays a shout.
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
		if e.pause == raisedGap {
			e.scene = effortScene{}
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
	tilt, pitch := e.scene.over()
	f.Loud, f.Rise, f.TiltRise, f.PitchRise = true, float32(rise), float32(tilt), float32(pitch)
	f.RaisedConfidence = float32(raisedConfidence(tilt, pitch, e.scene.voiced))
	f.Raised = f.RaisedConfidence >= 0.5
	if e.scene.n >= sceneGain && f.RaisedConfidence < 0.2 {
		e.base.shift(e.scene.rise / float64(e.scene.n))
		e.scene = effortScene{}
	}
}

// raisedConfidence is how likely a loud scene is a raised voice rather than a gain, from what a body does. Fitted on voices of
// the training split, made louder by an amplifier and by effort.
func raisedConfidence(tilt, pitch float64, voiced int) float64 {
	if voiced < sceneVoiced {
		return 0
	}
	trust := math.Sqrt(min(float64(voiced)/50, 1))
	return 1 / (1 + math.Exp(-trust*(0.57*clamp(tilt, -4, 8)+1.24*clamp(pitch, -4, 8)-3.26)))
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
	p := math.Pow(10, float64(f.Level)/10)
	w.ring[w.next] = p
	w.power += p
	w.next = (w.next + 1) % effortWindow
}

func (w *effortWindows) level() float64 { return 10 * math.Log10(max(w.power, 0)/effortWindow+1e-13) }

// effortScene is a stretch of loud speech: all of it, not only what sounds raised.
type effortScene struct {
	loud        bool
	n, since    int // frames, and frames of speech since that were not loud
	rise        float64
	voiced      int
	tilt, pitch float64 // sums over the voiced frames, over the base
}

func (s *effortScene) add(f *Frame, rise float64, b *effortBase) {
	s.since = 0
	s.n++
	s.rise += rise
	if pitch, ok := semitones(f); ok && b.voice(pitch) {
		s.voiced++
		s.tilt += float64(f.Tilt) - b.meanTilt
		s.pitch += pitch - b.meanPitch
	}
}

func (s *effortScene) over() (tilt, pitch float64) {
	n := float64(max(s.voiced, 1))
	return s.tilt / n, s.pitch / n
}

// semitones is the pitch over 55 Hz. At the ends of the range it is a guess of the tracker's, not a voice.
func semitones(f *Frame) (pitch float64, ok bool) {
	if f.Pitch < 72 || f.Pitch > 395 {
		return 0, false
	}
	return 12 * math.Log2(float64(f.Pitch)/55), true
}

// effortBase is how somebody usually speaks: what they said so far, the last minute counting most.
type effortBase struct {
	levels  [160]uint32 // windows of neutral speech by level, in steps of 0.5 dB from -80 dBov
	pitches [72]uint32  // voiced frames by pitch, in steps of half a semitone over 55 Hz
	n       uint32
	level   float64 // median of levels, refreshed with the others once a window
	since   int

	medianPitch         float64
	voiced, tilt, pitch float64 // sums over the frames at a pitch that is the voice's
	meanTilt, meanPitch float64
}

func (b *effortBase) known() bool { return b.n >= effortBaseline }

// voice says whether a pitch is within what the voice does, raised or not. An octave below is the tracker's mistake, and so is far
// above.
func (b *effortBase) voice(pitch float64) bool {
	return pitch > b.medianPitch-6 && pitch < b.medianPitch+11
}

func (b *effortBase) learn(level float64, f *Frame) {
	b.levels[int(clamp((level+80)*2, 0, float64(len(b.levels)-1)))]++
	b.n++
	if pitch, ok := semitones(f); ok {
		b.pitches[int(clamp(pitch*2, 0, float64(len(b.pitches)-1)))]++
		if b.medianPitch == 0 || b.voice(pitch) {
			b.voiced++
			b.tilt += float64(f.Tilt)
			b.pitch += pitch
		}
	}
	if b.since++; b.since >= effortWindow || b.n == effortBaseline {
		b.since = 0
		b.refresh()
	}
	if b.n >= effortMemory {
		b.n = halve(b.levels[:])
		halve(b.pitches[:])
		b.voiced, b.tilt, b.pitch = b.voiced/2, b.tilt/2, b.pitch/2
	}
}

func (b *effortBase) refresh() {
	b.level = median(b.levels[:])/2 - 80
	before := b.medianPitch
	b.medianPitch = median(b.pitches[:]) / 2
	if math.Abs(b.medianPitch-before) > 3 { // the voice's pitch was taken for another's: what was summed up is of no use
		b.voiced, b.tilt, b.pitch = 0, 0, 0
	}
	if b.voiced > 0 {
		b.meanTilt, b.meanPitch = b.tilt/b.voiced, b.pitch/b.voiced
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
func median(bins []uint32) float64 {
	var all, sum uint32
	for _, n := range bins {
		all += n
	}
	for i, n := range bins {
		if sum += n; n > 0 && sum*2 >= all {
			return float64(i)
		}
	}
	return 0
}

func halve(bins []uint32) (sum uint32) {
	for i := range bins {
		bins[i] /= 2
		sum += bins[i]
	}
	return sum
}

func clamp(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
