// Package livecalls makes the records of many live calls at little cost, for benchmarks whose sender shares the cores with
// what is measured: a call is encoded once, and every call that is like it only gets its own id, sequence, times, and RTP
// numbers.
//
//	template, err := livecalls.Read(ctx, "call.wav", 200*time.Millisecond)
//	c := template.Begin("call-1", time.Now(), 0)
//	for !c.Over() {
//		// wait until c.Due()
//		value := c.Append(nil)
//	}
package livecalls

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sort"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/schemas"
)

// Template is what the records of a call hold, encoded.
type Template struct {
	start   *schemas.CallStart
	end     *schemas.CallEnd
	ended   time.Duration // of the whole call
	records []record      // between the two
	ticks   int           // of media
}

type record struct {
	at, due time.Duration // since the call began: captured, and with its last packet
	body    []byte        // the record's field with the media or the event
	rtp     []int         // where in it RTP packets begin
}

// Read makes a template of a recording as publisher.Records plays it, with so much of each leg in a record.
func Read(ctx context.Context, file string, batch time.Duration) (*Template, error) {
	t := &Template{}
	var began time.Time
	for r, err := range publisher.Records(ctx, file, publisher.Options{Batch: batch, StartedAt: time.Unix(0, 0)}) {
		if err != nil {
			return nil, err
		}
		at := time.UnixMicro(r.CapturedAtUs).Sub(began)
		switch body := r.Body.(type) {
		case *schemas.CallRecord_Start:
			t.start, began = body.Start, body.Start.StartedAt.AsTime()
		case *schemas.CallRecord_End:
			t.end, t.ended = body.End, at
		default:
			one := record{at: at, due: at}
			if one.body, err = proto.Marshal(&schemas.CallRecord{Body: r.Body}); err != nil {
				return nil, fmt.Errorf("cannot encode a record of %s: %w", file, err)
			}
			from := 0
			for _, p := range r.GetMedia().GetPackets() {
				from += bytes.Index(one.body[from:], p.Rtp)
				one.rtp = append(one.rtp, from)
				from += len(p.Rtp)
				one.due = at + time.Duration(p.OffsetUs)*time.Microsecond
			}
			if r.GetMedia().GetLeg() == schemas.Leg_LEG_AGENT {
				t.ticks += len(one.rtp)
			}
			t.records = append(t.records, one)
		}
	}
	if t.ticks == 0 {
		return nil, fmt.Errorf("cannot make live calls of %s: no media on the agent's leg", file)
	}
	return t, nil
}

// Length is how long a call lasts that is like it.
func (t *Template) Length() time.Duration { return t.ended }

// Call is a live call that is like a template.
type Call struct {
	id      string
	t       *Template
	began   time.Time
	next    int           // of the template's records; -1: the start
	shift   time.Duration // what is added to the template's times
	rounds  int           // how often its media has been played to the end
	endless bool
	over    bool

	sequence uint64
}

// Begin is a call that begins at a time. Its media is that of the template from a time of it on, so that calls that begin
// together do not end together.
func (t *Template) Begin(id string, began time.Time, from time.Duration) *Call {
	c := &Call{id: id, t: t, began: began, next: -1}
	if i := t.at(from); i > 0 {
		c.shift = -t.records[i].at
		c.next = -1 - i
	}
	return c
}

func (t *Template) at(from time.Duration) int {
	return min(sort.Search(len(t.records), func(i int) bool { return t.records[i].at >= from }), len(t.records)-1)
}

// Endless has the media played again and again; the RTP streams go on as if it was one.
func (c *Call) Endless() *Call {
	c.endless = true
	return c
}

// ID is the call's.
func (c *Call) ID() string { return c.id }

// From is the time of the template from which on its media is the call's, in its first round.
func (c *Call) From() time.Duration {
	return -c.shift + time.Duration(c.rounds*c.t.ticks)*ingest.TickDuration
}

// Over says whether the end has been sent.
func (c *Call) Over() bool { return c.over }

// Due is when the next record is complete: with its last packet.
func (c *Call) Due() time.Time {
	switch {
	case c.next < 0:
		return c.began
	case c.next < len(c.t.records):
		return c.began.Add(c.shift + c.t.records[c.next].due)
	}
	return c.ends()
}

func (c *Call) ends() time.Time { return c.began.Add(c.shift + c.t.ended) }

// Append appends the next record.
func (c *Call) Append(to []byte) []byte {
	switch {
	case c.next < 0:
		start := proto.CloneOf(c.t.start)
		start.StartedAt = timestamppb.New(c.began)
		to = c.whole(c.head(to, c.began), &schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: start}})
		c.next = -c.next - 1
		return to
	case c.next == len(c.t.records):
		end := proto.CloneOf(c.t.end)
		end.EndedAt = timestamppb.New(c.ends())
		c.over = true
		return c.whole(c.head(to, c.ends()), &schemas.CallRecord{Body: &schemas.CallRecord_End{End: end}})
	}
	r := &c.t.records[c.next]
	to = c.head(to, c.began.Add(c.shift+r.at))
	from := len(to)
	to = append(to, r.body...)
	if ticks := c.rounds * c.t.ticks; ticks > 0 {
		for _, at := range r.rtp {
			restamp(to[from+at:], ticks)
		}
	}
	c.next++
	if c.endless && c.next == len(c.t.records) {
		c.next = 0
		c.rounds++
		c.shift += time.Duration(c.t.ticks) * ingest.TickDuration
	}
	return to
}

// restamp moves an RTP packet on by so many ticks.
func restamp(packet []byte, ticks int) {
	binary.BigEndian.PutUint16(packet[2:], binary.BigEndian.Uint16(packet[2:])+uint16(ticks))
	binary.BigEndian.PutUint32(packet[4:], binary.BigEndian.Uint32(packet[4:])+uint32(ticks*ingest.TickSamples))
}

// head appends what a record says beside its body, and counts it.
func (c *Call) head(to []byte, captured time.Time) []byte {
	to = protowire.AppendTag(to, 1, protowire.BytesType)
	to = protowire.AppendString(to, c.id)
	to = protowire.AppendTag(to, 2, protowire.VarintType)
	to = protowire.AppendVarint(to, c.sequence)
	to = protowire.AppendTag(to, 3, protowire.VarintType)
	to = protowire.AppendVarint(to, uint64(captured.UnixMicro()))
	c.sequence++
	return to
}

func (c *Call) whole(to []byte, r *schemas.CallRecord) []byte {
	to, err := proto.MarshalOptions{}.MarshalAppend(to, r)
	if err != nil {
		panic(err) // only a text that is no UTF-8 can be the cause, and the template was read
	}
	return to
}
