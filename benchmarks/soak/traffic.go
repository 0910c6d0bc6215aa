package main

import (
	"container/heap"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/segmentio/kafka-go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// sent counts what has gone to Kafka.
type sent struct{ calls, records int }

// traffic is a day's calls, record by record in the order of their times. Most last two seconds and some a minute; of one in
// a hundred the end is missing, and one in five hundred has a record that cannot be used. At each multiple of pause no call goes
// on: one that would is cut short.
type traffic struct {
	rng        *rand.Rand
	began      time.Time
	gap, until time.Duration
	pause      time.Duration
	opens      time.Duration // when the next call does
	queue      records
	payloads   [][]byte // 20 ms of A-law each
	made       int
	sent       sent
}

type record struct {
	at      time.Duration // since the traffic began
	order   int
	message kafka.Message
}

func newTraffic(began time.Time, perHour int, until, pause time.Duration) *traffic {
	t := &traffic{rng: rand.New(rand.NewPCG(1, 2)), began: began, gap: time.Hour / time.Duration(perHour), until: until, pause: pause}
	for i := range 50 {
		pcm := make([]float32, 160)
		for n := range pcm {
			at := float64(i*160+n) / 8000
			for h := 1; h < 8 && i < 30; h++ { // a voice for 0.6 s of each
				pcm[n] += float32(0.1 / float64(h) * math.Sin(2*math.Pi*float64(h)*140*at))
			}
		}
		t.payloads = append(t.payloads, codec.EncodePCMA(nil, pcm))
	}
	return t
}

// next is the next record that was captured before the end, and false when there is none.
func (t *traffic) next(end time.Duration) (kafka.Message, bool) {
	for t.opens < min(end, t.until) && (len(t.queue) == 0 || t.opens <= t.queue[0].at) {
		t.call(t.opens)
		t.opens += t.gap
	}
	if len(t.queue) == 0 || t.queue[0].at >= end {
		return kafka.Message{}, false
	}
	t.sent.records++
	return heap.Pop(&t.queue).(record).message, true
}

// call makes a call's records.
func (t *traffic) call(at time.Duration) {
	t.sent.calls++
	n := t.sent.calls
	id := fmt.Sprintf("soak-%06d", n)
	length := time.Duration(1+t.rng.IntN(3)) * time.Second
	if n%100 == 7 {
		length = time.Minute
	}
	length = min(length, t.pause-at%t.pause-time.Millisecond)
	sequence := uint64(0)
	add := func(at time.Duration, r *schemas.CallRecord) {
		r.CallId, r.Sequence, r.CapturedAtUs = id, sequence, t.began.Add(at).UnixMicro()
		sequence++
		value, err := proto.Marshal(r)
		if err != nil {
			panic(err) // only a text that is no UTF-8 can be the cause
		}
		t.push(at, id, value)
	}
	legs := []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
	opening := &schemas.CallStart{
		StartedAt: timestamppb.New(t.began.Add(at)), AgentId: fmt.Sprintf("A%d", n%400), Team: fmt.Sprintf("team-%d", n%20),
	}
	for i, leg := range legs {
		opening.Streams = append(opening.Streams, &schemas.Stream{Leg: leg, Ssrc: uint32(i + 1), PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA})
	}
	add(at, &schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: opening}})
	for second := range int(length / time.Second) {
		for i, leg := range legs {
			batch := &schemas.MediaBatch{Leg: leg}
			for p := range 50 {
				number := second*50 + p
				rtp := binary.BigEndian.AppendUint16([]byte{0x80, 8}, uint16(number))
				rtp = binary.BigEndian.AppendUint32(rtp, uint32(number*160))
				rtp = append(binary.BigEndian.AppendUint32(rtp, uint32(i+1)), t.payloads[(p+i*30)%50]...)
				batch.Packets = append(batch.Packets, &schemas.Packet{OffsetUs: int64(p) * 20_000, Rtp: rtp})
			}
			add(at+time.Duration(second)*time.Second, &schemas.CallRecord{Body: &schemas.CallRecord_Media{Media: batch}})
		}
	}
	if n%500 == 9 {
		t.push(at+length, id, []byte("no protobuf"))
	}
	if n%100 != 3 {
		add(at+length, &schemas.CallRecord{Body: &schemas.CallRecord_End{End: &schemas.CallEnd{
			EndedAt: timestamppb.New(t.began.Add(at + length)), EndedBy: legs[n%2],
		}}})
	}
}

func (t *traffic) push(at time.Duration, id string, value []byte) {
	t.made++
	heap.Push(&t.queue, record{at: at, order: t.made, message: kafka.Message{Key: []byte(id), Value: value}})
}

// records are a heap by time, and by the order they were made in.
type records []record

func (r records) Len() int { return len(r) }
func (r records) Less(i, j int) bool {
	return r[i].at < r[j].at || r[i].at == r[j].at && r[i].order < r[j].order
}
func (r records) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r *records) Push(x any)   { *r = append(*r, x.(record)) }

func (r *records) Pop() any {
	old := *r
	last := old[len(old)-1]
	old[len(old)-1] = record{}
	*r = old[:len(old)-1]
	return last
}
