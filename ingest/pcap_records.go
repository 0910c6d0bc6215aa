package ingest

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/schemas"
)

// batchWindow is how much of the capture's time goes into one MediaBatch of each leg.
const batchWindow = 500 * time.Millisecond

// Records turns the capture into the records of one live call, in the order in which a switch would have sent them.
// The call begins with the first packet of its legs and ends with the last one's audio.
//
// Legs are chosen as PcapOptions says; with more than two streams to choose from and none named, the error lists them.
// Streams between the same ports one after the other are one leg. A single stream is one leg, and the other never opens.
// Names of SSRCs count before the sidecar's channels, these before PcapOptions.Channels.
func (p *Pcap) Records() (iter.Seq2[*schemas.CallRecord, error], error) {
	w, err := p.writer()
	if err != nil {
		return nil, fmt.Errorf("cannot make a call of capture %s: %w", p.path, err)
	}
	return func(yield func(*schemas.CallRecord, error) bool) {
		w := *w // each iteration begins anew
		w.yield = yield
		if w.begin(); w.stopped {
			return
		}
		if _, err := eachDatagram(p.path, w.add); err != nil {
			if !w.stopped {
				yield(nil, fmt.Errorf("cannot read capture %s: %w", p.path, err))
			}
			return
		}
		w.finish()
	}, nil
}

func (p *Pcap) writer() (*recordWriter, error) {
	legs, err := p.legs()
	if err != nil {
		return nil, err
	}
	streams, err := p.announce(legs)
	if err != nil {
		return nil, err
	}
	w := &recordWriter{rec: p.rec, streams: streams, legs: map[streamKey]schemas.Leg{}, events: p.rec.Events}
	for _, l := range legs {
		for _, s := range l.streams {
			w.legs[streamKey{s.Src, s.Dst, s.SSRC}] = l.leg
			if w.start.IsZero() || s.First.Before(w.start) {
				w.start = s.First
			}
			if end := s.Last.Add(s.tail); end.After(w.end) {
				w.end = end
			}
		}
	}
	for i, e := range w.events {
		if at, length := e.Offset.AsDuration(), w.end.Sub(w.start); at > length+eventGrace {
			return nil, fmt.Errorf("events[%d].offset: %v is past the call's end at %v", i, at, length)
		}
	}
	return w, nil
}

// recordWriter makes records of packets.
type recordWriter struct {
	rec        *schemas.Recording
	streams    []*schemas.Stream
	legs       map[streamKey]schemas.Leg
	start, end time.Time
	events     []*schemas.CallEvent // that are still to come

	yield    func(*schemas.CallRecord, error) bool
	stopped  bool
	sequence uint64
	window   int64 // which batchWindow since start is being filled
	packets  []timedPacket
}

type timedPacket struct {
	leg schemas.Leg
	at  int64 // µs since the epoch
	rtp []byte
}

func (w *recordWriter) send(atUS int64, rec *schemas.CallRecord) {
	if w.stopped {
		return
	}
	rec.CallId = w.rec.CallId
	rec.Sequence = w.sequence
	rec.CapturedAtUs = atUS
	w.sequence++
	w.stopped = !w.yield(rec, nil)
}

func (w *recordWriter) begin() {
	w.send(w.start.UnixMicro(), &schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: &schemas.CallStart{
		StartedAt: timestamppb.New(w.start.Truncate(time.Microsecond)),
		Direction: w.rec.Direction, AgentId: w.rec.AgentId, Seat: w.rec.Seat, Team: w.rec.Team,
		Queue: w.rec.Queue, Customer: w.rec.Customer, Streams: w.streams,
	}}})
}

func (w *recordWriter) add(d datagram) bool {
	packet, ok := audioRTP(d.payload)
	if !ok {
		return true
	}
	leg, ours := w.legs[streamKey{d.src, d.dst, packet.SSRC}]
	if !ours {
		return true
	}
	if window := int64(d.at.Sub(w.start) / batchWindow); window > w.window {
		w.flush()
		w.window = window
	}
	w.packets = append(w.packets, timedPacket{leg, d.at.UnixMicro(), d.payload})
	return !w.stopped
}

// flush sends the window's events and then its media, a batch for each leg: what began first, first.
func (w *recordWriter) flush() {
	windowEnd := w.start.Add(time.Duration(w.window+1) * batchWindow)
	for len(w.events) > 0 && w.eventTime(w.events[0]).Before(windowEnd) {
		w.sendEvent()
	}
	slices.SortStableFunc(w.packets, func(a, b timedPacket) int { return cmp.Compare(a.at, b.at) })
	var batches []*schemas.MediaBatch
	var begins []int64
	for _, packet := range w.packets {
		i := slices.IndexFunc(batches, func(b *schemas.MediaBatch) bool { return b.Leg == packet.leg })
		if i < 0 {
			i = len(batches)
			batches = append(batches, &schemas.MediaBatch{Leg: packet.leg})
			begins = append(begins, packet.at)
		}
		batches[i].Packets = append(batches[i].Packets, &schemas.Packet{OffsetUs: packet.at - begins[i], Rtp: packet.rtp})
	}
	for i, batch := range batches {
		w.send(begins[i], &schemas.CallRecord{Body: &schemas.CallRecord_Media{Media: batch}})
	}
	w.packets = w.packets[:0]
}

// eventTime is an event's place on the capture's clock; the switch's may be a little late at the end.
func (w *recordWriter) eventTime(e *schemas.CallEvent) time.Time {
	at := w.start.Add(e.Offset.AsDuration())
	if at.After(w.end) {
		return w.end
	}
	return at
}

func (w *recordWriter) sendEvent() {
	e := w.events[0]
	w.events = w.events[1:]
	w.send(w.eventTime(e).UnixMicro(), &schemas.CallRecord{Body: &schemas.CallRecord_Event{Event: &schemas.CallEvent{Kind: e.Kind, By: e.By}}})
}

func (w *recordWriter) finish() {
	w.flush()
	for len(w.events) > 0 {
		w.sendEvent()
	}
	w.send(w.end.UnixMicro(), &schemas.CallRecord{Body: &schemas.CallRecord_End{End: &schemas.CallEnd{
		EndedAt: timestamppb.New(w.end.Truncate(time.Microsecond)), EndedBy: w.rec.EndedBy,
	}}})
}
