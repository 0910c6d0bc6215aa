package endtoend

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/internal/apachekafka"
	"github.com/earshot/earshot/internal/enginetest"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// system is a broker, an engine, and a worker between them.
type system struct {
	t      *testing.T
	broker *apachekafka.Broker
	dsn    string
	kafka  pipeline.Kafka
	book   *rulebook.Rulebook
	store  *store.Store
	stop   func()

	metrics *prometheus.Registry // of the worker last started
}

var topics = map[string]int{"earshot.calls": 3, "earshot.recordings": 2, "earshot.flags": 1, "earshot.deadletters": 1}

func start(t *testing.T) *system {
	t.Helper()
	ctx := t.Context()
	s := &system{t: t, dsn: enginetest.ClickHouse(t), broker: apachekafka.Start(t)}
	s.kafka = pipeline.Kafka{Brokers: []string{s.broker.Addr()}}
	var err error
	if s.book, err = rulebook.Load("rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary()); err != nil {
		t.Fatal(err)
	}
	if err := s.kafka.EnsureTopics(ctx, topics); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(ctx, s.dsn, store.Options{}); err != nil {
		t.Fatal(err)
	}
	if s.store, err = store.Open(s.dsn, store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	s.startWorker()
	t.Cleanup(func() { s.stopWorker() })
	return s
}

func (s *system) startWorker() {
	s.metrics = prometheus.NewRegistry()
	w, err := pipeline.NewWorker(pipeline.Config{
		Kafka: s.kafka, Store: s.store, Rulebook: s.book, Metrics: pipeline.NewMetrics(s.metrics),
		Log: slog.New(slog.NewTextHandler(s.t.Output(), nil)), Version: "test", SessionTimeout: 6 * time.Second,
		IdleEnd: 3 * time.Second,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the worker ended with %v", err)
		}
	}
}

func (s *system) stopWorker() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

func (s *system) publish(files []string, o publisher.Options, d publisher.Delivery) {
	s.t.Helper()
	p := publisher.New(publisher.Config{Brokers: s.kafka.Brokers, Calls: "earshot.calls", Recordings: "earshot.recordings"})
	defer p.Close(s.t.Context())
	if err := p.Publish(s.t.Context(), files, o, d); err != nil {
		s.t.Fatal(err)
	}
}

// send writes one record as it is.
func (s *system) send(topic, key string, value []byte) {
	s.t.Helper()
	w := &kafka.Writer{Addr: kafka.TCP(s.kafka.Brokers...), Topic: topic, Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	defer w.Close()
	if err := w.WriteMessages(s.t.Context(), kafka.Message{Key: []byte(key), Value: value}); err != nil {
		s.t.Fatal(err)
	}
}

// write writes a record into a partition of the calls topic, compressed or not, however large it is.
func (s *system) write(c kafka.Compression, partition int, key string, value []byte) {
	s.t.Helper()
	w := &kafka.Writer{Addr: kafka.TCP(s.kafka.Brokers...), Topic: "earshot.calls", RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond,
		Compression: c, BatchBytes: 1 << 30, Balancer: kafka.BalancerFunc(func(kafka.Message, ...int) int { return partition })}
	defer w.Close()
	if err := w.WriteMessages(s.t.Context(), kafka.Message{Key: []byte(key), Value: value}); err != nil {
		s.t.Fatal(err)
	}
}

// counted is what the worker's metric says, where its label has that value.
func (s *system) counted(metric, label, value string) (sum float64) {
	s.t.Helper()
	families, err := s.metrics.Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() != metric || label != "" && !slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetName() == label && l.GetValue() == value }) {
				continue
			}
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}

// awaitLetter returns when a record of that key is among the dead letters.
func (s *system) awaitLetter(key string) {
	s.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if _, there := s.letters()[key]; there {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s became no dead letter", key)
		}
	}
}

// awaitJudged returns when ClickHouse has all these calls. The time it waits for is only how long a test that has gone
// wrong takes to say so.
func (s *system) awaitJudged(ids []string) {
	s.t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for {
		judged, err := s.store.Judged(s.t.Context(), ids)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(judged) == len(ids) {
			return
		}
		if time.Now().After(deadline) {
			var left []string
			for _, id := range ids {
				if !judged[id] {
					left = append(left, id)
				}
			}
			s.t.Fatalf("calls that were never judged: %v", left)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// query asks ClickHouse over plain HTTP, as curl does, and returns the answer without its last line end.
func (s *system) query(sql string) string {
	s.t.Helper()
	u, err := url.Parse(s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	q := url.Values{"database": {strings.Trim(u.Path, "/")}}
	resp, err := http.Post("http://"+u.Host+"/?"+q.Encode(), "text/plain", strings.NewReader(sql))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s", sql, body)
	}
	return strings.TrimSuffix(string(body), "\n")
}

// heard is what the tables say of a call.
func (s *system) heard(id string) (h heard) {
	s.t.Helper()
	rows := s.query("SELECT kind, leg, start, end FROM segments FINAL WHERE call_id = '" + id + "' ORDER BY kind, leg, start FORMAT JSONEachRow")
	for line := range strings.SplitSeq(rows, "\n") {
		var r struct {
			Kind, Leg  string
			Start, End float64
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			s.t.Fatalf("%v in %q", err, line)
		}
		if telling(r.Kind) {
			h.add(r.Kind, r.Leg, r.Start, r.End)
		}
	}
	for rule := range strings.SplitSeq(s.query("SELECT rule FROM flags FINAL WHERE call_id = '"+id+"' AND state = 'final'"), "\n") {
		if rule != "" {
			h.flags = append(h.flags, rule)
		}
	}
	return h
}

// letters reads the dead-letter topic: reason and error of each letter, by its key.
func (s *system) letters() map[string][2]string {
	s.t.Helper()
	found := map[string][2]string{}
	last := s.records("earshot.deadletters")[0]
	err := s.kafka.ReadRange(s.t.Context(), "earshot.deadletters", 0, 0, last, func(m *kafka.Message) error {
		var reason, cause string
		for _, h := range m.Headers {
			switch h.Key {
			case "ce_reason":
				reason = string(h.Value)
			case "ce_error":
				cause = string(h.Value)
			}
		}
		found[string(m.Key)] = [2]string{reason, cause}
		return nil
	})
	if err != nil {
		s.t.Fatal(errors.Join(errors.New("cannot read the dead letters"), err))
	}
	return found
}

func (s *system) noDeadLetters() {
	s.t.Helper()
	for key, l := range s.letters() {
		s.t.Errorf("call %s has a dead letter: %s: %s", key, l[0], l[1])
	}
}

func add(n string, more int) string {
	v, _ := strconv.Atoi(n)
	return strconv.Itoa(v + more)
}
