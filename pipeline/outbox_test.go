package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// A write is due by rows, by bytes or by age, so neither many rows nor long ones pile up; and soon when a flag is raised of a call
// that goes on.
func TestOutboxIsDue(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		rows   []store.SegmentRow
		age    time.Duration
		urgent time.Duration
		due    bool
	}{
		"empty":          {nil, time.Hour, 0, false},
		"young":          {make([]store.SegmentRow, 9), 0, 0, false},
		"many":           {make([]store.SegmentRow, 10), 0, 0, true},
		"long ones":      {[]store.SegmentRow{{AgentID: strings.Repeat("x", 1<<20)}}, 0, 0, true},
		"old":            {make([]store.SegmentRow, 1), time.Second, 0, true},
		"urgent":         {make([]store.SegmentRow, 1), urgentAge, urgentAge, true},
		"not yet urgent": {make([]store.SegmentRow, 1), urgentAge, urgentAge / 2, false},
	} {
		o := &outbox{rows: 10, bytes: 1 << 20, age: time.Second, oldest: now.Add(-c.age)}
		if c.urgent > 0 {
			o.urgent = now.Add(-c.urgent)
		}
		o.batch.Segments = c.rows
		if o.due(now) != c.due {
			t.Errorf("%s: due is %v", name, !c.due)
		}
	}
}
