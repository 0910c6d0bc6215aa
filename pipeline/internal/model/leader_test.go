package model

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// A leader that is away is as quiet as one that has given all it has. The partitions fall behind meanwhile, and no call is ended for it:
// not even before those who send have caught up.
func TestALeaderThatIsAwayIsNoEnd(t *testing.T) {
	book := load(t)
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 0))
		w := newWorld(t, rng, book)
		defer w.cluster.Close()
		defer w.heed()()
		coordinator := w.cluster.CoordinatorFor(group)
		for id := range int32(2) {
			if err := w.cluster.MoveTopicPartition(topics[0], id, 1-coordinator); err != nil {
				t.Fatal(err)
			}
		}
		const away = 3 * idleEnd
		epoch := time.Now()
		ids, records := drawCalls(rng, epoch, 5, 5*time.Second)
		for i := range records {
			if r := &records[i]; r.at >= 4*time.Second { // held back until Kafka is there again
				r.at += away + 5*time.Second
			}
		}
		p := w.start(group, w.tables)
		published := make(chan struct{})
		go w.publish(epoch, records, published)

		time.Sleep(time.Until(epoch.Add(6 * time.Second)))
		open := p.sum("earshot_open_calls")
		if lag := p.sum("earshot_lag_seconds"); open == 0 || lag > 1 {
			w.fault("before: %v calls are open, and the lag is %v s", open, lag)
		}
		p.link.lose(w.cluster.ListenAddrs()[1-coordinator])
		time.Sleep(away)
		if lag, want := p.sum("earshot_lag_seconds"), 2*(away-endHolds).Seconds(); lag < want {
			w.fault("the leader of both partitions has been away for %v, and their lag is %v s in all; expected %v or more", away, lag, want)
		}
		p.link.lose("")
		time.Sleep(2 * time.Second)
		if n := p.sum("earshot_open_calls"); n != open {
			w.fault("of %v calls that went on when the leader went away %v go on when it is back", open, n)
		}
		<-published
		if missing := w.await([]*worker{p}, w.tables, ids, 15); missing != "" {
			w.fault("after ten minutes: %s", missing)
		}
		if lag := p.sum("earshot_lag_seconds"); lag > 1 {
			w.fault("all has been read, and the lag is %v s", lag)
		}
		w.leave(p)
		w.buried()
		w.compare(ids)
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
	})
}

// endHolds is how long a worker takes an end that Kafka has confirmed for one.
const endHolds = 5 * time.Second
