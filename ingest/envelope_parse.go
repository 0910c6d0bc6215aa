package ingest

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The wire format, field by field as schemas/calls.proto numbers them. As in the generated code: the last value of a
// scalar wins, a message that comes twice is merged, another body replaces the one before, and a field that is
// unknown or of another wire type is skipped.

func (r *Record) parse(b []byte) error {
	r.reset()
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.text(&r.CallID)
		case 2:
			f.uint64(&r.Sequence)
		case 3:
			f.int64(&r.CapturedAt)
		case 4:
			if inner, ok := f.message(); ok {
				r.become(StartBody)
				f.parsed(r.Start.parse(inner))
			}
		case 5:
			if inner, ok := f.message(); ok {
				r.become(MediaBody)
				f.parsed(r.Media.parse(inner))
			}
		case 6:
			if inner, ok := f.message(); ok {
				r.become(EventBody)
				f.parsed(r.Event.parse(inner))
			}
		case 7:
			if inner, ok := f.message(); ok {
				r.become(EndBody)
				f.parsed(r.End.parse(inner))
			}
		default:
			f.skip()
		}
	}
	return f.err
}

// become makes room for a body: an earlier one of another kind is dropped.
func (r *Record) become(body Body) {
	if r.Body == body {
		return
	}
	r.Body = body
	r.Start = Start{Streams: r.Start.Streams[:0]}
	r.Media = Media{Packets: r.Media.Packets[:0]}
	r.Event, r.End = SwitchEvent{}, End{}
}

func (s *Start) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.timestamp(&s.StartedAt)
		case 2:
			f.enum((*int32)(&s.Direction))
		case 3:
			f.text(&s.AgentID)
		case 4:
			f.text(&s.Seat)
		case 5:
			f.text(&s.Team)
		case 6:
			f.text(&s.Queue)
		case 7:
			f.text(&s.Trunk)
		case 8:
			f.text(&s.Customer)
		case 9:
			if inner, ok := f.message(); ok {
				s.Streams = append(s.Streams, Stream{})
				f.parsed(s.Streams[len(s.Streams)-1].parse(inner))
			}
		default:
			f.skip()
		}
	}
	return f.err
}

func (s *Stream) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.enum((*int32)(&s.Leg))
		case 2:
			f.uint32(&s.SSRC)
		case 3:
			f.uint32(&s.PayloadType)
		case 4:
			f.enum((*int32)(&s.Codec))
		case 5:
			f.uint32(&s.ClockRate)
		default:
			f.skip()
		}
	}
	return f.err
}

func (m *Media) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.enum((*int32)(&m.Leg))
		case 2:
			if inner, ok := f.message(); ok {
				m.Packets = append(m.Packets, Packet{})
				f.parsed(m.Packets[len(m.Packets)-1].parse(inner))
			}
		default:
			f.skip()
		}
	}
	return f.err
}

func (p *Packet) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.int64(&p.Offset)
		case 2:
			f.bytes(&p.RTP)
		default:
			f.skip()
		}
	}
	return f.err
}

// parse reads the offset too, as it must be valid, and leaves it: captured_at_us tells a record's time.
func (e *SwitchEvent) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.enum((*int32)(&e.Kind))
		case 2:
			f.enum((*int32)(&e.By))
		case 3:
			f.timestamp(&Timestamp{})
		default:
			f.skip()
		}
	}
	return f.err
}

func (e *End) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.timestamp(&e.EndedAt)
		case 2:
			f.enum((*int32)(&e.EndedBy))
		case 3:
			f.text(&e.Cause)
		default:
			f.skip()
		}
	}
	return f.err
}

func (t *Timestamp) parse(b []byte) error {
	f := fields{rest: b}
	for f.next() {
		switch f.number {
		case 1:
			f.int64(&t.Seconds)
		case 2:
			f.enum(&t.Nanos)
		default:
			f.skip()
		}
	}
	return f.err
}

// fields walks over the fields of one message. Each method after next takes the field's value.
type fields struct {
	rest   []byte
	number protowire.Number
	typ    protowire.Type
	err    error
}

func (f *fields) next() bool {
	if f.err != nil || len(f.rest) == 0 {
		return false
	}
	number, typ, n := protowire.ConsumeTag(f.rest)
	if n < 0 || number > protowire.MaxValidNumber || typ == protowire.EndGroupType {
		f.err = ErrNotProtobuf
		return false
	}
	f.number, f.typ, f.rest = number, typ, f.rest[n:]
	return true
}

// take moves past n bytes of value; a negative n is protowire's error.
func (f *fields) take(n int) bool {
	if n < 0 {
		f.err = ErrNotProtobuf
		return false
	}
	f.rest = f.rest[n:]
	return true
}

func (f *fields) skip() { f.take(protowire.ConsumeFieldValue(f.number, f.typ, f.rest)) }

func (f *fields) varint() (uint64, bool) {
	if f.typ != protowire.VarintType {
		f.skip()
		return 0, false
	}
	v, n := protowire.ConsumeVarint(f.rest)
	return v, f.take(n)
}

func (f *fields) uint64(to *uint64) {
	if v, ok := f.varint(); ok {
		*to = v
	}
}

func (f *fields) int64(to *int64) {
	if v, ok := f.varint(); ok {
		*to = int64(v)
	}
}

func (f *fields) uint32(to *uint32) {
	if v, ok := f.varint(); ok {
		*to = uint32(v)
	}
}

// enum also reads an int32: both are a varint cut to 32 bits.
func (f *fields) enum(to *int32) {
	if v, ok := f.varint(); ok {
		*to = int32(v)
	}
}

func (f *fields) message() ([]byte, bool) {
	if f.typ != protowire.BytesType {
		f.skip()
		return nil, false
	}
	v, n := protowire.ConsumeBytes(f.rest)
	return v, f.take(n)
}

func (f *fields) bytes(to *[]byte) {
	if v, ok := f.message(); ok {
		*to = v
	}
}

func (f *fields) text(to *[]byte) {
	v, ok := f.message()
	if !ok {
		return
	}
	if !utf8.Valid(v) {
		f.err = ErrNotProtobuf
		return
	}
	*to = v
}

func (f *fields) timestamp(to *Timestamp) {
	if inner, ok := f.message(); ok {
		to.Set = true
		f.parsed(to.parse(inner))
	}
}

// parsed keeps the error of a message inside this one.
func (f *fields) parsed(err error) {
	if err != nil {
		f.err = err
	}
}
