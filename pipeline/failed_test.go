package pipeline

import (
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
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

// An alarm that Kafka does not take, or that cannot be encoded, keeps neither the others nor the partition.
func TestAlarmsThatCannotBeToldAreLeftOut(t *testing.T) {
	b := newBench(t)
	flags := []store.FlagRow{{FlagID: "1", CallID: "a"}, {FlagID: "2", CallID: "b", AgentID: strings.Repeat("<", 1_800_000)},
		{FlagID: "3", CallID: "c", Measured: math.Inf(1)}, {FlagID: "4", CallID: "d"}, {FlagID: "5", CallID: "e"}}
	if err := b.j.outbox.tell(t.Context(), flags); err != nil {
		t.Fatal(err)
	}
	if got := b.sent("earshot.flags"); !slices.Equal(got, []string{"a", "d", "e"}) {
		t.Errorf("alarms of %q were told, expected of a, d and e", got)
	}
	if n := b.unsent("earshot.flags"); n != 2 {
		t.Errorf("%v are counted as left out, expected 2", n)
	}
}

// A record that cannot be used becomes a dead letter by reference if it is too large, whatever of it is large, and none if its topic
// does not take that either: the partition goes on.
func TestLettersThatCannotBeSentAreLeftOut(t *testing.T) {
	b := newBench(t)
	send := func(m *kafka.Message) {
		t.Helper()
		m.Topic = "earshot.calls"
		if err := b.j.w.letters.send(t.Context(), m, ReasonInvalid, errors.New(strings.Repeat("wrong", 3_000_000))); err != nil {
			t.Fatal(err)
		}
	}
	send(&kafka.Message{Key: []byte("value"), Value: make([]byte, 9<<20)})
	send(&kafka.Message{Key: make([]byte, 9<<20), Value: []byte("key")})
	if got := b.sent("earshot.deadletters"); !slices.Equal(got, []string{"value", ""}) {
		t.Errorf("letters with the keys %q, expected value and none", got)
	}
	b.j.w.letters.w.w.BatchBytes = 200 // as a broker would say it of a topic
	send(&kafka.Message{Key: []byte("small"), Value: []byte("small")})
	if n := b.unsent("earshot.deadletters"); n != 1 {
		t.Errorf("%v letters are counted as left out, expected 1", n)
	}
}

// What is said of a recording's call is bounded as that of a live one.
func TestLongTextsOfARecording(t *testing.T) {
	for name, c := range map[string]struct {
		key    string
		rec    *schemas.Recording
		reason Reason
	}{
		"fine":                     {"key", &schemas.Recording{AgentId: strings.Repeat("a", 1024)}, ""},
		"a long name":              {"key", &schemas.Recording{AgentId: strings.Repeat("a", 1025)}, ReasonInvalid},
		"a long call id":           {"key", &schemas.Recording{CallId: strings.Repeat("a", 1025)}, ReasonInvalid},
		"a long key for a call id": {strings.Repeat("k", 1025), &schemas.Recording{}, ReasonInvalid},
	} {
		value, err := proto.Marshal(c.rec)
		if err != nil {
			t.Fatal(err)
		}
		if _, reason, err := DecodeRecording(&kafka.Message{Key: []byte(c.key), Value: value}); reason != c.reason || (err != nil) != (c.reason != "") {
			t.Errorf("%s: %q, %v; expected %q", name, reason, err, c.reason)
		}
	}
}

// sent gives the keys of a topic's messages.
func (b *bench) sent(topic string) (keys []string) {
	b.t.Helper()
	k := b.j.w.cfg.Kafka
	ends, err := k.Ends(b.t.Context(), topic)
	if err == nil {
		err = k.ReadRange(b.t.Context(), topic, 0, 0, ends[0].Last, func(m *kafka.Message) error {
			keys = append(keys, string(m.Key))
			return nil
		})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return keys
}

func (b *bench) unsent(topic string) float64 {
	b.t.Helper()
	var m dto.Metric
	if err := b.j.w.cfg.Metrics.unsent.WithLabelValues(topic).Write(&m); err != nil {
		b.t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}
