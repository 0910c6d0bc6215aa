package analyzers

import "github.com/earshot/earshot/schemas"

// ringback follows the rings that are heard on the legs of a call: each analyzer that has to know of them has its own.
//
// Where the switch says nothing, rings are those at the call's beginning, up to the first word: the same tone later on
// is a radio behind somebody, or another call. Where it says that it rings, they may come at any time until the answer.
type ringback struct {
	legs  [2]ringLeg
	talks [2]talk
	word  int  // frame at which somebody spoke in the last pause, -1 for nobody
	spoke bool // somebody has spoken before any ring
	found int  // the leg that rings
	state ringState
	// answer is the frame of the answer once the series is over.
	answer int
}

type ringState int

const (
	ringNone ringState = iota
	ringOn
	ringOver
)

// event takes a fact from the switch: it rings, or it was answered, and what is heard later is no ring.
func (r *ringback) event(k schemas.Kind) {
	switch k {
	case schemas.Kind_KIND_RINGING:
		if r.state != ringOn { // rings before this were another's
			*r = ringback{}
		}
	case schemas.Kind_KIND_ANSWERED:
		*r = ringback{spoke: true}
	}
}

// flush judges a ring that has not ended yet.
func (r *ringback) flush() {
	for k := range r.legs {
		l := &r.legs[k]
		l.close(false)
		if r.state == ringNone && l.known() {
			r.state, r.found, r.word = ringOn, k, -1
		}
	}
}

func (r *ringback) step(now *Instant) {
	if r.state == ringOver || r.spoke && r.state == ringNone && now.Answered {
		return
	}
	i := now.Index
	frames := [2]*Frame{now.Agent, now.Customer}
	if now.Mixed != nil {
		frames = [2]*Frame{now.Mixed, nil}
	}
	for k, f := range frames {
		if f == nil {
			continue
		}
		l := &r.legs[k]
		l.step(f, i)
		if l.sounding && r.state == ringOn && k == r.found {
			r.word = -1
		}
		r.talks[k].step(i, f.Speech && !l.sounding)
		if r.talks[k].began() {
			r.hear(k)
		}
		if r.state == ringNone && l.known() {
			r.state, r.found, r.word = ringOn, k, -1
		}
	}
	switch l := &r.legs[r.found]; {
	case r.state == ringOn && !l.known():
		r.state = ringNone
	case r.state == ringOn && l.late(i):
		r.finish(l.due())
	}
}

// hear takes somebody's first word. On the leg that rings it is the answer; the other party may speak while they wait.
func (r *ringback) hear(k int) {
	start := r.talks[k].start
	r.flush()
	switch {
	case r.state == ringNone:
		r.spoke = true
	case k == r.found:
		r.finish(start)
	case r.word < 0:
		r.word = start
	}
}

// finish ends the series. The answer lies where it cut the tone off; if it came in a pause, then where the first word
// was said, or else where the next ring failed to come: nobody is told to have answered sooner than can be heard.
func (r *ringback) finish(at int) {
	l := &r.legs[r.found]
	if r.word >= 0 {
		at = min(at, r.word)
	}
	if l.cut {
		at = l.end
	}
	r.state, r.answer = ringOver, max(min(at, l.due()), l.end)
}

// ringing tells whether a ring tone is being heard, or was and is expected again.
func (r *ringback) ringing() bool {
	return r.state == ringOn || r.state == ringNone && !r.spoke && (r.legs[0].burst.first > ringShort || r.legs[1].burst.first > ringShort)
}

// leg is where the rings are heard.
func (r *ringback) leg(mono bool) schemas.Leg {
	switch {
	case mono:
		return schemas.Leg_LEG_MIXED
	case r.found == 0:
		return schemas.Leg_LEG_AGENT
	}
	return schemas.Leg_LEG_CUSTOMER
}
