package ingest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/schemas"
)

func startRecord() *schemas.CallRecord {
	return &schemas.CallRecord{CallId: "c1", CapturedAtUs: 1_700_000_000_000_000, Body: &schemas.CallRecord_Start{Start: &schemas.CallStart{
		StartedAt: &timestamppb.Timestamp{Seconds: 1_700_000_000, Nanos: 250_000_000},
		Direction: schemas.Direction_DIRECTION_INBOUND,
		AgentId:   "A7", Seat: "12", Team: "north", Queue: "客服", Trunk: "t1", Customer: "+86…",
		Streams: []*schemas.Stream{
			{Leg: schemas.Leg_LEG_AGENT, Ssrc: 0xfffffff0, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA, ClockRate: 8000},
			{Leg: schemas.Leg_LEG_AGENT, PayloadType: 101, Codec: schemas.Codec_CODEC_TELEPHONE_EVENT},
			{Leg: schemas.Leg_LEG_CUSTOMER, PayloadType: 0, Codec: schemas.Codec_CODEC_PCMU},
		},
	}}}
}

func mediaRecord(packets int) *schemas.CallRecord {
	m := &schemas.MediaBatch{Leg: schemas.Leg_LEG_CUSTOMER}
	for i := range packets {
		m.Packets = append(m.Packets, &schemas.Packet{OffsetUs: int64(i-1) * 20_000, Rtp: bytes.Repeat([]byte{byte(i)}, 172)})
	}
	return &schemas.CallRecord{CallId: "c1", Sequence: 7, CapturedAtUs: 1_700_000_000_500_000, Body: &schemas.CallRecord_Media{Media: m}}
}

func eventRecord() *schemas.CallRecord {
	return &schemas.CallRecord{CallId: "c1", Sequence: 8, CapturedAtUs: 1, Body: &schemas.CallRecord_Event{Event: &schemas.CallEvent{
		Kind: schemas.Kind_KIND_HOLD, By: schemas.Leg_LEG_AGENT, Offset: durationpb.New(-5)}}}
}

func endRecord() *schemas.CallRecord {
	return &schemas.CallRecord{CallId: "c1", Sequence: 9, CapturedAtUs: 2, Body: &schemas.CallRecord_End{End: &schemas.CallEnd{
		EndedAt: &timestamppb.Timestamp{Seconds: 1_700_000_100}, EndedBy: schemas.Leg_LEG_CUSTOMER, Cause: "normal clearing"}}}
}

func wire(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkAgainstGenerated holds parse to the generated code: both refuse, or both find the same.
func checkAgainstGenerated(t *testing.T, r *Record, b []byte) {
	t.Helper()
	var want schemas.CallRecord
	wantErr, gotErr := proto.Unmarshal(b, &want), r.parse(b)
	if (wantErr == nil) != (gotErr == nil) {
		t.Fatalf("% x:\ngenerated code says %v\nours says %v", b, wantErr, gotErr)
	}
	if gotErr != nil {
		if !errors.Is(gotErr, ErrNotProtobuf) {
			t.Errorf("% x: got %v, want ErrNotProtobuf", b, gotErr)
		}
		return
	}
	if got := r.message(); !proto.Equal(got, understood(&want)) {
		t.Fatalf("% x:\ngenerated code reads %v\nours reads %v", b, &want, got)
	}
}

// understood drops what a Record leaves aside: unknown fields, and an event's offset.
func understood(m *schemas.CallRecord) *schemas.CallRecord {
	b, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	out := &schemas.CallRecord{}
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(b, out); err != nil {
		panic(err)
	}
	if e := out.GetEvent(); e != nil {
		e.Offset = nil
	}
	return out
}

// message is the record as the generated code would hold it.
func (r *Record) message() *schemas.CallRecord {
	m := &schemas.CallRecord{CallId: string(r.CallID), Sequence: r.Sequence, CapturedAtUs: r.CapturedAt}
	stamp := func(t Timestamp) *timestamppb.Timestamp {
		if !t.Set {
			return nil
		}
		return &timestamppb.Timestamp{Seconds: t.Seconds, Nanos: t.Nanos}
	}
	switch r.Body {
	case StartBody:
		s := &schemas.CallStart{StartedAt: stamp(r.Start.StartedAt), Direction: r.Start.Direction, AgentId: string(r.Start.AgentID),
			Seat: string(r.Start.Seat), Team: string(r.Start.Team), Queue: string(r.Start.Queue), Trunk: string(r.Start.Trunk), Customer: string(r.Start.Customer)}
		for _, st := range r.Start.Streams {
			s.Streams = append(s.Streams, &schemas.Stream{Leg: st.Leg, Ssrc: st.SSRC, PayloadType: st.PayloadType, Codec: st.Codec, ClockRate: st.ClockRate})
		}
		m.Body = &schemas.CallRecord_Start{Start: s}
	case MediaBody:
		s := &schemas.MediaBatch{Leg: r.Media.Leg}
		for _, p := range r.Media.Packets {
			s.Packets = append(s.Packets, &schemas.Packet{OffsetUs: p.Offset, Rtp: p.RTP})
		}
		m.Body = &schemas.CallRecord_Media{Media: s}
	case EventBody:
		m.Body = &schemas.CallRecord_Event{Event: &schemas.CallEvent{Kind: r.Event.Kind, By: r.Event.By}}
	case EndBody:
		m.Body = &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: stamp(r.End.EndedAt), EndedBy: r.End.EndedBy, Cause: string(r.End.Cause)}}
	}
	return m
}

// join concatenates encoded messages, which to protobuf is merging them.
func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func field(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}

// oddRecords are what a careless sender, another version or an attacker may send.
func oddRecords(t testing.TB) map[string][]byte {
	start, media, event, end := wire(t, startRecord()), wire(t, mediaRecord(3)), wire(t, eventRecord()), wire(t, endRecord())
	return map[string][]byte{
		"empty":                        {},
		"start":                        start,
		"media":                        media,
		"event":                        event,
		"end":                          end,
		"the same body twice merges":   join(media, media),
		"start twice merges":           join(start, start),
		"another body replaces":        join(media, event, start, end, media),
		"the last scalar wins":         join([]byte{0x10, 5}, media, []byte{0x10, 9, 0x18, 3}),
		"cut short":                    media[:len(media)-1],
		"cut in the tag":               {0x80},
		"text":                         []byte("hello, this is no record"),
		"invalid UTF-8 in call_id":     field(1, []byte{0xff}),
		"invalid UTF-8 in the cause":   field(7, field(3, []byte{'a', 0xc0})),
		"invalid UTF-8 in an agent id": field(4, field(3, []byte{0xed, 0xa0, 0x80})),
		"a number where text belongs":  {0x08, 1},
		"text where a number belongs":  field(2, []byte("7")),
		"field 0":                      {0x00, 0},
		"a field past the last":        {0xf8, 0xff, 0xff, 0xff, 0x7f, 0},
		"an unknown field":             join(media, field(99, []byte("later"))),
		"an unknown group":             join([]byte{0x9b, 0x06, 0x08, 1, 0x9c, 0x06}, media),
		"a group that does not end":    {0x9b, 0x06, 0x08, 1},
		"the end of no group":          {0x9c, 0x06},
		"a varint of eleven bytes":     append([]byte{0x10}, bytes.Repeat([]byte{0xff}, 11)...),
		"an enum past 32 bits":         field(5, []byte{0x08, 0x81, 0x80, 0x80, 0x80, 0x10}),
		"a negative enum":              field(5, []byte{0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}),
		"an empty packet":              field(5, field(2, nil)),
		"started_at twice merges":      field(4, join(field(1, []byte{0x08, 7}), field(1, []byte{0x10, 9}))),
		"an event with a broken time":  field(6, field(3, []byte{0x08})),
	}
}

func TestParseReadsWhatTheGeneratedCodeReads(t *testing.T) {
	var r Record // reused, as the hot path does: nothing of one record may show in the next
	for name, b := range oddRecords(t) {
		t.Run(name, func(t *testing.T) { checkAgainstGenerated(t, &r, b) })
	}
}

func FuzzRecord(f *testing.F) {
	for _, b := range oddRecords(f) {
		f.Add(b)
	}
	var before Record
	f.Fuzz(func(t *testing.T, b []byte) {
		checkAgainstGenerated(t, &before, b)
		var r Record
		_ = r.Decode(b)
	})
}

func TestDecodeRefuses(t *testing.T) {
	with := func(m *schemas.CallRecord, change func(*schemas.CallRecord)) []byte {
		change(m)
		return wire(t, m)
	}
	for _, tc := range []struct {
		name string
		b    []byte
		want error
		says string
	}{
		{"text", []byte("hello"), ErrNotProtobuf, "cannot decode call record of 5 bytes: not a protobuf CallRecord"},
		{"no call id", with(mediaRecord(1), func(m *schemas.CallRecord) { m.CallId = "" }), ErrNoCallID, `cannot use record 7 of call "": no call_id`},
		{"no body", with(mediaRecord(1), func(m *schemas.CallRecord) { m.Body = nil }), ErrNoBody,
			`cannot use record 7 of call "c1": none of start, media, event and end`},
		{"unspecified leg", with(mediaRecord(1), func(m *schemas.CallRecord) { m.GetMedia().Leg = 0 }), ErrUnknownEnum,
			`cannot use record 7 of call "c1": unknown enum value: media of leg 0, expected agent, customer or mixed`},
		{"unknown leg", with(mediaRecord(1), func(m *schemas.CallRecord) { m.GetMedia().Leg = 9 }), ErrUnknownEnum,
			`cannot use record 7 of call "c1": unknown enum value: media of leg 9, expected agent, customer or mixed`},
		{"unspecified kind", with(eventRecord(), func(m *schemas.CallRecord) { m.GetEvent().Kind = 0 }), ErrUnknownEnum,
			`cannot use record 8 of call "c1": unknown enum value: event of kind 0`},
		{"unknown kind", with(eventRecord(), func(m *schemas.CallRecord) { m.GetEvent().Kind = 99 }), ErrUnknownEnum,
			`cannot use record 8 of call "c1": unknown enum value: event of kind 99`},
		{"a long name", with(startRecord(), func(m *schemas.CallRecord) { m.GetStart().AgentId = strings.Repeat("客", 342) }), ErrLongText,
			`cannot use record 0 of call "c1": text too long: agent_id has 1026 bytes, expected at most 1024`},
		{"a long customer", with(startRecord(), func(m *schemas.CallRecord) { m.GetStart().Customer = strings.Repeat("<", 2_000_000) }), ErrLongText,
			`cannot use record 0 of call "c1": text too long: customer has 2000000 bytes, expected at most 1024`},
		{"a long cause", with(endRecord(), func(m *schemas.CallRecord) { m.GetEnd().Cause = strings.Repeat("c", 1025) }), ErrLongText,
			`cannot use record 9 of call "c1": text too long: cause has 1025 bytes, expected at most 1024`},
		{"a long call id", with(mediaRecord(1), func(m *schemas.CallRecord) { m.CallId = strings.Repeat("c", 1025) }), ErrLongText,
			`cannot use record 7 of call "` + strings.Repeat("c", 100) + `": text too long: call_id has 1025 bytes, expected at most 1024`},
		{"captured before 1970", with(eventRecord(), func(m *schemas.CallRecord) { m.CapturedAtUs = -1 }), ErrTime,
			`cannot use record 8 of call "c1": impossible time: captured_at_us -1 is before 1970`},
		{"started before 1970", with(startRecord(), func(m *schemas.CallRecord) { m.GetStart().StartedAt.Seconds = -1 }), ErrTime,
			`cannot use record 0 of call "c1": impossible time: started_at is -1 s and 250000000 ns, expected 1970 to 9999`},
		{"ended in the year 10000", with(endRecord(), func(m *schemas.CallRecord) { m.GetEnd().EndedAt.Seconds = 253402300800 }), ErrTime,
			`cannot use record 9 of call "c1": impossible time: ended_at is 253402300800 s and 0 ns, expected 1970 to 9999`},
		{"a billion nanoseconds", with(endRecord(), func(m *schemas.CallRecord) { m.GetEnd().EndedAt.Nanos = 1e9 }), ErrTime,
			`cannot use record 9 of call "c1": impossible time: ended_at is 1700000100 s and 1000000000 ns, expected 1970 to 9999`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var r Record
			err := r.Decode(tc.b)
			if !errors.Is(err, tc.want) || err.Error() != tc.says {
				t.Errorf("got  %v\nwant %s", err, tc.says)
			}
		})
	}
	var r Record
	for _, m := range []*schemas.CallRecord{startRecord(), mediaRecord(2), eventRecord(), endRecord()} {
		if err := r.Decode(wire(t, m)); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	var r Record
	for _, m := range []*schemas.CallRecord{startRecord(), mediaRecord(50), eventRecord(), endRecord()} {
		b := wire(t, m)
		if n := testing.AllocsPerRun(100, func() {
			if err := r.Decode(b); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations for each record, want 0", r.Body, n)
		}
	}
}

// A record of a megabyte of empty packets, or of streams, must not leave its room behind in every pooled Record.
func TestDecodeGivesBackTheRoomOfAnOddRecord(t *testing.T) {
	var r Record
	if err := r.Decode(wire(t, mediaRecord(5000))); err != nil || len(r.Media.Packets) != 5000 {
		t.Fatalf("got %d packets, %v", len(r.Media.Packets), err)
	}
	if err := r.Decode(wire(t, mediaRecord(1))); err != nil {
		t.Fatal(err)
	}
	if n := cap(r.Media.Packets); n > keptPackets {
		t.Errorf("room for %d packets is kept, want at most %d", n, keptPackets)
	}
	many := startRecord()
	for range 5000 {
		many.GetStart().Streams = append(many.GetStart().Streams, &schemas.Stream{})
	}
	for _, m := range []*schemas.CallRecord{many, startRecord()} {
		if err := r.Decode(wire(t, m)); err != nil {
			t.Fatal(err)
		}
	}
	if n := cap(r.Start.Streams); n > keptStreams {
		t.Errorf("room for %d streams is kept, want at most %d", n, keptStreams)
	}
}

func BenchmarkDecode(b *testing.B) {
	data := wire(b, mediaRecord(50))
	b.Run("ours", func(b *testing.B) {
		var r Record
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			_ = r.Decode(data)
		}
	})
	b.Run("generated", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			_ = proto.Unmarshal(data, &schemas.CallRecord{})
		}
	})
}
