package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// A write is due by rows, by bytes or by age, so neither many rows nor long ones pile up.
func TestOutboxIsDue(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		rows []store.SegmentRow
		age  time.Duration
		due  bool
	}{
		"empty":     {nil, time.Hour, false},
		"young":     {make([]store.SegmentRow, 9), 0, false},
		"many":      {make([]store.SegmentRow, 10), 0, true},
		"long ones": {[]store.SegmentRow{{AgentID: strings.Repeat("x", 1<<20)}}, 0, true},
		"old":       {make([]store.SegmentRow, 1), time.Second, true},
	} {
		o := &outbox{rows: 10, bytes: 1 << 20, age: time.Second, oldest: now.Add(-c.age)}
		o.batch.Segments = c.rows
		if o.due(now) != c.due {
			t.Errorf("%s: due is %v", name, !c.due)
		}
	}
}
