package analyzers

import (
	"math"
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	overlapMin   = 15   // frames: 0.3 s; shorter is a hand-over
	yieldLead    = 15   // frames: who has stopped has yielded if the other goes on for 0.3 s or more
	turnGap      = 40   // frames: a turn's pauses are shorter than 0.8 s
	turnSound    = 150  // frames: what is as loud as the speaker carries a turn on for so long, 3 s, speech or not
	turnDrop     = 14   // dB under the speaker's loudest and the other's voice, down to which it is as loud, and no echo
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
	told        struct{ from, to int } // the overlap that was reported last

	raised   [(quarrelSpan + 63) / 64]uint64 // overlap of loud voices, a ring of bits over the last 20 s
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
	lastSound  int     // frame after the last that was as loud as the speaker, or speech
	level      float32 // of the speaker's loudest lately, dBov
	likely     float32 // sum of the likelihoods of speech in the overlap, over so many frames of speech
	spoken     int
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
	a.legs[0].step(i, now.Agent, now.Customer)
	a.legs[1].step(i, now.Customer, now.Agent)
	a.overlap(now, emit)
	a.quarrelling(i, emit)
}

func (l *crosstalkLeg) step(i int, f, other *Frame) {
	l.talk.step(i, f.Speech && !f.Music)
	if l.talking {
		if l.began() && (l.lastTalk == 0 || l.talk.start-l.lastSound >= turnGap) {
			l.turn = l.talk.start
		}
		if l.lastTalk == 0 || f.Level > l.level {
			l.level = f.Level
		}
		l.level -= turnFade
		l.lastTalk, l.lastSound = i+1, i+1
	} else if i-l.lastTalk < turnSound && i-l.lastSound < turnGap && !f.Music && !f.Tone &&
		f.Level > max(l.level-turnDrop, f.Floor+turnDrop/2, other.Level-turnDrop) {
		l.lastSound = i + 1
	}
	if f.Loud {
		l.lastLoud, l.confidence = i, f.RaisedConfidence
	}
}

// turnFade is how fast the loudest is forgotten, dB a frame of speech: 4 dB a second.
const turnFade = 0.08

// holds says whether the leg is in the middle of a turn: it talks, or is taking a breath. Two voices at once are harder to tell for
// voices than one, so what goes on as loud as before is taken for the same.
func (l *crosstalkLeg) holds(i int) bool {
	return l.lastTalk > 0 && (i+1-l.lastSound <= turnGap || l.run > 0 && l.talk.start-l.lastSound < turnGap)
}

// weigh takes how likely it is that what is heard in an overlap is a voice.
func (l *crosstalkLeg) weigh(f *Frame) {
	if f.Speech {
		l.likely += f.SpeechLikelihood
		l.spoken++
	}
}

// voice is the mean of that.
func (l *crosstalkLeg) voice() float64 { return float64(l.likely) / float64(max(l.spoken, 1)) }

// overlap follows turns, not words: who takes a breath while the other talks over it has not stopped.
func (a *crosstalk) overlap(now *Instant, emit Emit) {
	i := now.Index
	both := a.legs[0].holds(i) && a.legs[1].holds(i)
	switch {
	case both:
		a.overlapping = true
		if start := max(a.legs[0].turn, a.legs[1].turn); start != a.start {
			a.start = start
			a.legs[0].likely, a.legs[0].spoken, a.legs[1].likely, a.legs[1].spoken = 0, 0, 0, 0
		}
		a.legs[0].weigh(now.Agent)
		a.legs[1].weigh(now.Customer)
	case a.overlapping:
		a.close(emit)
	}
}

// close reports the overlap that ended with the turn of one of them.
func (a *crosstalk) close(emit Emit) {
	a.overlapping = false
	end := min(a.legs[0].lastSound, a.legs[1].lastSound)
	if min(a.legs[0].spoken, a.legs[1].spoken) < minTalk || end-a.start < overlapMin || a.start == a.told.from && end == a.told.to {
		return
	}
	a.told.from, a.told.to = a.start, end
	yielded := -1
	for k := range a.legs {
		if a.legs[k].lastSound == end && a.legs[1-k].lastSound-end >= yieldLead {
			yielded = k
		}
	}
	s := Segment{
		Kind: "overlap", Confidence: math.Sqrt(a.legs[0].voice() * a.legs[1].voice()),
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
		emit(Segment{Kind: "interruption", Leg: legs[1-yielded], Start: s.Start, End: s.End, Value: s.Value, Confidence: s.Confidence})
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
	slot, bit := &a.raised[i%quarrelSpan/64], uint64(1)<<(i%quarrelSpan%64)
	if *slot&bit != 0 {
		a.sum--
	}
	if *slot &^= bit; now {
		*slot |= bit
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
		Kind: "quarrel", Confidence: math.Sqrt(float64(a.legs[0].confidence * a.legs[1].confidence)), Open: open, Value: frames(a.qMax),
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
