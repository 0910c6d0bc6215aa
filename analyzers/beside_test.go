package analyzers

import (
	"reflect"
	"testing"

	"github.com/earshot/earshot/schemas"
)

// written is an Analyzer that keeps what it is shown.
type written struct{ frames []Frame }

func (*written) Kinds() []KindDoc  { return nil }
func (*written) Event(Event, Emit) {}
func (*written) End(Ending, Emit)  {}
func (w *written) Reset()          { w.frames = nil }
func (w *written) Frame(now *Instant, _ Emit) {
	w.frames = append(w.frames, *now.Agent, *now.Customer)
}

// Sessions that share what they need only while a frame is heard are told apart: taken in turns, frame by frame, each gives what it
// gives alone.
func TestSessionsBesideEachOther(t *testing.T) {
	const calls, ticks = 3, 1500
	in := noisyCall(ticks + calls*100)
	type heard struct {
		*Session
		written  *written
		segments []Segment
	}
	begin := func(s *Session) *heard {
		h := &heard{Session: s, written: new(written)}
		s.analyzers = append(s.analyzers, h.written)
		s.Begin([]schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}, func(s Segment) { h.segments = append(h.segments, s) })
		return h
	}
	// Each call is at another place of the same sounds; its customer hears them backwards.
	tick := func(h *heard, call, n int) {
		from := call * 37
		h.Tick([]Input{in[from+n], in[len(in)-1-from-n]})
	}
	end := func(h *heard) { h.End(Ending{At: ticks * FrameDuration, By: schemas.Leg_LEG_CUSTOMER}) }

	first := NewSession()
	together := []*heard{begin(first)}
	for range calls - 1 {
		together = append(together, begin(NewSessionBeside(first)))
	}
	for n := range ticks {
		for call, h := range together {
			tick(h, call, n)
		}
	}
	for _, h := range together {
		end(h)
	}
	for call, h := range together {
		alone := begin(NewSession())
		for n := range ticks {
			tick(alone, call, n)
		}
		end(alone)
		if len(alone.written.frames) != 2*ticks || len(alone.segments) == 0 {
			t.Fatalf("call %d alone has %d frames in %v and %d segments", call, len(alone.written.frames), ticks*FrameDuration, len(alone.segments))
		}
		if !reflect.DeepEqual(h.written.frames, alone.written.frames) {
			t.Errorf("call %d has other frames beside others than alone", call)
		}
		if !reflect.DeepEqual(h.segments, alone.segments) {
			t.Errorf("call %d has %d segments beside others that are not its %d alone", call, len(h.segments), len(alone.segments))
		}
	}
}
