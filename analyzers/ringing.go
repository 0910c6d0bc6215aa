package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

// signalPeriod is how long a ring counts where only the switch tells of it: 1 s on and 4 s off, as in China and Europe.
const signalPeriod = 5 * time.Second

// ringing reports how long, and how many times, a telephone rang before it was answered. It knows it from the ring tone,
// from the switch, or from both: then the switch tells when, and the tone how often.
//
// The leg is that on which the tone is heard: the agent's leg lets a caller hear that the agent's telephone rings, the
// customer's leg lets the agent hear the customer's.
type ringing struct {
	tone    ringback
	signal  bool // the switch has it ringing
	began   time.Duration
	spoken  bool // somebody on each leg has spoken since: it was answered, whatever the switch says
	talks   [2]talk
	mono    bool
	index   int
	lastOut int // rings when last emitted
}

func newRinging() *ringing { return new(ringing) }

func (*ringing) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:    "ring",
		Value:   "from the first ring to the answer, or to the call's end, s",
		Sources: []string{"tone", "signal", "both"},
		Measures: map[string]string{
			"rings":    "rings begun before the answer; where only the switch tells of them, one for each 5 s begun",
			"hz":       "mean frequency of the tone, 0 where none was heard, Hz",
			"on":       "length of a ring by the table, 0 where none was heard, s",
			"off":      "pause after it by the table, 0 where none was heard, s",
			"answered": "0 when the call ended while it rang",
		},
	}}
}

func (a *ringing) Reset() { *a = ringing{} }

func (a *ringing) Frame(now *Instant, emit Emit) {
	a.index = now.Index + 1
	a.mono = now.Mixed != nil
	before := a.tone.state
	a.tone.step(now)
	if a.signal {
		for k, f := range [2]*Frame{now.Agent, now.Customer} {
			if f != nil {
				a.talks[k].step(now.Index, f.Speech)
			}
		}
		a.spoken = a.spoken || a.talks[0].spoke() && a.talks[1].spoke()
		return
	}
	switch l := &a.tone.legs[a.tone.found]; {
	case a.tone.state == ringOver && before == ringOn:
		a.heard(a.tone.answer, true, false, emit)
	case a.tone.state == ringOn && l.rings > max(a.lastOut, 1):
		a.lastOut = l.rings
		a.heard(a.index, false, true, emit)
	}
}

// heard emits what the tone alone tells.
func (a *ringing) heard(end int, answered, open bool, emit Emit) {
	l := &a.tone.legs[a.tone.found]
	s := Segment{
		Kind: "ring", Leg: a.tone.leg(a.mono), Source: "tone", Open: open, Confidence: l.share / float64(l.rings),
		Start: time.Duration(l.first) * FrameDuration,
		End:   time.Duration(max(end, l.end)) * FrameDuration,
	}
	if l.rings == 1 {
		s.Confidence /= 2 // one burst has no cadence
	}
	a.send(s, l.rings, answered, emit)
}

func (a *ringing) send(s Segment, rings int, answered bool, emit Emit) {
	s.Value = s.Duration().Seconds()
	s.Set("rings", float64(rings))
	var hz, on, off float64
	if l := &a.tone.legs[a.tone.found]; s.Source != "signal" {
		hz, on, off = l.hz/float64(l.rings), ringTones[l.row].on, ringTones[l.row].off
	}
	s.Set("hz", hz)
	s.Set("on", on)
	s.Set("off", off)
	s.Set("answered", yes(answered))
	emit(s)
}

func (a *ringing) Event(e Event, emit Emit) {
	switch e.Kind {
	case schemas.Kind_KIND_RINGING:
		if a.signal {
			return
		}
		a.signal, a.began, a.spoken = true, e.At, false
		a.talks = [2]talk{}
	case schemas.Kind_KIND_ANSWERED:
		if a.signal {
			a.signalled(e.At, true, emit)
		} else if a.tone.state == ringOn {
			a.heard(int(e.At/FrameDuration), true, false, emit)
		}
		a.signal, a.lastOut = false, 0
	}
	a.tone.event(e.Kind)
}

// signalled emits what the switch tells, with what was heard. A tone that was heard most of that time counts the rings;
// one that was heard for a part of it does not.
func (a *ringing) signalled(end time.Duration, answered bool, emit Emit) {
	s := Segment{Kind: "ring", Source: "signal", Confidence: 1, Start: a.began, End: max(end, a.began)}
	rings := int((s.Duration() + signalPeriod - 1) / signalPeriod)
	a.tone.flush() // the answer may come while it sounds
	if l := &a.tone.legs[a.tone.found]; l.known() {
		s.Source, s.Leg = "both", a.tone.leg(a.mono)
		s.Start = min(s.Start, time.Duration(l.first)*FrameDuration)
		period := ringTones[l.row].period()
		if (l.last+period-l.first)*5 >= int(s.Duration()/FrameDuration)*4 {
			rings = l.rings
		}
	}
	a.send(s, rings, answered, emit)
}

// End closes what still rings: the caller gave up, or nobody said that it was answered.
func (a *ringing) End(end Ending, emit Emit) {
	switch {
	case a.signal && !a.spoken:
		a.signalled(end.At, false, emit)
	default:
		a.tone.flush()
		if a.tone.state == ringOn {
			a.heard(a.index, false, false, emit)
		}
	}
}
