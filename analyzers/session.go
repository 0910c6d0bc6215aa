package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

// maxQueued bounds the events that wait for their frame. Frames lag by Lookahead, so more than this within a second is
// a broken producer; the oldest is then delivered early rather than kept.
const maxQueued = 256

// Session measures one call: it turns the legs' audio into frames and shows every frame to every analyzer. A Session is
// reused for call after call; Begin makes it as new. It is not safe for concurrent use.
type Session struct {
	analyzers []Analyzer
	fronts    [2]*front
	scratch   *scratch
	echo      echo
	efforts   [2]effort
	legs      int
	emit      Emit

	now    Instant
	index  int // the next frame to deliver
	events []Event
}

// NewSession returns a Session over the builtin analyzers.
func NewSession() *Session { return newSession(Builtin(), trained(), new(scratch)) }

// NewSessionBeside returns a Session that shares with another what both need only while a frame is heard, as calls do that one
// goroutine takes in turns.
func NewSessionBeside(other *Session) *Session {
	return newSession(Builtin(), trained(), other.scratch)
}

func newSession(as []Analyzer, n *nets, shared *scratch) *Session {
	s := &Session{analyzers: as, scratch: shared, events: make([]Event, 0, 4)}
	for i := range s.fronts {
		s.fronts[i] = newFrontWith(n, shared)
	}
	return s
}

// Begin starts a call with the given legs: agent and customer, or the mixed one. Segments go to emit.
func (s *Session) Begin(legs []schemas.Leg, emit Emit) {
	s.emit = emit
	s.legs = len(legs)
	s.index = 0
	s.events = s.events[:0]
	s.now = Instant{Answered: true}
	for i := range s.fronts {
		s.fronts[i].Reset()
		s.efforts[i].reset()
	}
	s.echo.reset()
	for _, a := range s.analyzers {
		a.Reset()
	}
}

// Tick takes the next 20 ms of all legs, in the order given to Begin. Frames come out of it Lookahead later.
func (s *Session) Tick(legs []Input) {
	var frames [2]*Frame
	for i := range legs {
		frames[i] = s.fronts[i].Push(&legs[i])
	}
	if frames[0] != nil {
		s.deliver(frames)
	}
}

// Event takes a fact from the switch. Events come in the order of their time.
func (s *Session) Event(e Event) {
	if len(s.events) == maxQueued {
		s.pass(s.events[0])
		s.events = append(s.events[:0], s.events[1:]...)
	}
	s.events = append(s.events, e)
}

// End takes what is left and closes every segment.
func (s *Session) End(end Ending) {
	for {
		var frames [2]*Frame
		for i := range s.legs {
			frames[i] = s.fronts[i].Drain()
		}
		if frames[0] == nil {
			break
		}
		s.deliver(frames)
	}
	for _, e := range s.events {
		s.pass(e)
	}
	s.events = s.events[:0]
	// The last frame is padded to its 20 ms; no segment lasts longer than the call.
	within := func(seg Segment) {
		seg.Start, seg.End = min(seg.Start, end.At), min(seg.End, end.At)
		s.emit(seg)
	}
	for _, a := range s.analyzers {
		a.End(end, within)
	}
}

// Held says whether the switch has the call on hold, as far as the frames delivered so far.
func (s *Session) Held() bool { return s.now.Held }

func (s *Session) deliver(frames [2]*Frame) {
	if s.legs == 2 {
		s.echo.step(&frames)
	}
	for i, f := range frames[:s.legs] {
		s.efforts[i].step(f)
	}
	s.show(frames)
}

// show passes the events that are due, then the frames, to every analyzer.
func (s *Session) show(frames [2]*Frame) {
	at := time.Duration(s.index) * FrameDuration
	due := 0
	for due < len(s.events) && s.events[due].At <= at {
		s.pass(s.events[due])
		due++
	}
	if due > 0 {
		s.events = append(s.events[:0], s.events[due:]...)
	}
	s.now.Index = s.index
	if s.legs == 1 {
		s.now.Mixed = frames[0]
	} else {
		s.now.Agent, s.now.Customer = frames[0], frames[1]
	}
	for _, a := range s.analyzers {
		a.Frame(&s.now, s.emit)
	}
	s.index++
}

func (s *Session) pass(e Event) {
	switch e.Kind {
	case schemas.Kind_KIND_RINGING:
		s.now.Answered = false
	case schemas.Kind_KIND_ANSWERED:
		s.now.Answered = true
	case schemas.Kind_KIND_HOLD:
		s.now.Held = true
	case schemas.Kind_KIND_RESUME:
		s.now.Held = false
	}
	for _, a := range s.analyzers {
		a.Event(e, s.emit)
	}
}
