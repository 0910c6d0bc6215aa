package deadletters

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline"
)

// What goes into one request to a broker.
const (
	requestRecords = 64
	requestBytes   = 768 << 10
)

// Replayer sends again what became dead letters.
type Replayer struct {
	kafka          pipeline.Kafka
	calls, letters string // topics
	w              *kafka.Writer
	sent           map[string]bool // topic/partition/first offset of what was sent
}

// NewReplayer takes the names of the topics of live calls and of dead letters.
func NewReplayer(k pipeline.Kafka, calls, letters string) (*Replayer, error) {
	transport, err := k.Transport()
	if err != nil {
		return nil, err
	}
	r := &Replayer{kafka: k, calls: calls, letters: letters, sent: map[string]bool{}}
	r.w = &kafka.Writer{
		Addr: kafka.TCP(k.Brokers...), Transport: transport, RequiredAcks: kafka.RequireAll,
		BatchTimeout: 5 * time.Millisecond, BatchBytes: pipeline.MaxRecordBytes + 1<<20,
		// A record goes back into the partition that it came from: the publisher's way to choose one need not be ours.
		Balancer: kafka.BalancerFunc(func(m kafka.Message, partitions ...int) int {
			if p, ok := m.WriterData.(int); ok && p < len(partitions) {
				return p
			}
			return (&kafka.Hash{}).Balance(m, partitions...)
		}),
	}
	return r, nil
}

// Close gives the connections back.
func (r *Replayer) Close() error { return r.w.Close() }

// Replay sends a letter's record again, or all records of its call, and notes it. It returns how many records it sent: none if
// they were sent for another letter of the same call already.
func (r *Replayer) Replay(ctx context.Context, l *Letter) (int, error) {
	from := stretch{first: l.Offset, last: l.Offset, records: 1}
	if l.Topic == r.calls && l.Key != "" {
		s, err := locate(ctx, r.kafka, l)
		// What is no record of a call at all is only itself.
		if err != nil && l.Reason != pipeline.ReasonUndecodable {
			return 0, err
		} else if err == nil {
			from = s
		}
	}
	key := fmt.Sprintf("%s/%d/%d", l.Topic, l.Partition, from.first)
	sent := 0
	if !r.sent[key] {
		var err error
		if from.records == 1 && l.Bytes > 0 {
			sent, err = r.self(ctx, l)
		} else {
			sent, err = r.copy(ctx, l, from)
		}
		if err != nil {
			return sent, fmt.Errorf("cannot replay record %s: %w", l.ID, err)
		}
		r.sent[key] = true
	}
	if err := r.write(ctx, noteOf(r.letters, l, time.Now())); err != nil {
		return sent, fmt.Errorf("cannot note that %s was replayed: %w", l.ID, err)
	}
	return sent, nil
}

// self sends the letter's own record, which only then is fetched.
func (r *Replayer) self(ctx context.Context, l *Letter) (int, error) {
	value, err := l.Value(ctx, r.kafka)
	if err != nil {
		return 0, err
	}
	return 1, r.write(ctx, l.again(l.Key, value, l.Time, l.Headers))
}

// copy sends the records of a stretch, out of the topic itself.
func (r *Replayer) copy(ctx context.Context, l *Letter, s stretch) (int, error) {
	var batch []kafka.Message
	bytes, sent, found := 0, 0, false
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		if err := r.write(ctx, batch...); err != nil {
			return err
		}
		sent += len(batch)
		batch, bytes = nil, 0
		return nil
	}
	err := r.kafka.ReadRange(ctx, l.Topic, l.Partition, s.first, s.last+1, func(m *kafka.Message) error {
		if string(m.Key) != l.Key {
			return nil
		}
		found = found || m.Offset == l.Offset
		batch = append(batch, l.again(l.Key, m.Value, m.Time, m.Headers))
		if bytes += len(m.Value); len(batch) == requestRecords || bytes > requestBytes {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil && !found {
		err = ErrGone
	}
	return sent, err
}

// again is a record as it came, its time included: a recording that does not say when it began began then.
func (l *Letter) again(key string, value []byte, at time.Time, headers []kafka.Header) kafka.Message {
	own := slices.DeleteFunc(slices.Clone(headers), func(h kafka.Header) bool { return h.Key == replayOf })
	return kafka.Message{
		Topic: l.Topic, Key: []byte(key), Value: value, Time: at, WriterData: l.Partition,
		Headers: append(own, kafka.Header{Key: replayOf, Value: []byte(l.ID)}),
	}
}

// replayOf names, in a record that was sent again, the letter that it was sent again for.
const replayOf = "earshot_replay_of"

// write returns once Kafka has the messages, in their order.
func (r *Replayer) write(ctx context.Context, messages ...kafka.Message) error {
	return r.w.WriteMessages(ctx, messages...)
}
