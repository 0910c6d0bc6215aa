package analyzers

import (
	"math"
	"time"

	"github.com/earshot/earshot/schemas"
)

const speechGap = 15 // frames: 300 ms

// speech reports who talked when. Pauses shorter than speechGap are part of the talking.
type speech struct{ legs [3]speechLeg }

type speechLeg struct {
	open       bool
	start, end int
	power      float64 // sum over speech frames
	floor      float64
	likely     float64
	n          int
}

func newSpeech() *speech { return new(speech) }

func (*speech) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:  "speech",
		Value: "mean level while talking, dBov",
		Measures: map[string]string{
			"level": "mean level while talking, dBov",
			"floor": "mean noise floor, dBov",
			"snr":   "level over floor, dB",
		},
	}}
}

func (a *speech) Reset() { *a = speech{} }

func (a *speech) Frame(now *Instant, emit Emit) {
	a.leg(0, now.Agent, schemas.Leg_LEG_AGENT, now.Index, emit)
	a.leg(1, now.Customer, schemas.Leg_LEG_CUSTOMER, now.Index, emit)
	a.leg(2, now.Mixed, schemas.Leg_LEG_MIXED, now.Index, emit)
}

func (a *speech) leg(i int, f *Frame, leg schemas.Leg, index int, emit Emit) {
	if f == nil {
		return
	}
	l := &a.legs[i]
	if f.Speech {
		if !l.open {
			*l = speechLeg{open: true, start: index}
		}
		l.end = index + 1
		l.power += f.meanSquare()
		l.floor += float64(f.Floor)
		l.likely += float64(f.SpeechLikelihood)
		l.n++
	} else if l.open && index-l.end >= speechGap {
		l.close(leg, emit)
	}
}

func (l *speechLeg) close(leg schemas.Leg, emit Emit) {
	l.open = false
	if l.n < minTalk {
		return
	}
	level := 10 * math.Log10(l.power/float64(l.n))
	floor := l.floor / float64(l.n)
	seg := Segment{
		Kind: "speech", Leg: leg, Confidence: l.likely / float64(l.n), Value: level,
		Start: time.Duration(l.start) * FrameDuration,
		End:   time.Duration(l.end) * FrameDuration,
	}
	seg.Set("level", level)
	seg.Set("floor", floor)
	seg.Set("snr", level-floor)
	emit(seg)
}

func (*speech) Event(Event, Emit) {}

func (a *speech) End(_ Ending, emit Emit) {
	for i, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		if a.legs[i].open {
			a.legs[i].close(leg, emit)
		}
	}
}
