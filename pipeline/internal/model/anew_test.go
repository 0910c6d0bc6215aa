package model

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/segmentio/kafka-go"
)

// A topic that was made anew ends before the offset that the group has committed: all of it is read, and committed from its
// start.
func TestATopicMadeAnewIsRead(t *testing.T) {
	book := load(t)
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 0))
		w := newWorld(t, rng, book)
		defer w.cluster.Close()
		defer w.heed()()
		epoch := time.Now()
		ids, records := drawCalls(rng, epoch, 5, 5*time.Second)
		published := make(chan struct{})
		go w.publish(epoch, records, published)
		<-published

		const anew, before = "anew", 1_000_000 // a group of its own: that of the schedules may never go back
		transport := &kafka.Transport{Dial: w.network.DialContext}
		client := &kafka.Client{Addr: kafka.TCP(w.cluster.ListenAddrs()...), Transport: transport}
		request := &kafka.OffsetCommitRequest{GroupID: anew, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{
			topics[0]: {{Partition: 0, Offset: before}, {Partition: 1, Offset: before}},
		}}
		response, err := client.OffsetCommit(context.Background(), request)
		transport.CloseIdleConnections()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range response.Topics[topics[0]] {
			if p.Error != nil {
				t.Fatal(p.Error)
			}
		}

		p := w.start(anew, w.tables)
		if missing := w.await([]*worker{p}, w.tables, ids, 15); missing != "" {
			w.fault("after ten minutes: %s", missing)
		}
		w.leave(p)
		w.buried()
		commits := w.cluster.GroupInfo(anew).Commits[topics[0]]
		for _, p := range w.cluster.PartitionInfos(topics[0]) {
			if at := commits[p.Partition].Offset; p.HighWatermark == 0 || at != p.HighWatermark {
				w.fault("partition %d: %d is committed, of %d", p.Partition, at, p.HighWatermark)
			}
		}
		w.compare(ids)
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
	})
}
