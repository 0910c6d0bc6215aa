package pipeline

import (
	"encoding/binary"
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// BenchmarkLive takes the records of a live call of ten minutes, one a second of each leg, as the loop of a partition does, with
// all that is checked and bounded on the way; only Kafka and ClickHouse are not there. An operation is one call.
func BenchmarkLive(b *testing.B) {
	const length = 10 * time.Minute
	book, err := rulebook.Load("schemas/rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary())
	if err != nil {
		b.Fatal(err)
	}
	w, err := NewWorker(Config{
		Kafka: Kafka{Brokers: []string{"none:1"}}, Rulebook: book, Metrics: NewMetrics(prometheus.NewRegistry()), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	p := newPartition(w.consumer, "earshot.calls", 0, 0)
	p.stands, _ = p.c.cfg.Metrics.standings.enter(p.topic, p.id)
	records := liveRecords(b, length)
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range records {
			m.Offset, m.HighWaterMark = p.mark.next, p.mark.next+100
			if err := p.step(b.Context(), &m); err != nil {
				b.Fatal(err)
			}
			now := time.Now()
			p.stands.note(now, m.Time, p.atEnd, true)
			if err := p.taker.Tend(b.Context(), Tide{Now: now}); err != nil {
				b.Fatal(err)
			}
			// What flush does, without the writing.
			if o := p.taker.(*judging).outbox; o.due(now) || len(o.marks) > 0 {
				o.saved = o.batch.Len()
				o.release(p)
				o.saved, o.urgent = 0, time.Time{}
				o.batch.Reset()
			}
		}
	}
	if n := len(p.taker.(*judging).calls.calls); n != 0 || p.mark.low() != p.mark.next {
		b.Fatalf("%d calls are open, and %d of %d records done with", n, p.mark.low(), p.mark.next)
	}
	b.ReportMetric(length.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "×realtime")
}

// liveRecords are a call's, whose two sides speak in turns.
func liveRecords(b testing.TB, length time.Duration) (all []kafka.Message) {
	add := func(at time.Duration, r *schemas.CallRecord) {
		r.CallId, r.Sequence, r.CapturedAtUs = "call", uint64(len(all)), nine.Add(at).UnixMicro()
		value, err := proto.Marshal(r)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, kafka.Message{Key: []byte("call"), Value: value, Time: nine.Add(at)})
	}
	legs := []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
	start := &schemas.CallStart{StartedAt: timestamppb.New(nine), AgentId: "A1"}
	for i, leg := range legs {
		start.Streams = append(start.Streams, &schemas.Stream{Leg: leg, Ssrc: uint32(i + 1), PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA})
	}
	add(0, &schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: start}})
	pcm := make([]float32, 160)
	for second := range int(length / time.Second) {
		for i, leg := range legs {
			batch := &schemas.MediaBatch{Leg: leg}
			for n := range 50 {
				number := second*50 + n
				speaks := (second/4)%2 == i && number%20 < 15 // syllables
				for k := range pcm {
					pcm[k] = 0
					for h := 1; h < 8 && speaks; h++ {
						pcm[k] += float32(0.1 / float64(h) * math.Sin(2*math.Pi*float64(h)*140*float64(number*160+k)/8000))
					}
				}
				rtp := binary.BigEndian.AppendUint16([]byte{0x80, 8}, uint16(number))
				rtp = binary.BigEndian.AppendUint32(rtp, uint32(number*160))
				rtp = binary.BigEndian.AppendUint32(rtp, uint32(i+1))
				batch.Packets = append(batch.Packets, &schemas.Packet{OffsetUs: int64(n) * 20_000, Rtp: codec.EncodePCMA(rtp, pcm)})
			}
			add(time.Duration(second)*time.Second, &schemas.CallRecord{Body: &schemas.CallRecord_Media{Media: batch}})
		}
	}
	add(length, &schemas.CallRecord{Body: &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: timestamppb.New(nine.Add(length)), EndedBy: legs[1]}}})
	return all
}
