package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/metadata"
	"github.com/segmentio/kafka-go/protocol/produce"

	"github.com/earshot/earshot/pipeline/store"
)

// refusing is a Kafka that refuses what is written to it, so many times.
type refusing struct {
	times int
	asked func()
}

func (r *refusing) RoundTrip(_ context.Context, _ net.Addr, request kafka.Request) (kafka.Response, error) {
	switch q := request.(type) {
	case *metadata.Request:
		return &metadata.Response{
			Brokers: []metadata.ResponseBroker{{NodeID: 1, Host: "none", Port: 1}},
			Topics:  []metadata.ResponseTopic{{Name: q.TopicNames[0], Partitions: []metadata.ResponsePartition{{LeaderID: 1}}}},
		}, nil
	case *produce.Request:
		r.asked()
		p := produce.ResponsePartition{}
		if r.times > 0 {
			r.times--
			p.ErrorCode = int16(kafka.TopicAuthorizationFailed)
		}
		return &produce.Response{Topics: []produce.ResponseTopic{{Topic: q.Topics[0].Topic, Partitions: []produce.ResponsePartition{p}}}}, nil
	}
	return nil, fmt.Errorf("nobody expects %T", request)
}

// Where Kafka does not take a flag or a dead letter, the health says so until it does, a counter counts, and the log names the partition
// that waits: the topic that is written to is not the one that is read.
func TestWhatKafkaDoesNotTakeIsSaid(t *testing.T) {
	for topic, write := range map[string]func(w *Worker, p *Partition) error{
		"earshot.flags": func(w *Worker, p *Partition) error {
			return p.taker.(*judging).outbox.tell(t.Context(), []store.FlagRow{{FlagID: "f", CallID: "call"}})
		},
		"earshot.deadletters": func(w *Worker, _ *Partition) error {
			return w.letters.send(t.Context(), &kafka.Message{Topic: "earshot.calls", Partition: 3}, ReasonInvalid, errors.New("nonsense"))
		},
	} {
		health, registry, said := NewHealth(HealthWrites), prometheus.NewRegistry(), &bytes.Buffer{}
		health.Report(HealthWrites, nil)
		w, err := NewWorker(Config{
			Kafka: Kafka{Brokers: []string{"none:1"}}, Health: health, Metrics: NewMetrics(registry), Log: slog.New(slog.NewTextHandler(said, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		p := newPartition(w.consumer, "earshot.calls", 3, 0)
		asked := 0
		w.producer.w.Transport = &refusing{times: 2, asked: func() {
			err := health.Ready()
			if asked++; asked > 1 && (err == nil || !strings.Contains(err.Error(), "cannot write to the topic "+topic)) {
				t.Errorf("%s: refused %d times, and the health is %v", topic, asked-1, err)
			}
			p2 := newPartition(w.consumer, "earshot.calls", 2, 0)
			p2.Wrote(nil) // which cannot speak for this one
		}}
		if err := write(w, p); err != nil {
			t.Fatal(err)
		}
		if err := health.Ready(); err != nil || asked != 3 {
			t.Errorf("%s: taken after %d times, and the health is %v", topic, asked, err)
		}
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.Metric {
				if n := m.GetCounter().GetValue(); f.GetName() == "earshot_produce_retries_total" && m.Label[0].GetValue() == topic && n != 2 {
					t.Errorf("%s: %v retries are counted, expected 2", topic, n)
				}
			}
		}
		for line := range strings.Lines(said.String()) {
			if strings.Contains(line, "trying again") && (strings.Count(line, "topic=") != 1 || !strings.Contains(line, "topic=earshot.calls partition=3 to="+topic)) {
				t.Errorf("%s: the log does not name the partition that waits: %s", topic, line)
			}
		}
		if n := strings.Count(said.String(), "trying again"); n != 2 {
			t.Errorf("%s: the log says %d times that it is tried again, expected 2:\n%s", topic, n, said)
		}
	}
}
