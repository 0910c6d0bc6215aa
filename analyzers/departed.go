package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

const departedMin = 50 // frames: 1 s

// departed reports that a leg's media vanished for the rest of the call while the other's went on: that party has left.
// A leg whose media paused and came back before (silence suppression) cannot be told from one that left; nothing is
// then reported of it.
type departed struct {
	legs  [2]background
	index int
	mono  bool
}

func newDeparted() *departed { return new(departed) }

func (*departed) Kinds() []KindDoc {
	return []KindDoc{{Kind: "departed", Value: "from where the leg's media vanished until the call's end, s", Measures: map[string]string{}}}
}

func (a *departed) Reset() { *a = departed{} }

func (a *departed) Frame(now *Instant, _ Emit) {
	a.index = now.Index + 1
	if now.Mixed != nil {
		a.mono = true
		return
	}
	a.legs[0].step(now.Agent)
	a.legs[1].step(now.Customer)
}

func (*departed) Event(Event, Emit) {}

func (a *departed) End(_ Ending, emit Emit) {
	if a.mono {
		return
	}
	gone := [2]int{a.legs[0].vanished(), a.legs[1].vanished()}
	for i, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER} {
		// Where both are gone, the one that left first did so while the other stayed on.
		n := gone[i] - gone[1-i]
		if n < departedMin || a.legs[i].left() == 0 {
			continue
		}
		s := Segment{
			Kind: "departed", Leg: leg, Confidence: 1,
			Start: time.Duration(a.index-gone[i]) * FrameDuration,
			End:   time.Duration(a.index-gone[1-i]) * FrameDuration,
		}
		s.Value = s.Duration().Seconds()
		emit(s)
	}
}
