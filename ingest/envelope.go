package ingest

import (
	"errors"
	"fmt"
	"math"

	"github.com/earshot/earshot/schemas"
)

// Why a CallRecord is refused. Errors of Record.Decode wrap one of them and say more.
var (
	ErrNotProtobuf = errors.New("not a protobuf CallRecord")
	ErrNoCallID    = errors.New("no call_id")
	ErrNoBody      = errors.New("none of start, media, event and end")
	ErrUnknownEnum = errors.New("unknown enum value")
	ErrTime        = errors.New("impossible time")
	ErrLongText    = errors.New("text too long")
)

// MaxText is the longest that an id, a name or a cause may be, in bytes. A call's are held while it goes on and stand in each of its
// rows and alarms, so what one record says would otherwise decide how large those are.
const MaxText = 1 << 10

// checkText refuses a text of n bytes that is too long.
func checkText(field string, n int) error {
	if n > MaxText {
		return fmt.Errorf("%w: %s has %d bytes, expected at most %d", ErrLongText, field, n, MaxText)
	}
	return nil
}

// Body says which of a CallRecord's bodies a Record holds.
type Body uint8

// The bodies of a CallRecord.
const (
	NoBody Body = iota
	StartBody
	MediaBody
	EventBody
	EndBody
)

func (b Body) String() string {
	return [...]string{"none", "start", "media", "event", "end"}[b]
}

// Record is one schemas.CallRecord, decoded in place: it is meant to be reused, and decoding the next record allocates
// nothing. Its byte slices alias the decoded bytes and are valid as long as those are.
//
// It understands exactly what the generated code understands (a fuzz test holds it to that), and refuses more: see Decode.
type Record struct {
	CallID   []byte
	Sequence uint64
	// CapturedAt is microseconds since the Unix epoch.
	CapturedAt int64
	Body       Body

	// Only the one that Body names is filled.
	Start Start
	Media Media
	Event SwitchEvent
	End   End
}

// Start is a schemas.CallStart.
type Start struct {
	StartedAt Timestamp
	Direction schemas.Direction
	AgentID   []byte
	Seat      []byte
	Team      []byte
	Queue     []byte
	Trunk     []byte
	Customer  []byte
	Streams   []Stream
}

// Stream is a schemas.Stream.
type Stream struct {
	Leg         schemas.Leg
	SSRC        uint32
	PayloadType uint32
	Codec       schemas.Codec
	ClockRate   uint32
}

// Media is a schemas.MediaBatch.
type Media struct {
	Leg     schemas.Leg
	Packets []Packet
}

// Packet is a schemas.Packet.
type Packet struct {
	// Offset is microseconds after the record's CapturedAt.
	Offset int64
	RTP    []byte
}

// SwitchEvent is a schemas.CallEvent.
type SwitchEvent struct {
	Kind schemas.Kind
	By   schemas.Leg
}

// End is a schemas.CallEnd.
type End struct {
	EndedAt Timestamp
	EndedBy schemas.Leg
	Cause   []byte
}

// Timestamp is a google.protobuf.Timestamp. Set says that the field was there.
type Timestamp struct {
	Seconds int64
	Nanos   int32
	Set     bool
}

// keptPackets is how many packets a Record keeps room for: a second of 2.5 ms packets; keptStreams, how many streams. A record with
// more is decoded, but its room is given back.
const (
	keptPackets = 400
	keptStreams = 2 * maxStreams
)

// Decode reads a CallRecord. Beside what is no protobuf (as the generated code finds it: invalid UTF-8 in a string is
// none), it refuses what no use can be made of: a record without call id or body, a batch of no known leg, an event
// of no known kind, a time before 1970, a text over MaxText. An unknown value where "not known" is an answer too (who ended the call, the
// direction, who caused an event, a stream's codec) is left to the reader, as a newer sender may know more.
//
// After an error only the fields read so far are valid; CallID is, if the record has one and got that far.
func (r *Record) Decode(b []byte) error {
	if err := r.parse(b); err != nil {
		return fmt.Errorf("cannot decode call record of %d bytes: %w", len(b), err)
	}
	if err := r.check(); err != nil {
		return fmt.Errorf("cannot use record %d of call %.100q: %w", r.Sequence, r.CallID, err)
	}
	return nil
}

func (r *Record) check() error {
	switch {
	case len(r.CallID) == 0:
		return ErrNoCallID
	case len(r.CallID) > MaxText:
		return checkText("call_id", len(r.CallID))
	case r.CapturedAt < 0:
		return fmt.Errorf("%w: captured_at_us %d is before 1970", ErrTime, r.CapturedAt)
	}
	switch r.Body {
	case StartBody:
		return r.Start.check()
	case MediaBody:
		if r.Media.Leg.Name() == "" {
			return fmt.Errorf("%w: media of leg %d, expected agent, customer or mixed", ErrUnknownEnum, r.Media.Leg)
		}
		return nil
	case EventBody:
		if _, known := schemas.Kind_name[int32(r.Event.Kind)]; !known || r.Event.Kind == schemas.Kind_KIND_UNSPECIFIED {
			return fmt.Errorf("%w: event of kind %d", ErrUnknownEnum, r.Event.Kind)
		}
		return nil
	case EndBody:
		if err := checkText("cause", len(r.End.Cause)); err != nil {
			return err
		}
		return r.End.EndedAt.check("ended_at")
	default:
		return ErrNoBody
	}
}

func (s *Start) check() error {
	for _, text := range [...]struct {
		field string
		text  []byte
	}{{"agent_id", s.AgentID}, {"seat", s.Seat}, {"team", s.Team}, {"queue", s.Queue}, {"trunk", s.Trunk}, {"customer", s.Customer}} {
		if err := checkText(text.field, len(text.text)); err != nil {
			return err
		}
	}
	return s.StartedAt.check("started_at")
}

// check refuses what google.protobuf.Timestamp forbids, and times before 1970.
func (t Timestamp) check(field string) error {
	const year10000 = 253402300800
	if t.Seconds < 0 || t.Seconds >= year10000 || t.Nanos < 0 || t.Nanos > 999_999_999 {
		return fmt.Errorf("%w: %s is %d s and %d ns, expected 1970 to 9999", ErrTime, field, t.Seconds, t.Nanos)
	}
	return nil
}

// micros is the time in microseconds since the Unix epoch. It has passed check, so it does not overflow.
func (t Timestamp) micros() int64 { return t.Seconds*1_000_000 + int64(t.Nanos)/1000 }

// at is when a packet arrived, in microseconds since the Unix epoch; an overflow is pinned to the far end of time.
func (r *Record) at(p *Packet) int64 {
	at := r.CapturedAt + p.Offset
	switch {
	case p.Offset > 0 && at < r.CapturedAt:
		return math.MaxInt64
	case p.Offset < 0 && at > r.CapturedAt:
		return math.MinInt64
	}
	return at
}

// reset empties the record for the next one and keeps the room it has.
func (r *Record) reset() {
	packets, streams := r.Media.Packets, r.Start.Streams
	if cap(packets) > keptPackets {
		packets = nil
	}
	if cap(streams) > keptStreams {
		streams = nil
	}
	*r = Record{}
	r.Media.Packets, r.Start.Streams = packets[:0], streams[:0]
}
