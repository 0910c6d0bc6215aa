package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/produce"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// patient is a way to Kafka that tries again while the broker is away: who sends calls is not what is tested, and the records
// must all be in the topic in the end. Some may be there twice: both runs read the same topic.
type patient struct {
	inner kafka.RoundTripper

	mu      sync.Mutex
	waiting map[int32]time.Time // partitions whose records a broker has not taken yet: since when
	longest time.Duration       // that a partition has waited
}

func (p *patient) RoundTrip(ctx context.Context, addr net.Addr, r kafka.Request) (kafka.Response, error) {
	again := func() kafka.Request { return r }
	if q, is := r.(*produce.Request); is {
		var err error
		if again, err = repeatable(q); err != nil {
			return nil, err
		}
		for _, one := range partitionsOf(q) {
			p.waits(one)
		}
	}
	for {
		answer, err := p.inner.RoundTrip(ctx, addr, again())
		if err == nil {
			err = p.taken(answer)
		}
		if err == nil || ctx.Err() != nil {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// repeatable gives a request for each time that the records are sent. A request's records are a stream: sent again, the same
// request has none, and kafka-go takes that for success.
func repeatable(q *produce.Request) (func() kafka.Request, error) {
	type record struct {
		protocol.Record
		key, value []byte
	}
	kept := map[*produce.RequestPartition][]record{}
	for _, t := range q.Topics {
		for i := range t.Partitions {
			part := &t.Partitions[i]
			for {
				r, err := part.RecordSet.Records.ReadRecord()
				if errors.Is(err, io.EOF) {
					break
				}
				one := record{}
				if err == nil {
					one.Record = *r
					one.key, err = kafka.ReadAll(r.Key)
				}
				if err == nil {
					one.value, err = kafka.ReadAll(r.Value)
				}
				if err != nil {
					return nil, fmt.Errorf("cannot read what is to be sent: %w", err)
				}
				kept[part] = append(kept[part], one)
			}
		}
	}
	return func() kafka.Request {
		fresh := *q
		fresh.Topics = slices.Clone(q.Topics)
		for i, t := range q.Topics {
			fresh.Topics[i].Partitions = slices.Clone(t.Partitions)
			for j := range t.Partitions {
				var records []kafka.Record
				for _, r := range kept[&t.Partitions[j]] {
					r.Key, r.Value = kafka.NewBytes(r.key), kafka.NewBytes(r.value)
					records = append(records, r.Record)
				}
				fresh.Topics[i].Partitions[j].RecordSet.Records = kafka.NewRecordReader(records...)
			}
		}
		return &fresh
	}, nil
}

func partitionsOf(q *produce.Request) (all []int32) {
	for _, t := range q.Topics {
		for _, part := range t.Partitions {
			all = append(all, part.Partition)
		}
	}
	return all
}

// waits notes that records are to be sent to a partition; one request goes there at a time.
func (p *patient) waits(partition int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting = map[int32]time.Time{}
	}
	if _, already := p.waiting[partition]; !already { // the writer has given up on the request and made another
		p.waiting[partition] = time.Now()
	}
}

// taken says whether the broker has what was sent; an error is one that passes.
func (p *patient) taken(r kafka.Response) error {
	answer, is := r.(*produce.Response)
	if !is {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range answer.Topics {
		for _, part := range t.Partitions {
			if code := kafka.Error(part.ErrorCode); part.ErrorCode != 0 && code.Temporary() {
				return code
			}
			p.longest = max(p.longest, time.Since(p.waiting[part.Partition]))
			delete(p.waiting, part.Partition)
		}
	}
	return nil
}

// heldUp is for how long a partition's records have waited for a broker at most.
func (p *patient) heldUp() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.longest
}

// What a broker did not take, and what it took without saying so, is sent again: nothing is lost, and nobody is told of less.
func TestPatientSendsAgainWhatWasNotTaken(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	tries := 0
	cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		switch tries++; tries {
		case 1:
			return nil, errors.New("the broker dies"), true
		case 2:
			answer := r.ResponseKind().(*kmsg.ProduceResponse)
			topic := kmsg.NewProduceResponseTopic()
			topic.Topic = "calls"
			part := kmsg.NewProduceResponseTopicPartition()
			part.ErrorCode = int16(kafka.NotEnoughReplicas)
			topic.Partitions = append(topic.Partitions, part)
			answer.Topics = append(answer.Topics, topic)
			return answer, nil, true
		}
		return nil, nil, false
	})
	p := &patient{inner: &kafka.Transport{}}
	w := &kafka.Writer{Addr: kafka.TCP(cluster.ListenAddrs()...), Topic: "calls", Transport: p, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond, MaxAttempts: 1}
	defer w.Close()
	want := []string{"a: one", "a: two", "b: three"}
	err = w.WriteMessages(t.Context(), kafka.Message{Key: []byte("a"), Value: []byte("one")},
		kafka.Message{Key: []byte("a"), Value: []byte("two")}, kafka.Message{Key: []byte("b"), Value: []byte("three")})
	if err != nil {
		t.Fatal(err)
	}
	if p.heldUp() < 400*time.Millisecond {
		t.Errorf("the records waited %v, expected two pauses at least", p.heldUp())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: cluster.ListenAddrs(), Topic: "calls", MaxWait: time.Second})
	defer reader.Close()
	var got []string
	for range want {
		m, err := reader.ReadMessage(ctx)
		if err != nil {
			t.Fatalf("the topic has %q, expected %q: %v", got, want, err)
		}
		got = append(got, fmt.Sprintf("%s: %s", m.Key, m.Value))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the topic has %q, expected %q", got, want)
	}
}
