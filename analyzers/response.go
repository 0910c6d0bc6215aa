package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

// response reports how long the customer waited, after the answer, for the agent's first word. Where the switch says
// nothing of ringing or an answer, the call is taken to begin with the answer, as recorders do.
type response struct {
	agent    talk
	answer   int // frame of the answer, -1 while it rings
	index    int
	done     bool
	mono     bool
	lastEmit int
}

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
	if a.done || a.answer < 0 {
		return
	}
	switch {
	case a.agent.talking:
		a.done = true
		a.send(max(a.agent.start, a.answer), true, false, emit)
	case now.Index-a.answer >= 50 && now.Index-a.lastEmit >= 50:
		a.lastEmit = now.Index
		a.send(now.Index+1, false, true, emit)
	}
}

func (a *response) Event(e Event, _ Emit) {
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

func (a *response) send(end int, spoke, open bool, emit Emit) {
	s := Segment{
		Kind: "response", Leg: schemas.Leg_LEG_AGENT, Confidence: 1, Open: open,
		Start: time.Duration(a.answer) * FrameDuration,
		End:   time.Duration(end) * FrameDuration,
	}
	s.Value = s.Duration().Seconds()
	s.Set("spoke", yes(spoke))
	emit(s)
}
