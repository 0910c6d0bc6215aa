package apachekafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

const topic = "earshot.calls"

func TestGroupReadsWhatWasWrittenAlsoAfterAKill(t *testing.T) {
	b := Start(t)
	if b.Version != "4.3.1" {
		t.Errorf("version %s, want 4.3.1", b.Version)
	}
	CreateTopics(t, b.Addr(), map[string]int{topic: 2})

	big := bytes.Repeat([]byte("recording"), 1<<20) // 9 MiB
	messages := []kafka.Message{{Key: []byte("big"), Value: big}}
	for i := range 100 {
		messages = append(messages, kafka.Message{Key: fmt.Append(nil, "call-", i), Value: fmt.Append(nil, i)})
	}
	w := &kafka.Writer{Addr: kafka.TCP(b.Addr()), Topic: topic, BatchBytes: MaxMessageBytes, BatchTimeout: time.Millisecond, RequiredAcks: kafka.RequireAll}
	defer w.Close()
	if err := w.WriteMessages(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, b.Addr(), len(messages)); got["big"] != len(big) || len(got) != len(messages) {
		t.Errorf("read %d keys, the big one with %d bytes; want %d and %d", len(got), got["big"], len(messages), len(big))
	}

	b.Kill()
	b.Restart()
	if err := w.WriteMessages(t.Context(), kafka.Message{Key: []byte("later"), Value: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, b.Addr(), 1); got["later"] != 1 {
		t.Errorf("after a kill the group read %v, want only what came later", got)
	}
	b.Stop()
}

// readAll reads n records as the only member of a group, commits, and gives the
// length of each key's value.
func readAll(t *testing.T, addr string, n int) map[string]int {
	t.Helper()
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{ID: "workers", Brokers: []string{addr}, Topics: []string{topic},
		StartOffset: kafka.FirstOffset, JoinGroupBackoff: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer group.Close()
	generation := next(t, group)
	type partitionRead struct {
		partition int
		offset    int64
		key       string
		length    int
	}
	records := make(chan partitionRead)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, a := range generation.Assignments[topic] {
		go func() {
			r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{addr}, Topic: topic, Partition: a.ID, MaxBytes: MaxMessageBytes, MaxWait: 2 * time.Second}) // by then there has to be an answer
			defer r.Close()
			if err := r.SetOffset(a.Offset); err != nil {
				t.Error(err)
				return
			}
			for {
				m, err := r.ReadMessage(ctx)
				if err != nil {
					return
				}
				select {
				case records <- partitionRead{a.ID, m.Offset, string(m.Key), len(m.Value)}:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	got, offsets := map[string]int{}, map[int]int64{}
	for range n {
		r := <-records
		got[r.key] = r.length
		offsets[r.partition] = r.offset + 1
	}
	if err := generation.CommitOffsets(map[string]map[int]int64{topic: offsets}); err != nil {
		t.Fatal(err)
	}
	return got
}

// next joins the group. A broker answers "load in progress" while it reads the
// groups after a restart, and a fresh one "no coordinator" while it makes
// the topic that holds the groups' offsets.
func next(t *testing.T, group *kafka.ConsumerGroup) *kafka.Generation {
	t.Helper()
	for {
		generation, err := group.Next(t.Context())
		switch {
		case err == nil:
			return generation
		case !errors.Is(err, kafka.GroupCoordinatorNotAvailable) && !errors.Is(err, kafka.NotCoordinatorForGroup) && !errors.Is(err, kafka.GroupLoadInProgress):
			t.Fatal(err)
		}
	}
}

// Two of three brokers are enough to write.
func TestClusterOutlivesABroker(t *testing.T) {
	brokers := StartCluster(t, 3, 0)
	var addrs []string
	for _, b := range brokers {
		addrs = append(addrs, b.Addr())
	}
	CreateTopics(t, addrs[0], map[string]int{topic: 1})
	w := &kafka.Writer{Addr: kafka.TCP(addrs...), Topic: topic, BatchTimeout: time.Millisecond, RequiredAcks: kafka.RequireAll, MaxAttempts: 100}
	defer w.Close()
	if err := w.WriteMessages(t.Context(), kafka.Message{Value: []byte("three")}); err != nil {
		t.Fatal(err)
	}
	brokers[0].Kill()
	if err := w.WriteMessages(t.Context(), kafka.Message{Value: []byte("two")}); err != nil {
		t.Errorf("two of three brokers take no record: %v", err)
	}
	brokers[0].Restart()
}
