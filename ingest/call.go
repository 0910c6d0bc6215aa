package ingest

import (
	"errors"
	"fmt"
	"time"

	"github.com/earshot/earshot/schemas"
)

// maxSkew is how far one leg's records may be behind the rest of the call. A leg that has said nothing for longer
// does not hold up the other: it is given out as not open.
const maxSkew = 2 * SampleRate

// maxLeap is the longest step in time that is believed, from one record to the next and from a start's started_at to
// when it was captured. maxOffset is the furthest that a packet may be from its record's captured_at.
const (
	maxLeap   = 24 * time.Hour
	maxOffset = time.Minute
)

// endGrace is how long after the record that tells it, or after another of the call, a call may have ended: the switch's clock need
// not be that of who captures.
const endGrace = time.Minute

// maxEvents is how many events may wait for their tick.
const maxEvents = 256

// Why a record is of no use to the call it belongs to; ErrTime is another reason.
var (
	ErrNoCall     = errors.New("the call has not begun, or has ended")
	ErrWrongBody  = errors.New("another kind of record")
	ErrForeignLeg = errors.New("a leg that is not in the call")
	ErrManyEvents = errors.New("too many events at once")
)

// Counts are the irregularities of a call that were dealt with.
type Counts struct {
	LostRecords     uint64 // numbers that are missing in the records' sequence
	RepeatedRecords uint64 // dropped: their number was taken already
	// MovedEvents happened before the call began, or came when the ticks after them had been given out: they were
	// given out with the time of the next tick. So were those after the call's end, with that.
	MovedEvents uint64
	// MovedEnds: ended_at was missing, before the start, before audio that had been given out, or later than the call's
	// records bear out. The call ended at its last record instead.
	MovedEnds uint64
}

// Call joins the records of one live call into ticks for a Sink. Its time counts from the start's started_at. What it
// gives out follows from the records' own times only; ticks come about depth behind the legs' media, and are held
// until the slower leg, or maxSkew, is past them. An event must be sent before media that arrived later than it by more
// than depth, or it is told with the next tick.
//
// A payload type must be announced by the start. Only for a leg of which the start announces no stream the static
// types of RFC 3551 are known: 0, 8 and 13.
//
// A Call is reused: Begin makes it as new. In the steady state it allocates nothing.
type Call struct {
	sink     Sink // nil unless the call goes on
	started  int64
	ahead    int64 // by how much the clock of started_at was ahead of that of captured_at, in microseconds; 0 if it was behind
	sequence uint64
	latest   int   // the furthest that any record reached, on the call's clock
	last     int64 // the same in microseconds since the Unix epoch
	next     int   // the tick to give out next
	legs     []leg
	room     [2]leg
	audio    [2]Audio
	events   []Event
	counts   Counts
}

// buffers are what a call needs only while it takes a record, and what some calls at a time need of many.
type buffers struct {
	decoded []float32 // a packet
	linear  []int16   // the same as it goes into a ring
	spare   spare
	given   [2][TickSamples]float32 // a tick of both legs
}

// NewCall returns a Call that has not begun.
func NewCall() *Call { return newCall(new(buffers)) }

// NewCallBeside returns a Call that shares buffers with another, as calls do that one
// goroutine takes in turns.
func NewCallBeside(other *Call) *Call { return newCall(other.room[0].buffers) }

func newCall(b *buffers) *Call {
	c := &Call{}
	for i := range c.room {
		c.room[i].buffers, c.room[i].ring.spare = b, &b.spare
	}
	return c
}

// Reset ends the use of the sink. The call may begin anew.
func (c *Call) Reset() {
	for i := range c.room {
		c.room[i].reset()
	}
	*c = Call{room: c.room, events: c.events[:0]}
}

// Begin opens the call with the record of its CallStart. A start without started_at began when it was captured.
func (c *Call) Begin(r *Record, sink Sink) (Info, error) {
	c.Reset()
	if r.Body != StartBody {
		return Info{}, fmt.Errorf("cannot begin call %q: %w: %s, expected start", r.CallID, ErrWrongBody, r.Body)
	}
	s := &r.Start
	c.started = r.CapturedAt
	if s.StartedAt.Set {
		c.started = s.StartedAt.micros()
	}
	if apart := time.Duration(r.CapturedAt-c.started) * time.Microsecond; abs(r.CapturedAt-c.started) > maxLeap.Microseconds() {
		return Info{}, fmt.Errorf("cannot begin call %q: %w: the start was captured %v after started_at", r.CallID, ErrTime, apart)
	}
	legs, err := announcedLegs(s.Streams)
	if err != nil {
		return Info{}, fmt.Errorf("cannot begin call %q: %w", r.CallID, err)
	}
	c.legs = c.room[:len(legs)]
	for i, id := range legs {
		c.legs[i].begin(id, s.Streams)
		c.audio[i] = Audio{Leg: id, PCM: c.legs[i].buffers.given[i][:]}
	}
	c.sink, c.sequence, c.last = sink, r.Sequence, max(r.CapturedAt, c.started)
	c.ahead = c.last - r.CapturedAt
	return Info{
		CallID: string(r.CallID), AgentID: string(s.AgentID), Seat: string(s.Seat), Team: string(s.Team), Queue: string(s.Queue),
		Trunk: string(s.Trunk), Customer: string(s.Customer), Direction: knownDirection(s.Direction),
		StartedAt: time.UnixMicro(c.started).UTC(), Legs: legs,
	}, nil
}

// Media takes a record of packets. Those that cannot be used are counted and told in a PacketError; the others are
// used all the same.
func (c *Call) Media(r *Record) error {
	if fresh, err := c.accept(r, MediaBody); !fresh {
		return err
	}
	var own *leg
	for i := range c.legs {
		if c.legs[i].id == r.Media.Leg {
			own = &c.legs[i]
		}
	}
	if own == nil {
		return fmt.Errorf("cannot use record %d of call %q: %w: %s", r.Sequence, r.CallID, ErrForeignLeg, r.Media.Leg.Name())
	}
	if len(r.Media.Packets) == 0 {
		c.reach(r.CapturedAt, nil)
	}
	var refused *PacketError
	for i := range r.Media.Packets {
		if err := c.packet(own, r, &r.Media.Packets[i]); err != nil {
			own.stats.Refused++
			if refused == nil {
				refused = &PacketError{Leg: own.id, Index: i, More: -1, Err: err}
			}
			refused.More++
		}
	}
	if refused != nil {
		return fmt.Errorf("cannot use all of record %d of call %q: %w", r.Sequence, r.CallID, refused)
	}
	return nil
}

func (c *Call) packet(own *leg, r *Record, p *Packet) error {
	at := r.at(p)
	if p.Offset > maxOffset.Microseconds() || p.Offset < -maxOffset.Microseconds() || !c.credible(at) {
		return fmt.Errorf("%w: it arrived %d µs from captured_at_us, expected at most a minute", ErrTime, p.Offset)
	}
	f, err := own.read(p.RTP)
	if err != nil {
		return err
	}
	c.reach(at, own)
	return own.arrive(&own.packet, f, c.position(at), at)
}

// Event takes a fact from the switch.
func (c *Call) Event(r *Record) error {
	if fresh, err := c.accept(r, EventBody); !fresh {
		return err
	}
	if len(c.events) == maxEvents {
		return fmt.Errorf("cannot use record %d of call %q: %w", r.Sequence, r.CallID, ErrManyEvents)
	}
	e := Event{Kind: r.Event.Kind, By: knownLeg(r.Event.By), At: c.since(r.CapturedAt)}
	if e.At < 0 || c.next > 0 && e.At <= tickTime(c.next-1) {
		e.At = tickTime(c.next)
		c.counts.MovedEvents++
	}
	i := len(c.events)
	c.events = append(c.events, e)
	for ; i > 0 && c.events[i-1].At > e.At; i-- {
		c.events[i] = c.events[i-1]
	}
	c.events[i] = e
	c.reach(r.CapturedAt, nil)
	return nil
}

// End closes the call with the record of its CallEnd: the ticks up to the one that the end lies in are given out.
func (c *Call) End(r *Record) Ending {
	if c.sink == nil {
		return Ending{}
	}
	if r.Sequence > c.sequence {
		c.counts.LostRecords += r.Sequence - c.sequence - 1
	}
	at, said := c.EndsAt(r)
	if !said {
		c.counts.MovedEnds++
	}
	return c.finish(Ending{At: at, By: knownLeg(r.End.EndedBy), Cause: string(r.End.Cause)})
}

// EndsAt is when a call that goes on ends by the record of its CallEnd, and whether that is its ended_at. It is never before the
// call's start. Of the audio given out it knows nothing: End may find that the call is longer.
//
// An ended_at that is later than any record of the call bears out is not believed: up to there the call would play silence.
func (c *Call) EndsAt(r *Record) (at time.Duration, said bool) {
	known := max(c.last, r.CapturedAt+c.ahead)
	if at := r.End.EndedAt.micros(); r.End.EndedAt.Set && at >= c.started && at-known <= endGrace.Microseconds() && c.credible(at) {
		return c.since(at), true
	}
	return c.since(c.last), false
}

// Abandon closes a call whose CallEnd never came: it ended with its last record.
func (c *Call) Abandon() Ending {
	if c.sink == nil {
		return Ending{}
	}
	return c.finish(Ending{At: c.since(c.last)})
}

// Stats are a leg's figures so far.
func (c *Call) Stats(id schemas.Leg) LegStats {
	for i := range c.legs {
		if c.legs[i].id == id {
			return c.legs[i].legStats()
		}
	}
	return LegStats{}
}

// Counts are the call's irregularities so far.
func (c *Call) Counts() Counts { return c.counts }
