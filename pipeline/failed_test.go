package pipeline

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// bench is a partition of a worker that is given its records by hand, and has no ClickHouse.
type bench struct {
	t *testing.T
	p *Partition
	j *judging
}

func newBench(t *testing.T) *bench {
	book, err := rulebook.Load("schemas/rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "earshot.flags", "earshot.deadletters"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	w, err := NewWorker(Config{
		Kafka: Kafka{Brokers: cluster.ListenAddrs()}, Rulebook: book, Metrics: NewMetrics(prometheus.NewRegistry()), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	p := newPartition(w.consumer, "earshot.calls", 0, 0)
	p.stands, _ = p.c.cfg.Metrics.standings.enter(p.topic, p.id)
	return &bench{t, p, p.taker.(*judging)}
}

// take takes a call's records; of one that is broken the analysis fails once the call has begun. It gives the call's row.
func (b *bench) take(records []kafka.Message, broken bool) store.CallRow {
	b.t.Helper()
	calls, marks := len(b.j.outbox.batch.Calls), len(b.j.outbox.marks)
	for i, m := range records {
		m.Offset, m.HighWaterMark = b.p.mark.next, b.p.mark.next+100
		if err := b.p.step(b.t.Context(), &m); err != nil {
			b.t.Fatal(err)
		}
		if i == 0 && broken {
			b.j.calls.find(m.Key).Hearing.(*heardCall).session = nil
		}
	}
	o := b.j.outbox
	if len(o.batch.Calls) != calls+1 || len(o.marks) != marks+1 {
		b.t.Fatalf("%d rows of the call and %d marks, expected one of each", len(o.batch.Calls)-calls, len(o.marks)-marks)
	}
	return o.batch.Calls[calls]
}

// A call that failed is sent again once it can be judged, and then the judgement counts: whenever its end was captured, and also if that
// was before the call began.
func TestJudgementReplacesFailure(t *testing.T) {
	const length = 12 * time.Second
	for _, captured := range []time.Duration{-time.Hour, 0, length, length + 5*time.Millisecond, length + time.Hour, 1 << 62} {
		records := liveRecords(t, length)
		end, err := proto.Marshal(&schemas.CallRecord{CallId: "call", Sequence: uint64(len(records)), CapturedAtUs: nine.UnixMicro() + captured.Microseconds(),
			Body: &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: timestamppb.New(nine.Add(length)), EndedBy: schemas.Leg_LEG_AGENT}}})
		if err != nil {
			t.Fatal(err)
		}
		records[len(records)-1].Value = end
		b := newBench(t)
		failed, judged := b.take(records, true), b.take(records, false)
		if failed.State != "failed" || failed.Duration != length.Seconds() || judged.State != "ended" || judged.Duration != length.Seconds() {
			t.Errorf("end captured at %v: %s after %v s, then %s after %v s; expected failed, then ended, after %v", captured, failed.State, failed.Duration,
				judged.State, judged.Duration, length)
		}
		if judged.Version <= failed.Version {
			t.Errorf("end captured at %v: the judgement has version %d, the failure %d", captured, judged.Version, failed.Version)
		}
	}
}

// What is taken on can be written, at either end of time; what could not be becomes a dead letter.
func TestWhatIsTakenOnCanBeStored(t *testing.T) {
	for began, taken := range map[time.Time]bool{
		time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC): false,
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC):      true,
		time.Date(2099, 12, 31, 18, 59, 59, 0, time.UTC): true, // a call may take four hours, and an hour is to spare
		time.Date(2099, 12, 31, 19, 0, 0, 0, time.UTC):   false,
		time.Date(2099, 12, 31, 23, 59, 50, 0, time.UTC): false,
		time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC):      false,
		time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC):    false,
	} {
		b := newBench(t)
		ended := began.Add(4 * time.Hour) // of silence: there is something to flag
		for sequence, r := range []*schemas.CallRecord{
			{CapturedAtUs: began.UnixMicro(), Body: &schemas.CallRecord_Start{Start: &schemas.CallStart{StartedAt: timestamppb.New(began)}}},
			{CapturedAtUs: ended.UnixMicro(), Body: &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: timestamppb.New(ended)}}},
		} {
			r.CallId, r.Sequence = "call", uint64(sequence)
			value, err := proto.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			m := kafka.Message{Topic: "earshot.calls", Key: []byte("call"), Value: value, Time: began, Offset: b.p.mark.next, HighWaterMark: 100}
			if err := b.p.step(t.Context(), &m); err != nil {
				t.Fatal(err)
			}
		}
		batch := &b.j.outbox.batch
		if got := len(batch.Calls) == 1; got != taken || taken && len(batch.Flags) == 0 {
			t.Errorf("began %v: %d calls and %d flags; expected it to be taken on: %v", began, len(batch.Calls), len(batch.Flags), taken)
		}
		for i := range batch.Flags {
			if err := store.CheckTime(batch.Flags[i].At); err != nil {
				t.Errorf("began %v: a flag that cannot be written: %v", began, err)
			}
		}
		for i := range batch.Calls {
			if err := store.CheckTime(batch.Calls[i].JudgedAt); err != nil {
				t.Errorf("began %v: a call that cannot be written: %v", began, err)
			}
		}
	}
}
