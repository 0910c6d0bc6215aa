package model

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// Who has lost the group has no partition, and says so: an alert asks whether anybody has one.
func TestWhoHasLostTheGroupHasNoPartition(t *testing.T) {
	book := load(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rand.New(rand.NewPCG(1, 0)), book)
		defer w.cluster.Close()
		defer w.heed()()
		p := w.start(group, w.tables)
		expect := func(when string, want float64) {
			t.Helper()
			time.Sleep(4 * sessionTimeout)
			if n := p.sum("earshot_assigned_partitions"); n != want {
				t.Errorf("%s the worker says that it has %v partitions, expected %v", when, n, want)
			}
		}
		expect("having joined", 3)
		p.link.sever()
		expect("cut off", 0)
		p.link.mend()
		expect("connected again", 3)
		w.leave(p)
		w.buried()
	})
}
