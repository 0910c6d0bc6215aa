package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/schemas"
	"google.golang.org/protobuf/proto"
)

// drainWithin is what an orchestrator may count on.
const drainWithin = 10 * time.Second

// site is the embedded engines as a process of their own, and calls to send.
type site struct {
	t                 *testing.T
	kafka, clickhouse string
	writer            *kafka.Writer
	ids               []string
	records           map[string][][]byte // by call
}

func newSite(t *testing.T) *site {
	s := &site{t: t, kafka: address(t), clickhouse: address(t), records: map[string][][]byte{}}
	launch(t, "embedded", "--kafka-listen", s.kafka, "--clickhouse-listen", s.clickhouse, "--data", t.TempDir(), "--topic-partitions", "2")
	eventually(t, func() error { return answer("http://"+s.clickhouse+"/ping", 200, "Ok") })
	s.writer = &kafka.Writer{Addr: kafka.TCP(s.kafka), Topic: "earshot.calls", Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	t.Cleanup(func() { s.writer.Close() })
	wav := filepath.Join(t.TempDir(), "call.wav")
	if err := writeWAV(wav, "40", "2"); err != nil {
		t.Fatal(err)
	}
	began := time.Now().Truncate(time.Minute).Add(-time.Hour) // old calls expire
	for i := range 12 {
		id := fmt.Sprintf("call-%d", i)
		s.ids = append(s.ids, id)
		o := publisher.Options{Batch: time.Second, StartedAt: began.Add(time.Duration(i) * time.Minute)}
		for r, err := range publisher.Records(t.Context(), wav, o) {
			if err != nil {
				t.Fatal(err)
			}
			r = proto.CloneOf(r)
			r.CallId = id
			value, err := proto.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			s.records[id] = append(s.records[id], value)
		}
	}
	return s
}

// send sends the records of a call from the first to before the last.
func (s *site) send(id string, first, last int) {
	s.t.Helper()
	var messages []kafka.Message
	for _, value := range s.records[id][first:last] {
		messages = append(messages, kafka.Message{Key: []byte(id), Value: value})
	}
	if err := s.writer.WriteMessages(s.t.Context(), messages...); err != nil {
		s.t.Fatal(err)
	}
}

// wordy finds something in every call, while it goes on and at its end.
const wordy = `rules:
  - id: wordy
    title: {zh: 说话, en: Speaks}
    about: {zh: 说话, en: Speaks.}
    clause: [D1.1]
    basis: default
    on: speech
    measure: it.duration
    unit: s
    above: 0.5
    points: 1
    class: minor
    live: true
`

// worker starts one for a database of its name, which the group of that name fills.
func (s *site) worker(name string) (p *process, metrics string) {
	s.t.Helper()
	metrics = address(s.t)
	rules := filepath.Join(s.t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(wordy), 0o644); err != nil {
		s.t.Fatal(err)
	}
	p = launch(s.t, "worker", "--kafka", s.kafka, "--clickhouse", "http://"+s.clickhouse+"/"+name, "--group", name,
		"--metrics-listen", metrics, "--session-timeout", "6s", "--log-json", "--rulebook", rules)
	return p, "http://" + metrics
}

func (s *site) client() *kafka.Client { return &kafka.Client{Addr: kafka.TCP(s.kafka)} }

// committed are the group's offsets.
func (s *site) committed(group string) map[int]int64 {
	s.t.Helper()
	resp, err := s.client().OffsetFetch(s.t.Context(), &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{"earshot.calls": {0, 1}}})
	if err != nil {
		s.t.Fatal(err)
	}
	offsets := map[int]int64{}
	for _, p := range resp.Topics["earshot.calls"] {
		offsets[p.Partition] = max(0, p.CommittedOffset) // -1: none, which begins at the start
	}
	return offsets
}

// watermarks are the offsets of the first records of calls that have not ended, or the partition's end: by reading the topic.
func (s *site) watermarks() map[int]int64 {
	s.t.Helper()
	marks := map[int]int64{}
	k := pipeline.Kafka{Brokers: []string{s.kafka}}
	ends, err := k.Ends(s.t.Context(), "earshot.calls")
	if err != nil {
		s.t.Fatal(err)
	}
	for partition, e := range ends {
		open := map[string]int64{}
		err := k.ReadRange(s.t.Context(), "earshot.calls", partition, e.First, e.Last, func(m *kafka.Message) error {
			var record schemas.CallRecord
			if err := proto.Unmarshal(m.Value, &record); err != nil {
				return err
			}
			switch record.Body.(type) {
			case *schemas.CallRecord_Start:
				open[record.CallId] = m.Offset
			case *schemas.CallRecord_End:
				delete(open, record.CallId)
			}
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
		marks[partition] = e.Last
		for _, first := range open {
			marks[partition] = min(marks[partition], first)
		}
	}
	return marks
}

// SIGTERM in the middle of calls: what is known is written and committed, the process ends well, and the next one takes the
// calls up, so that the tables are those of a worker that nobody stopped.
func TestDrain(t *testing.T) {
	s := newSite(t)
	for _, database := range []string{"whole", "drained"} {
		earshot(t, "migrate", "--clickhouse", "http://"+s.clickhouse+"/"+database)
	}
	first, metrics := s.worker("drained")
	eventually(t, func() error { return answer(metrics+"/readyz", 200, "ready") })
	half := len(s.records[s.ids[0]]) / 2
	sent := 0
	for i, id := range s.ids {
		last := len(s.records[id])
		if i%3 == 1 { // goes on while the worker is stopped
			last = half
		}
		s.send(id, 0, last)
		sent += last
	}
	eventually(t, func() error { // everything has been read
		if err := answer(metrics+"/metrics", 200, fmt.Sprintf("earshot_records_total{topic=\"earshot.calls\"} %d\n", sent)); err != nil {
			return fmt.Errorf("not all %d records have been read", sent)
		}
		return nil
	})
	first.drain(drainWithin)
	if diff := cmp.Diff(s.watermarks(), s.committed("drained")); diff != "" {
		t.Errorf("committed offsets are not the watermarks (-watermark +committed):\n%s", diff)
	}
	if n := rows(t, s.clickhouse, "drained", "SELECT count() FROM calls FINAL"); n != "8" {
		t.Errorf("%s calls are written, expected the 8 that had ended", n)
	}

	second, _ := s.worker("drained")
	for i, id := range s.ids {
		if i%3 == 1 {
			s.send(id, half, len(s.records[id]))
		}
	}
	whole, _ := s.worker("whole")
	for _, database := range []string{"whole", "drained"} {
		eventually(t, func() error {
			if n := rows(t, s.clickhouse, database, "SELECT count() FROM calls FINAL"); n != "12" {
				return fmt.Errorf("%s has %s calls of 12", database, n)
			}
			return nil
		})
	}
	second.drain(drainWithin)
	whole.drain(drainWithin)
	for _, table := range []string{"calls", "segments", "flags"} {
		sql := "SELECT * FROM " + table + " FINAL ORDER BY ALL FORMAT JSONEachRow"
		a, b := rows(t, s.clickhouse, "whole", sql), rows(t, s.clickhouse, "drained", sql)
		if diff := cmp.Diff(a, b); diff != "" || a == "" {
			t.Errorf("%s differs from that of a worker that was not stopped, or is empty:\n%s", table, diff)
		}
	}
}

// A worker whose ClickHouse is away is alive and not ready; stopped, it ends in time and has committed nothing.
func TestDrainWithoutClickHouse(t *testing.T) {
	s := newSite(t)
	metrics := address(t)
	w := launch(t, "worker", "--kafka", s.kafka, "--clickhouse", "http://"+address(t)+"/earshot", "--group", "away",
		"--metrics-listen", metrics, "--session-timeout", "6s")
	for _, id := range s.ids {
		s.send(id, 0, len(s.records[id]))
	}
	eventually(t, func() error { return answer("http://"+metrics+"/readyz", 503, "writes: ") })
	if err := answer("http://"+metrics+"/readyz", 503, "clickhouse: "); err != nil {
		t.Error(err)
	}
	if err := answer("http://"+metrics+"/livez", 200, "ok"); err != nil {
		t.Error(err)
	}
	w.drain(drainWithin)
	if diff := cmp.Diff(map[int]int64{0: 0, 1: 0}, s.committed("away")); diff != "" {
		t.Errorf("something is committed that nobody has (-want +got):\n%s", diff)
	}
}
