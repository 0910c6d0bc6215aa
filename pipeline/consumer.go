package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/segmentio/kafka-go"
)

// Worker is one member of the consumer group.
type Worker struct {
	cfg     Config
	dialer  *kafka.Dialer
	writer  *kafka.Writer
	token   string
	letters *deadLetters
	kept    map[topicPartition]*partition // of the generation before, for the one that follows
}

type topicPartition struct {
	topic string
	id    int
}

// NewWorker returns a worker that joins the group when it is run.
func NewWorker(cfg Config) (*Worker, error) {
	cfg.defaults()
	dialer, err := cfg.Kafka.Dialer()
	if err != nil {
		return nil, err
	}
	transport, err := cfg.Kafka.Transport()
	if err != nil {
		return nil, err
	}
	w := &kafka.Writer{
		Addr: kafka.TCP(cfg.Kafka.Brokers...), Transport: transport, Balancer: &kafka.Hash{},
		RequiredAcks: kafka.RequireAll, BatchTimeout: 5 * time.Millisecond, BatchBytes: MaxRecordBytes + 1<<20,
	}
	return &Worker{
		cfg: cfg, dialer: dialer, writer: w,
		token:   uuid.NewString(),
		letters: &deadLetters{topic: cfg.DeadLetters, w: w, metrics: cfg.Metrics, log: cfg.Log},
		kept:    map[topicPartition]*partition{},
	}, nil
}

// Run takes records until ctx ends, then writes and commits what it has and leaves the group. It returns an error only
// for what trying again cannot mend.
func (w *Worker) Run(ctx context.Context) error {
	defer w.writer.Close()
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: w.cfg.Group, Brokers: w.cfg.Kafka.Brokers, Dialer: w.dialer,
		Topics:                []string{w.cfg.Calls, w.cfg.Recordings},
		StartOffset:           kafka.FirstOffset,
		SessionTimeout:        w.cfg.SessionTimeout,
		RebalanceTimeout:      w.cfg.SessionTimeout,
		HeartbeatInterval:     w.cfg.SessionTimeout / 10,
		JoinGroupBackoff:      time.Second,
		WatchPartitionChanges: true,
		ErrorLogger:           kafka.LoggerFunc(func(f string, a ...any) { w.cfg.Log.Debug("consumer group: " + fmt.Sprintf(f, a...)) }),
	})
	if err != nil {
		return fmt.Errorf("cannot join the consumer group %s: %w", w.cfg.Group, err)
	}
	defer group.Close()
	// Closing the group ends the generation: its partitions write and commit what they hold, then the group is left,
	// once and without joining it again.
	stop := context.AfterFunc(ctx, func() { group.Close() })
	defer stop()
	fatal := make(chan error, 1)
	for {
		gen, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, kafka.ErrGroupClosed):
			return nil
		case err != nil:
			// A broker that restarts, or one whose offsets topic is still being made: the group is to be asked again.
			w.cfg.Log.Warn("cannot join the consumer group, trying again", "group", w.cfg.Group, "error", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(500 * time.Millisecond):
			}
			continue
		}
		if err := w.generation(gen, fatal, func() { go group.Close() }); err != nil {
			return err
		}
	}
}

// generation runs one loop per assigned partition, until the group gives them to somebody else or is left.
func (w *Worker) generation(gen *kafka.Generation, fatal chan error, leave func()) error {
	parts := w.assign(gen)
	w.cfg.Log.Info("partitions assigned", "group", w.cfg.Group, "generation", gen.ID, "partitions", len(parts))
	var wg sync.WaitGroup
	for _, p := range parts {
		wg.Add(1)
		gen.Start(func(genCtx context.Context) {
			defer wg.Done()
			if err := p.run(genCtx, gen); err != nil {
				w.cfg.Log.Error("partition stopped", "topic", p.topic, "partition", p.id, "error", err)
				select {
				case fatal <- err:
				default:
				}
				leave()
				<-genCtx.Done()
			}
		})
	}
	wg.Wait()
	if len(parts) == 0 {
		// Nothing for this member: wait for the next generation in group.Next.
		return nil
	}
	select {
	case err := <-fatal:
		return err
	default:
		return nil
	}
}

// assign prepares the generation's partitions. One that this worker had in the generation before keeps its open calls,
// if nobody has committed past them in between.
func (w *Worker) assign(gen *kafka.Generation) []*partition {
	next := map[topicPartition]*partition{}
	var parts []*partition
	for topic, assigned := range gen.Assignments {
		for _, a := range assigned {
			key := topicPartition{topic, a.ID}
			p := w.kept[key]
			if p == nil || !p.resumes(a.Offset) {
				p = newPartition(w, topic, a.ID, a.Offset)
			}
			next[key] = p
			parts = append(parts, p)
		}
	}
	for key, p := range w.kept {
		if next[key] != p {
			p.discard()
		}
	}
	w.kept = next
	return parts
}
