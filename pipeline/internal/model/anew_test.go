package model

import (
	"context"
	"math/rand/v2"
	"slices"
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

// So does one that is made anew while it is being read: what it then has is read from its start, long before it has grown to where the
// reader stood, and what is gone is counted.
func TestATopicMadeAnewMeanwhileIsRead(t *testing.T) {
	book := load(t)
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 0))
		w := newWorld(t, rng, book)
		defer w.cluster.Close()
		defer w.heed()()
		epoch := time.Now()
		ids, records := drawCalls(rng, epoch, 20, 5*time.Second)
		const later = 3 // calls, of so many in all, come when the topic has been made anew
		publish := func(ids []string) {
			var some []sent
			for _, r := range records {
				if slices.Contains(ids, r.call) {
					some = append(some, r)
				}
			}
			published := make(chan struct{})
			go w.publish(epoch, some, published)
			<-published
		}
		const anew = "anew" // a group of its own: that of the schedules may never go back
		p := w.start(anew, w.tables)
		publish(ids[later:])
		if missing := w.await([]*worker{p}, w.tables, ids[later:], 1); missing != "" {
			w.fault("after ten minutes: %s", missing)
		}
		read := 0.0
		for _, p := range w.cluster.PartitionInfos(topics[0]) {
			read += float64(p.HighWatermark)
		}
		if err := w.cluster.DeleteTopic(topics[0]); err != nil {
			t.Fatal(err)
		}
		if err := w.cluster.CreateTopic(topics[0], 2, nil); err != nil {
			t.Fatal(err)
		}
		publish(ids[:later])
		if missing := w.await([]*worker{p}, w.tables, ids, 15); missing != "" {
			w.fault("made anew, after ten minutes: %s", missing)
		}
		is := 0.0
		for _, p := range w.cluster.PartitionInfos(topics[0]) {
			is += float64(p.HighWatermark)
		}
		if lost := p.sum("earshot_lost_records_total"); lost != read-is {
			w.fault("%v records were read, %v are there now, and %v are counted as lost", read, is, lost)
		}
		w.leave(p)
		w.buried()
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
	})
}
