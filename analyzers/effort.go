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
		e.base.learn(level, &e.window)
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
		e.base.learn(level, &e.window)
		return
	}
	e.scene.add(f, rise, &e.window)
	tilt, pitch := e.scene.over(&e.base)
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
	return 1 / (1 + math.Exp(-trust*(clamp(tilt, -3, 8)*0.8+clamp(pitch, -3, 8)*0.8-4)))
}

// effortWindows is the last half second of speech.
type effortWindows struct {
	ring    [effortWindow]effortFrame
	n, next int
	power   float64 // sum over the ring
	voiced  int     // and of the voiced frames, their tilt and pitch
	tilt    float64
	pitch   float64
}

type effortFrame struct {
	power, tilt, pitch float64
	voiced             bool
}

func (w *effortWindows) push(f *Frame) {
	old := &w.ring[w.next]
	if w.n == effortWindow {
		w.power -= old.power
		if old.voiced {
			w.tilt -= old.tilt
			w.pitch -= old.pitch
			w.voiced--
		}
	} else {
		w.n++
	}
	*old = effortFrame{power: math.Pow(10, float64(f.Level)/10), voiced: f.Pitch > 0}
	w.power += old.power
	if old.voiced {
		old.tilt, old.pitch = float64(f.Tilt), 12*math.Log2(float64(f.Pitch))
		w.tilt += old.tilt
		w.pitch += old.pitch
		w.voiced++
	}
	w.next = (w.next + 1) % effortWindow
}

func (w *effortWindows) level() float64 { return 10 * math.Log10(w.power/effortWindow+1e-13) }

// effortScene is a stretch of loud speech: all of it, not only what sounds raised.
type effortScene struct {
	loud        bool
	n, since    int // frames, and frames of speech since that were not loud
	rise        float64
	voiced      int
	tilt, pitch float64
}

// add takes a frame. The first takes the whole window that made it loud.
func (s *effortScene) add(f *Frame, rise float64, w *effortWindows) {
	s.since = 0
	s.n++
	s.rise += rise
	switch {
	case s.n == 1:
		s.voiced, s.tilt, s.pitch = w.voiced, w.tilt, w.pitch
	case f.Pitch > 0:
		s.voiced++
		s.tilt += float64(f.Tilt)
		s.pitch += 12 * math.Log2(float64(f.Pitch))
	}
}

func (s *effortScene) over(b *effortBase) (tilt, pitch float64) {
	if s.voiced == 0 || b.voiced == 0 {
		return 0, 0
	}
	n := float64(s.voiced)
	return s.tilt/n - b.tilt/b.voiced, s.pitch/n - b.pitch/b.voiced
}

// effortBase is how somebody usually speaks.
type effortBase struct {
	levels      [160]uint32 // windows of neutral speech by level, in steps of 0.5 dB from -80 dBov
	n           uint32
	level       float64 // median of levels, refreshed once a window
	since       int
	voiced      float64 // sums over the voiced frames of neutral windows
	tilt, pitch float64
}

func (b *effortBase) known() bool { return b.n >= effortBaseline }

func (b *effortBase) learn(level float64, w *effortWindows) {
	b.levels[int(clamp((level+80)*2, 0, float64(len(b.levels)-1)))]++
	b.n++
	b.voiced += float64(w.voiced) / effortWindow
	b.tilt += w.tilt / effortWindow
	b.pitch += w.pitch / effortWindow
	if b.since++; b.since >= effortWindow || b.n == effortBaseline {
		b.since = 0
		b.level = b.median()
	}
	if b.n >= effortMemory {
		b.n = 0
		for i := range b.levels {
			b.levels[i] /= 2
			b.n += b.levels[i]
		}
		b.voiced, b.tilt, b.pitch = b.voiced/2, b.tilt/2, b.pitch/2
	}
}

func (b *effortBase) median() float64 {
	var sum uint32
	for i, n := range b.levels {
		if sum += n; sum*2 >= b.n {
			return float64(i)/2 - 80
		}
	}
	return 0
}

// shift says that the line has become louder: all levels heard so far would now be so many dB higher.
func (b *effortBase) shift(dB float64) {
	bins := int(math.Round(dB * 2))
	for i := len(b.levels) - 1; i >= 0; i-- {
		v := b.levels[i]
		b.levels[i] = 0
		b.levels[min(i+bins, len(b.levels)-1)] += v
	}
	b.level = b.median()
}

func clamp(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
