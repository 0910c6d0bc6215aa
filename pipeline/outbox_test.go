package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// A write is due by rows, by bytes or by age, so neither many rows nor long ones pile up; and soon, of the flags alone, when one is
// raised of a call that goes on.
func TestOutboxIsDue(t *testing.T) {
	now := time.Now()
	segments := func(n int) store.Batch { return store.Batch{Segments: make([]store.SegmentRow, n)} }
	for name, c := range map[string]struct {
		batch       store.Batch
		age, urgent time.Duration
		ripe, due   bool
	}{
		"empty":           {},
		"young":           {batch: segments(9)},
		"many":            {batch: segments(10), ripe: true, due: true},
		"long ones":       {batch: store.Batch{Segments: []store.SegmentRow{{AgentID: strings.Repeat("x", 1<<20)}}}, ripe: true, due: true},
		"old":             {batch: segments(1), age: time.Second, ripe: true, due: true},
		"urgent":          {batch: store.Batch{Flags: make([]store.FlagRow, 1)}, urgent: urgentAge, due: true},
		"not yet urgent":  {batch: store.Batch{Flags: make([]store.FlagRow, 1)}, urgent: urgentAge / 2},
		"urgent and many": {batch: store.Batch{Flags: make([]store.FlagRow, 10)}, urgent: urgentAge, ripe: true, due: true},
	} {
		o := &outbox{rows: 10, bytes: 1 << 20, age: time.Second, oldest: now.Add(-c.age), batch: c.batch}
		if c.urgent > 0 {
			o.urgent = now.Add(-c.urgent)
		}
		if o.due(now) != c.due || o.ripe(now) != c.ripe {
			t.Errorf("%s: due is %v, of all %v; expected %v, %v", name, o.due(now), o.ripe(now), c.due, c.ripe)
		}
	}
}
