package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

// response reports how long the customer waited, after the answer, for the agent's first word. Where the switch says
// nothing of ringing or an answer, the answer is where the ring tone ends; if none is heard, the call is taken to begin
// with the answer, as recorders do.
type response struct {
	agent    talk
	ring     ringback
	told     bool // the switch tells
	answer   int  // frame of the answer, -1 while it rings
	index    int
	sounds   int // frames since the answer with something on the agent's leg that was taken for nothing
	done     bool
	mono     bool
	lastEmit int
}

const (
	responseSound = 10 // dB over the noise, from which something is heard
	responseWord  = 50 // frames, 1 s, of something unknown: then nobody knows whether it was a word
)

func newResponse() *response { return new(response) }

func (*response) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:     "response",
		Value:    "from the answer to the agent's first word, s",
		Measures: map[string]string{"spoke": "0 when the agent never spoke"},
	}}
}

func (a *response) Reset() { *a = response{} }

func (a *response) Frame(now *Instant, emit Emit) {
	a.index = now.Index + 1
	if now.Agent == nil {
		a.mono = true
		return
	}
	a.agent.step(now.Index, now.Agent.Speech)
	if a.done {
		return
	}
	if !a.told {
		a.heard(now)
	}
	if a.answer < 0 {
		a.sounds = 0
		return
	}
	if f := now.Agent; f.Level > f.Floor+responseSound && !now.Customer.Speech && !f.Speech && !f.Music && !f.Tone {
		a.sounds++
	}
	switch {
	case a.agent.talking:
		a.done = true
		a.send(max(a.agent.start, a.answer), true, false, emit)
	case now.Index-a.answer >= a.patience() && now.Index-a.lastEmit >= 50:
		a.lastEmit = now.Index
		a.send(now.Index+1, false, true, emit)
	}
}

// heard takes the answer from the ring tone.
func (a *response) heard(now *Instant) {
	switch a.ring.step(now); {
	case a.ring.ringing():
		a.answer = -1
	case a.answer < 0 && a.ring.state == ringOver:
		a.answer = a.ring.answer
	case a.answer < 0:
		a.answer = 0 // that tone was no ring
	}
}

// patience is after how many frames the wait is told while it lasts. Where the switch says nothing, a call that begins
// in the pause between two rings lets the next one be heard within 5 s.
func (a *response) patience() int {
	if a.told {
		return 50
	}
	return 300
}

func (a *response) Event(e Event, _ Emit) {
	switch e.Kind {
	case schemas.Kind_KIND_RINGING, schemas.Kind_KIND_ANSWERED:
		a.told = true
	}
	switch e.Kind {
	case schemas.Kind_KIND_RINGING:
		if !a.done {
			a.answer = -1
		}
	case schemas.Kind_KIND_ANSWERED:
		if !a.done {
			a.answer = int(e.At / FrameDuration)
		}
	}
}

func (a *response) End(_ Ending, emit Emit) {
	if a.mono || a.done || a.answer < 0 || a.index <= a.answer {
		return
	}
	a.send(a.index, false, false, emit)
}

// sure is how sure it is that nothing that was heard meanwhile was a word.
func (a *response) sure() float64 { return max(1-float64(a.sounds)/responseWord, 0) }

func (a *response) send(end int, spoke, open bool, emit Emit) {
	s := Segment{
		Kind: "response", Leg: schemas.Leg_LEG_AGENT, Confidence: a.sure(), Open: open,
		Start: time.Duration(a.answer) * FrameDuration,
		End:   time.Duration(end) * FrameDuration,
	}
	s.Value = s.Duration().Seconds()
	s.Set("spoke", yes(spoke))
	emit(s)
}
