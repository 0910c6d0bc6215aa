package pipeline

import (
	"context"
	"time"

	"github.com/segmentio/kafka-go"
)

// Worker judges calls. It is one member of its consumer group.
type Worker struct {
	cfg       Config
	consumer  *Consumer
	transport *kafka.Transport
	producer  *producer
	letters   *deadLetters
}

// wholeCalls is how many recordings, of 8 MiB each, a partition fetches ahead.
const wholeCalls = 2

// NewWorker returns a worker that joins the group when it is run.
func NewWorker(cfg Config) (*Worker, error) {
	cfg.defaults()
	transport, err := cfg.Kafka.Transport()
	if err != nil {
		return nil, err
	}
	w := &Worker{cfg: cfg, transport: transport}
	w.producer = &producer{retries: cfg.Metrics.produceRetries, w: &kafka.Writer{
		Addr: kafka.TCP(cfg.Kafka.Brokers...), Transport: transport, Balancer: &kafka.Hash{},
		RequiredAcks: kafka.RequireAll, BatchTimeout: 5 * time.Millisecond, BatchBytes: MaxRecordBytes + 1<<20,
		MaxAttempts: 3, // silently; then produce tries again, and says so
	}}
	cfg.Metrics.expect(&w.cfg)
	cfg.Metrics.heldLimit.Set(float64(cfg.BatchBytes))
	w.letters = &deadLetters{topic: cfg.DeadLetters, w: w.producer, metrics: cfg.Metrics, health: cfg.Health, log: cfg.Log}
	w.consumer, err = NewConsumer(ConsumerConfig{
		Kafka: cfg.Kafka, Group: cfg.Group, Topics: []string{cfg.Calls, cfg.Recordings},
		SessionTimeout: cfg.SessionTimeout, Drain: cfg.Drain, Metrics: cfg.Metrics.ConsumerMetrics, Health: cfg.Health, Log: cfg.Log,
		ReadAhead: map[string]int{cfg.Recordings: wholeCalls},
		Taker:     w.taker,
	})
	return w, err
}

// closeWithin is how long what is on its way to Kafka at the end may take: flags that were not told in the time to drain. Whoever takes
// the partition over tells them.
const closeWithin = 500 * time.Millisecond

// Run takes records until ctx ends, then writes and commits what it has and leaves the group. It returns an error only
// for what trying again cannot mend.
func (w *Worker) Run(ctx context.Context) error {
	defer w.transport.CloseIdleConnections()
	defer atMost(closeWithin, w.producer.w.Close)
	return w.consumer.Run(ctx)
}
