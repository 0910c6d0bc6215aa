package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	raisedGap = 150              // frames: 3 s; a scene with pauses for breath in it is one, and charged once
	raisedMin = 20               // frames: 0.4 s of raised speech
	raisedLag = effortWindow / 2 // frames by which the window's mean lags the voice
)

// loudness reports where somebody raised their voice over their own earlier speech. What counts as raised is effort's.
type loudness struct{ legs [2]loudnessLeg }

type loudnessLeg struct {
	open          bool
	start, end, n int
	rise          float64 // sum over loud frames
	// What the last of them says of the scene so far.
	tilt, pitch, confidence float32
	lastEmit                int
}

func newLoudness() *loudness { return new(loudness) }

func (*loudness) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:  "raised",
		Value: "level over the speaker's own earlier level, dB",
		Measures: map[string]string{
			"tilt_rise":  "rise of the level of 1-3.4 kHz over that of 0.3-1 kHz, dB",
			"pitch_rise": "rise of the pitch, semitones",
			"held":       "raised speech in it, s",
		},
	}}
}

func (a *loudness) Reset() { *a = loudness{} }

func (a *loudness) Frame(now *Instant, emit Emit) {
	if now.Mixed != nil {
		return // whose baseline?
	}
	a.legs[0].step(now.Agent, schemas.Leg_LEG_AGENT, now.Index, emit)
	a.legs[1].step(now.Customer, schemas.Leg_LEG_CUSTOMER, now.Index, emit)
}

func (l *loudnessLeg) step(f *Frame, leg schemas.Leg, i int, emit Emit) {
	switch {
	case f.Loud:
		if !l.open {
			*l = loudnessLeg{open: true, start: max(0, i-raisedLag), lastEmit: i}
		}
		l.end = i + 1
		l.n++
		l.rise += float64(f.Rise)
		l.tilt, l.pitch, l.confidence = f.TiltRise, f.PitchRise, f.RaisedConfidence
		if l.n >= raisedMin && i-l.lastEmit >= 50 {
			l.lastEmit = i
			l.send(leg, true, emit)
		}
	case l.open && i-l.end >= raisedGap:
		l.close(leg, emit)
	}
}

func (l *loudnessLeg) close(leg schemas.Leg, emit Emit) {
	l.open = false
	if l.n >= raisedMin {
		l.send(leg, false, emit)
	}
}

func (l *loudnessLeg) send(leg schemas.Leg, open bool, emit Emit) {
	n := float64(l.n)
	s := Segment{
		Kind: "raised", Leg: leg, Open: open, Confidence: float64(l.confidence), Value: l.rise / n,
		Start: time.Duration(l.start) * FrameDuration,
		End:   time.Duration(l.end) * FrameDuration,
	}
	s.Set("tilt_rise", float64(l.tilt))
	s.Set("pitch_rise", float64(l.pitch))
	s.Set("held", frames(l.n))
	emit(s)
}

func (*loudness) Event(Event, Emit) {}

func (a *loudness) End(_ Ending, emit Emit) {
	for i, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER} {
		if a.legs[i].open {
			a.legs[i].close(leg, emit)
		}
	}
}
