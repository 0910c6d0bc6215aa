package analyzers

import "math"

const (
	effortWindow   = 25  // speech frames, 0.5 s: a shorter rise is an accent, not a raised voice
	effortBaseline = 250 // speech frames, 5 s: less is not enough to know how somebody speaks
	effortPause    = 50  // frames, 1 s: speech before a longer pause says nothing of the speech after it

	// A raised voice is louder, and louder in the way a body is: the spectrum flattens and the pitch rises (Traunmüller
	// and Eriksson, JASA 107, 2000). A louder handset only raises the level. The voice counts as raised from raiseOn dB
	// while tilt and pitch together rise as much as raisePerTilt dB or raisePerPitch semitones would alone.
	raiseOn       = 6.0
	raiseOff      = 4.0
	raisePerTilt  = 3.0
	raisePerPitch = 3.0
)

// effort compares how somebody speaks now with how the same person spoke earlier in the call, and notes it in the
// frame. Raised speech does not enter the comparison's base, so a shout that lasts stays a shout.
type effort struct {
	ring          [effortWindow]effortFrame
	n, next       int
	pause         int
	power, tilt   float64 // sums over the ring; tilt and pitch over its voiced frames
	pitch         float64
	voiced        int
	raised        bool
	levels        [160]uint32 // windows of neutral speech by level, in steps of 0.5 dB from -80 dBov
	neutral       uint32
	baseTilt      float64 // sums over neutral windows
	basePitch     float64
	baseN         float64
	baseline      float64 // median of levels, refreshed once a window
	sinceBaseline int
}

type effortFrame struct {
	power, tilt, pitch float64
	voiced             bool
}

func (e *effort) reset() { *e = effort{} }

func (e *effort) step(f *Frame) {
	if !f.Speech || f.Music || f.Tone || f.Lost > 0 {
		if e.pause++; e.pause == effortPause {
			e.n, e.next, e.voiced, e.raised = 0, 0, 0, false
			e.power, e.tilt, e.pitch = 0, 0, 0
		}
		f.Raised = false
		return
	}
	e.pause = 0
	e.push(f)
	if e.n < effortWindow {
		return
	}
	level := 10 * math.Log10(e.power/effortWindow+1e-13)
	if e.neutral >= effortBaseline {
		e.judge(f, level)
	}
	if !e.raised {
		e.learn(level)
	}
}

func (e *effort) push(f *Frame) {
	old := &e.ring[e.next]
	if e.n == effortWindow {
		e.power -= old.power
		if old.voiced {
			e.tilt -= old.tilt
			e.pitch -= old.pitch
			e.voiced--
		}
	} else {
		e.n++
	}
	*old = effortFrame{power: math.Pow(10, float64(f.Level)/10), voiced: f.Pitch > 0}
	e.power += old.power
	if old.voiced {
		old.tilt, old.pitch = float64(f.Tilt), 12*math.Log2(float64(f.Pitch))
		e.tilt += old.tilt
		e.pitch += old.pitch
		e.voiced++
	}
	e.next = (e.next + 1) % effortWindow
}

func (e *effort) judge(f *Frame, level float64) {
	rise := level - e.baseline
	var tilt, pitch float64
	if e.voiced >= effortWindow/5 && e.baseN > 0 {
		tilt = e.tilt/float64(e.voiced) - e.baseTilt/e.baseN
		pitch = e.pitch/float64(e.voiced) - e.basePitch/e.baseN
	}
	bodily := clamp(tilt/raisePerTilt, -0.5, 2)+clamp(pitch/raisePerPitch, -0.5, 2) >= 1
	limit := raiseOn
	if e.raised {
		limit = raiseOff
	}
	e.raised = bodily && rise >= limit
	f.Raised = e.raised
	f.Rise, f.TiltRise, f.PitchRise = float32(rise), float32(tilt), float32(pitch)
}

func (e *effort) learn(level float64) {
	bin := int(clamp((level+80)*2, 0, float64(len(e.levels)-1)))
	e.levels[bin]++
	e.neutral++
	if e.voiced >= effortWindow/5 {
		e.baseTilt += e.tilt / float64(e.voiced)
		e.basePitch += e.pitch / float64(e.voiced)
		e.baseN++
	}
	if e.sinceBaseline++; e.sinceBaseline >= effortWindow || e.neutral == effortBaseline {
		e.sinceBaseline = 0
		e.baseline = e.median()
	}
}

func (e *effort) median() float64 {
	var sum uint32
	for i, n := range e.levels {
		if sum += n; sum*2 >= e.neutral {
			return float64(i)/2 - 80
		}
	}
	return 0
}

func clamp(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
