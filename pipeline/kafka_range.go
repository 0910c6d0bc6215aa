package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// Ends are the offsets of a partition's first record and after its last one.
type Ends struct{ First, Last int64 }

// Ends asks for each partition of a topic, in their order, what it holds.
func (k Kafka) Ends(ctx context.Context, topic string) ([]Ends, error) {
	d, err := k.Dialer()
	if err != nil {
		return nil, err
	}
	conn, err := dialAny(ctx, d, k.Brokers)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	partitions, err := conn.ReadPartitions(topic)
	if err != nil {
		return nil, fmt.Errorf("cannot find the topic %s: %w", topic, err)
	}
	ends := make([]Ends, len(partitions))
	for i := range ends {
		err := k.leader(ctx, topic, i, func(c *kafka.Conn) (err error) {
			ends[i].First, ends[i].Last, err = c.ReadOffsets()
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ends, nil
}

// OffsetAt is the first offset of a partition whose record has that time or a later one; the partition's end if none has.
func (k Kafka) OffsetAt(ctx context.Context, topic string, partition int, at time.Time) (offset int64, err error) {
	err = k.leader(ctx, topic, partition, func(c *kafka.Conn) (err error) {
		if offset, err = c.ReadOffset(at); err == nil && offset < 0 {
			offset, err = c.ReadLastOffset()
		}
		return err
	})
	return offset, err
}

// leader lets do ask the broker that leads a partition.
func (k Kafka) leader(ctx context.Context, topic string, partition int, do func(*kafka.Conn) error) error {
	d, err := k.Dialer()
	if err != nil {
		return err
	}
	var errs []error
	for _, broker := range k.Brokers {
		conn, err := d.DialLeader(ctx, "tcp", broker, topic, partition)
		if err == nil {
			defer conn.Close()
			if err = do(conn); err != nil {
				return fmt.Errorf("cannot read the offsets of %s/%d: %w", topic, partition, err)
			}
			return nil
		}
		errs = append(errs, err)
	}
	return fmt.Errorf("cannot reach the leader of %s/%d: %w", topic, partition, errors.Join(errs...))
}

// ErrStop ends ReadRange without an error.
var ErrStop = errors.New("enough")

// rangePatience is how long Kafka may take for the next record of a range.
const rangePatience = 30 * time.Second

// readAhead is how many records a range may have fetched before they are asked for: some may have megabytes.
const readAhead = 8

// ReadRange gives the records of a partition from an offset up to, but without, another. An error of do ends it.
func (k Kafka) ReadRange(ctx context.Context, topic string, partition int, from, to int64, do func(*kafka.Message) error) error {
	return k.readRange(ctx, kafka.ReaderConfig{Topic: topic, Partition: partition, MaxBytes: 2 * MaxRecordBytes, QueueCapacity: readAhead}, from, to, do)
}

// ReadFirst gives the first record of a range, and fetches hardly more than the one after it; nil if there is none any more.
func (k Kafka) ReadFirst(ctx context.Context, topic string, partition int, from, to int64) (first *kafka.Message, err error) {
	// A broker answers with one batch at least, however large that is.
	c := kafka.ReaderConfig{Topic: topic, Partition: partition, MaxBytes: 1, QueueCapacity: 1}
	err = k.readRange(ctx, c, from, to, func(m *kafka.Message) error {
		first = m
		return ErrStop
	})
	return first, err
}

func (k Kafka) readRange(ctx context.Context, c kafka.ReaderConfig, from, to int64, do func(*kafka.Message) error) error {
	if from >= to {
		return nil
	}
	var err error
	if c.Dialer, err = k.Dialer(); err != nil {
		return err
	}
	c.Brokers, c.MinBytes, c.MaxWait, c.ReadLagInterval = k.Brokers, 1, 250*time.Millisecond, -1
	r := kafka.NewReader(c)
	defer r.Close()
	topic, partition := c.Topic, c.Partition
	if err := r.SetOffset(from); err != nil {
		return fmt.Errorf("cannot read %s/%d from offset %d: %w", topic, partition, from, err)
	}
	for next := from; next < to; {
		waiting, cancel := context.WithTimeout(ctx, rangePatience)
		m, err := r.FetchMessage(waiting)
		cancel()
		if err != nil {
			return fmt.Errorf("cannot read %s/%d from offset %d: %w", topic, partition, next, err)
		}
		if next = m.Offset + 1; next > to {
			return nil
		}
		if err := do(&m); errors.Is(err, ErrStop) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}
