package model

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/schemas"
)

// sent is one record and when it is sent, from the schedule's start.
type sent struct {
	at    time.Duration
	call  string
	value []byte
}

// drawCalls draws calls and gives all their records in the order of time. Some calls never end; some records are sent twice.
func drawCalls(rng *rand.Rand, epoch time.Time, n int, within time.Duration) (ids []string, all []sent) {
	for i := range n {
		id := fmt.Sprintf("call-%d", i)
		ids = append(ids, id)
		all = append(all, drawCall(rng, id, epoch, time.Duration(rng.Int64N(int64(within))))...)
	}
	slices.SortStableFunc(all, func(a, b sent) int { return int(a.at - b.at) })
	return ids, all
}

func drawCall(rng *rand.Rand, id string, epoch time.Time, at time.Duration) (all []sent) {
	start := at
	sequence := uint64(0)
	add := func(r *schemas.CallRecord) {
		r.CallId, r.Sequence, r.CapturedAtUs = id, sequence, epoch.Add(at).UnixMicro()
		sequence++
		value, err := proto.Marshal(r)
		if err != nil {
			panic(err) // a record made here is well formed
		}
		all = append(all, sent{at, id, value})
		for rng.IntN(20) == 0 {
			all = append(all, sent{at, id, value})
		}
	}
	add(&schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: &schemas.CallStart{
		StartedAt: timestamppb.New(epoch.Add(start)), AgentId: "A" + id,
		Streams: []*schemas.Stream{
			{Leg: schemas.Leg_LEG_AGENT, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA},
			{Leg: schemas.Leg_LEG_CUSTOMER, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA},
		},
	}}})
	event := func(kind schemas.Kind) {
		add(&schemas.CallRecord{Body: &schemas.CallRecord_Event{Event: &schemas.CallEvent{Kind: kind, By: schemas.Leg_LEG_AGENT}}})
	}
	event(schemas.Kind_KIND_ANSWERED)
	packet := uint16(rng.Uint32())
	batches, pause := 1+rng.IntN(5), 2000
	if rng.IntN(3) == 0 {
		batches, pause = 1, 200 // over before anything can be flagged
	}
	for range batches {
		at += time.Duration(rng.IntN(pause*3/4)) * time.Millisecond
		switch rng.IntN(3) {
		case 0:
			event(schemas.Kind_KIND_HOLD)
		case 1:
			event(schemas.Kind_KIND_RESUME)
		}
		leg := schemas.Leg_LEG_AGENT
		if rng.IntN(2) == 0 {
			leg = schemas.Leg_LEG_CUSTOMER
		}
		batch := &schemas.MediaBatch{Leg: leg}
		for p := range 1 + rng.IntN(3) {
			packet++
			batch.Packets = append(batch.Packets, &schemas.Packet{OffsetUs: int64(p) * 20_000, Rtp: rtp(packet, at-start+time.Duration(p)*20*time.Millisecond)})
		}
		add(&schemas.CallRecord{Body: &schemas.CallRecord_Media{Media: batch}})
	}
	at += time.Duration(rng.IntN(pause)) * time.Millisecond
	if rng.IntN(8) > 0 {
		add(&schemas.CallRecord{Body: &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: timestamppb.New(epoch.Add(at)), EndedBy: schemas.Leg_LEG_AGENT}}})
	}
	return all
}

// rtp is a packet of 20 ms of silence in A-law.
func rtp(sequence uint16, at time.Duration) []byte {
	b := make([]byte, 12+160)
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint16(b[2:], sequence)
	binary.BigEndian.PutUint32(b[4:], uint32(at/time.Microsecond*8/1000))
	for i := range b[12:] {
		b[12+i] = 0xd5
	}
	return b
}
