package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// Taker is what is made of the records of one partition: judging them, or keeping their audio. It holds the partition's
// watermark (Partition.Hold) until it has written what came of a record. Only the partition's own goroutine calls it.
type Taker interface {
	// Take takes a record, whole. An error is one that trying again cannot mend, or ctx's end.
	Take(ctx context.Context, m *kafka.Message) error
	// Tend is called after each record, and often when none comes.
	Tend(ctx context.Context, t Tide) error
	// Held says whether something waits to be written; Due, whether it should be now.
	Held() bool
	Due(now time.Time) bool
	// Flush writes it, trying until ctx ends, and lets go of the watermark. Once it may write what is urgent only; the next writes all.
	Flush(ctx context.Context) error
	// Discard lets go of the open calls: somebody else reads them again from their first records.
	Discard()
}

// ConsumerConfig says what a Consumer reads and who takes it.
type ConsumerConfig struct {
	Kafka  Kafka
	Group  string
	Topics []string
	// SessionTimeout after which the group gives a silent member's partitions to others.
	SessionTimeout time.Duration
	// Drain is how long a partition may take to write what it holds when it is given up; half a session at most unless the process ends.
	Drain   time.Duration
	Metrics *ConsumerMetrics
	Health  *Health // may be nil
	Log     *slog.Logger
	// ReadAhead is how many records of a topic are fetched before they are taken; 64.
	ReadAhead map[string]int
	// Taker makes the taker of a partition, which starts at its offset with no call open.
	Taker func(*Partition) Taker
}

// Consumer is one member of a consumer group.
type Consumer struct {
	cfg    ConsumerConfig
	dialer *kafka.Dialer
	kept   map[topicPartition]*Partition // of the generation before, for the one that follows
	told   atomic.Pointer[time.Time]     // when it was told to end
}

type topicPartition struct {
	topic string
	id    int
}

// NewConsumer returns a consumer that joins the group when it is run.
func NewConsumer(cfg ConsumerConfig) (*Consumer, error) {
	dialer, err := cfg.Kafka.Dialer()
	if err != nil {
		return nil, err
	}
	cfg.Metrics.expect(cfg.Topics)
	return &Consumer{cfg: cfg, dialer: dialer, kept: map[topicPartition]*Partition{}}, nil
}

// Run takes records until ctx ends, then writes and commits what it has and leaves the group. It returns an error only
// for what trying again cannot mend.
func (c *Consumer) Run(ctx context.Context) error {
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: c.cfg.Group, Brokers: c.cfg.Kafka.Brokers, Dialer: c.dialer,
		Topics:                c.cfg.Topics,
		StartOffset:           kafka.FirstOffset,
		SessionTimeout:        c.cfg.SessionTimeout,
		RebalanceTimeout:      c.cfg.SessionTimeout,
		Timeout:               coordinatorTimeout,
		HeartbeatInterval:     c.cfg.SessionTimeout / 10,
		JoinGroupBackoff:      time.Second,
		WatchPartitionChanges: true,
		ErrorLogger:           kafka.LoggerFunc(func(f string, a ...any) { c.cfg.Log.Debug("consumer group: " + fmt.Sprintf(f, a...)) }),
	})
	if err != nil {
		return fmt.Errorf("cannot join the consumer group %s: %w", c.cfg.Group, err)
	}
	defer func() { atMost(time.Until(c.drainUntil())+leaveWithin, group.Close) }()
	defer c.cfg.Health.Report(HealthGroup, errors.New("the group has been left"))
	defer func() {
		for _, p := range c.kept {
			p.discard()
		}
	}()
	// Closing the group ends the generation: its partitions write and commit what they hold, then the group is left,
	// once and without joining it again.
	stop := context.AfterFunc(ctx, func() {
		now := time.Now()
		c.told.Store(&now)
		group.Close()
	})
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
			c.cfg.Health.Report(HealthGroup, err)
			c.cfg.Log.Warn("cannot join the consumer group, trying again", "group", c.cfg.Group, "error", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(500 * time.Millisecond):
			}
			continue
		}
		if err := c.generation(gen, fatal, func() { go group.Close() }); err != nil {
			return err
		}
	}
}

// coordinatorTimeout is how long a broker may take to answer what is asked of the group, such as to commit: nothing else bounds that.
const coordinatorTimeout = 2 * time.Second

// drainUntil is when a partition that is given up now is to have written what it holds. Who is told to end has so long from then on,
// not from when what was under way has ended. A member that stays has half a session at most: the group takes one that does not
// come back in time for dead, and while ClickHouse is away none would ever do.
func (c *Consumer) drainUntil() time.Time {
	if told := c.told.Load(); told != nil {
		return told.Add(c.cfg.Drain)
	}
	return time.Now().Add(min(c.cfg.Drain, c.cfg.SessionTimeout/2))
}

// leaveWithin is how long, beside what is left of the time to drain, the group may take to let a member go that has written what it
// had. To join takes as long as the slowest member, and cannot be ended: the broker then finds out by itself.
const leaveWithin = 1200 * time.Millisecond

// atMost waits for what is done so long and no longer.
func atMost(long time.Duration, do func() error) {
	done := make(chan struct{})
	go func() {
		do()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(long):
	}
}

// generation runs one loop per assigned partition, until the group gives them to somebody else or is left.
func (c *Consumer) generation(gen *kafka.Generation, fatal chan error, leave func()) error {
	parts := c.assign(gen)
	c.cfg.Health.Report(HealthGroup, nil)
	c.cfg.Metrics.assigned.Set(float64(len(parts)))
	c.cfg.Log.Info("partitions assigned", "group", c.cfg.Group, "generation", gen.ID, "partitions", len(parts))
	var wg sync.WaitGroup
	for _, p := range parts {
		wg.Add(1)
		gen.Start(func(genCtx context.Context) {
			defer wg.Done()
			if err := p.run(genCtx, gen); err != nil {
				c.cfg.Log.Error("partition stopped", "topic", p.topic, "partition", p.id, "error", err)
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
	c.cfg.Metrics.assigned.Set(0) // until the next generation, if there is one
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

// assign prepares the generation's partitions. One that this member had in the generation before keeps its open calls,
// if nobody has committed past them in between.
func (c *Consumer) assign(gen *kafka.Generation) []*Partition {
	next := map[topicPartition]*Partition{}
	var parts []*Partition
	for topic, assigned := range gen.Assignments {
		for _, a := range assigned {
			key := topicPartition{topic, a.ID}
			p := c.kept[key]
			if p == nil || !p.resumes(a.Offset) {
				p = newPartition(c, topic, a.ID, a.Offset)
			}
			p.ledger.assigned(a.Offset)
			next[key] = p
			parts = append(parts, p)
		}
	}
	for key, p := range c.kept {
		if next[key] != p {
			p.discard()
		}
	}
	c.kept = next
	return parts
}
