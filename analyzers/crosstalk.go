package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	overlapMin   = 15   // frames: 0.3 s; shorter is a hand-over
	yieldLead    = 15   // frames: who has stopped has yielded if the other goes on for 0.3 s or more
	turnGap      = 40   // frames: a turn's pauses are shorter than 0.8 s
	floorHeld    = 50   // frames: 1 s; who has spoken that long can be interrupted
	quarrelSpan  = 1000 // frames: 20 s
	quarrelMin   = 50   // frames: 1 s of raised overlap within the span
	raisedRecent = 100  // frames: 2 s; a voice counts as loud that long after it was
)

// crosstalk reports where both talk at once, who broke in on whom, and where both do it with raised voices.
type crosstalk struct {
	legs  [2]crosstalkLeg // agent, customer
	mono  bool
	index int

	overlapping bool
	start       int

	raised   [quarrelSpan]bool // overlap of loud voices, ring over the last 20 s
	sum      int
	quarrel  bool
	qStart   int
	qEnd     int
	qMax     int
	turns    int
	holder   int // who spoke alone last: 0, 1; -1 nobody
	lastEmit int
}

type crosstalkLeg struct {
	talk
	turn       int // frame at which the turn began
	lastTalk   int
	lastLoud   int
	confidence float32 // how surely the loud voice is a raised one, by all that was heard of it so far
}

func newCrosstalk() *crosstalk { c := new(crosstalk); c.Reset(); return c }

func (*crosstalk) Kinds() []KindDoc {
	return []KindDoc{
		{Kind: "overlap", Value: "both are in the middle of a turn, s", Measures: map[string]string{
			"agent_yielded":    "1 when the agent stopped and the customer went on",
			"customer_yielded": "1 when the customer stopped and the agent went on",
		}},
		{Kind: "interruption", Value: "both talk, breaths included, until the interrupted one stops, s", Measures: map[string]string{}},
		{Kind: "quarrel", Value: "most overlap of raised voices within 20 s, s", Measures: map[string]string{
			"turns": "changes of who talks, in it",
		}},
	}
}

func (a *crosstalk) Reset() {
	*a = crosstalk{holder: -1}
	for i := range a.legs {
		a.legs[i].lastLoud = -quarrelSpan
	}
}

func (a *crosstalk) Frame(now *Instant, emit Emit) {
	i := now.Index
	a.index = i + 1
	if now.Mixed != nil {
		a.mono = true
		return
	}
	a.legs[0].step(i, now.Agent)
	a.legs[1].step(i, now.Customer)
	a.overlap(i, emit)
	a.quarrelling(i, emit)
}

func (l *crosstalkLeg) step(i int, f *Frame) {
	l.talk.step(i, f.Speech && !f.Music)
	if l.talking {
		if l.began() && (l.lastTalk == 0 || l.talk.start-l.lastTalk > turnGap) {
			l.turn = l.talk.start
		}
		l.lastTalk = i + 1
	}
	if f.Loud {
		l.lastLoud, l.confidence = i, f.RaisedConfidence
	}
}

// holds says whether the leg is in the middle of a turn: it talks, or is taking a breath.
func (l *crosstalkLeg) holds(i int) bool { return l.lastTalk > 0 && i+1-l.lastTalk <= turnGap }

// overlap follows turns, not words: who takes a breath while the other talks over it has not stopped.
func (a *crosstalk) overlap(i int, emit Emit) {
	both := a.legs[0].holds(i) && a.legs[1].holds(i)
	switch {
	case both:
		a.overlapping = true
		a.start = max(a.legs[0].turn, a.legs[1].turn)
	case a.overlapping:
		a.close(emit)
	}
}

// close reports the overlap that ended with the turn of one of them.
func (a *crosstalk) close(emit Emit) {
	a.overlapping = false
	end := min(a.legs[0].lastTalk, a.legs[1].lastTalk)
	if end-a.start < overlapMin {
		return
	}
	yielded := -1
	for k := range a.legs {
		if a.legs[k].lastTalk == end && a.legs[1-k].lastTalk-end >= yieldLead {
			yielded = k
		}
	}
	s := Segment{
		Kind: "overlap", Confidence: 1,
		Start: time.Duration(a.start) * FrameDuration,
		End:   time.Duration(end) * FrameDuration,
	}
	s.Value = s.Duration().Seconds()
	s.Set("agent_yielded", yes(yielded == 0))
	s.Set("customer_yielded", yes(yielded == 1))
	emit(s)
	if yielded < 0 {
		return
	}
	if first, second := &a.legs[yielded], &a.legs[1-yielded]; second.turn-first.turn >= floorHeld {
		emit(Segment{Kind: "interruption", Leg: legs[1-yielded], Start: s.Start, End: s.End, Value: s.Value, Confidence: 1})
	}
}

var legs = [2]schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}

func (a *crosstalk) quarrelling(i int, emit Emit) {
	for k := range a.legs {
		if a.legs[k].talking && !a.legs[1-k].talking && a.holder != k {
			if a.holder >= 0 && a.quarrel {
				a.turns++
			}
			a.holder = k
		}
	}
	now := a.legs[0].talking && a.legs[1].talking &&
		i-a.legs[0].lastLoud <= raisedRecent && i-a.legs[1].lastLoud <= raisedRecent
	slot := &a.raised[i%quarrelSpan]
	if *slot {
		a.sum--
	}
	if *slot = now; now {
		a.sum++
	}
	switch {
	case now && !a.quarrel:
		a.quarrel, a.qStart, a.qEnd, a.qMax, a.turns, a.lastEmit = true, i, i+1, a.sum, 0, i
	case now:
		a.qEnd = i + 1
		a.qMax = max(a.qMax, a.sum)
	case a.quarrel && i-a.qEnd >= quarrelSpan/4:
		a.endQuarrel(emit)
	}
	if a.quarrel && a.qMax >= quarrelMin && i-a.lastEmit >= 50 {
		a.lastEmit = i
		a.sendQuarrel(true, emit)
	}
}

func (a *crosstalk) endQuarrel(emit Emit) {
	a.quarrel = false
	if a.qMax >= quarrelMin {
		a.sendQuarrel(false, emit)
	}
}

func (a *crosstalk) sendQuarrel(open bool, emit Emit) {
	s := Segment{
		Kind: "quarrel", Confidence: float64(min(a.legs[0].confidence, a.legs[1].confidence)), Open: open, Value: frames(a.qMax),
		Start: time.Duration(a.qStart) * FrameDuration,
		End:   time.Duration(a.qEnd) * FrameDuration,
	}
	s.Set("turns", float64(a.turns))
	emit(s)
}

func (*crosstalk) Event(Event, Emit) {}

func (a *crosstalk) End(_ Ending, emit Emit) {
	if a.mono {
		return
	}
	if a.overlapping {
		a.close(emit)
	}
	if a.quarrel {
		a.endQuarrel(emit)
	}
}
