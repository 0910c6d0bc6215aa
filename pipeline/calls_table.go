package pipeline

import (
	"container/list"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/store"
)

// callTable holds the calls of a partition that go on.
//
// A call whose end never comes would hold the watermark for ever, so it is ended when nothing has come for it for IdleEnd.
// How long that is, only the wall clock can tell: record timestamps are their senders', and one wrong clock must not end
// the others' calls. So that a slow Kafka or ClickHouse is not taken for a silent call, time counts only while the
// partition's records are read to their end, and a call is ended only once everything has been read that was in Kafka
// when it fell due. The end's time is its last record's either way, so the result does not depend on the wall clock.
type callTable struct {
	p      *partition
	record ingest.Record // reused
	calls  map[string]*liveCall
	idle   list.List     // of *liveCall, the one that has waited longest first
	clock  time.Duration // time spent at the partition's end
	looked time.Time     // when the clock was last set
	pool   []*ingest.Call
}

// liveCall is a call that goes on.
type liveCall struct {
	heardCall
	call    *ingest.Call
	mark    mark
	seen    time.Duration // the table's clock when its last record came
	asked   int64         // once it is overdue: the offset up to which to read before it is ended; 0 before
	lastMsg kafka.Message
	dropped uint64
	place   *list.Element
}

func newCallTable(p *partition) *callTable {
	return &callTable{p: p, calls: map[string]*liveCall{}}
}

func (t *callTable) len() int { return len(t.calls) }

// find looks a call up without allocating.
func (t *callTable) find(id []byte) *liveCall { return t.calls[string(id)] }

func (t *callTable) open(m *kafka.Message) *liveCall {
	c := &liveCall{call: t.newCall()}
	c.heardCall = heardCall{p: t.p, analysis: t.p.analysis(), source: "rtp", first: m.Offset, last: m.Offset}
	return c
}

// add takes a call into the table, once it has begun well.
func (t *callTable) add(c *liveCall, m *kafka.Message) {
	t.calls[c.info.CallID] = c
	c.mark = t.p.mark.open(m.Offset)
	c.place = t.idle.PushBack(c)
	t.gauge()
}

// touch notes that a record came for the call.
func (t *callTable) touch(c *liveCall, m *kafka.Message) {
	c.last, c.seen, c.asked = m.Offset, t.clock, 0
	c.lastMsg = kafka.Message{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Key: m.Key, Time: m.Time}
	t.idle.MoveToBack(c.place)
}

// tick lets the table's clock go on by the time since the last tick, at most a second of it, if the partition is being
// read at its end.
func (t *callTable) tick(now time.Time, atEnd bool) {
	if atEnd && !t.looked.IsZero() {
		t.clock += min(now.Sub(t.looked), time.Second)
	}
	t.looked = now
}

// overdue ends the calls that have waited too long. latest asks Kafka for the offset after the partition's last record.
func (t *callTable) overdue(latest func() (int64, error)) {
	for e := t.idle.Front(); e != nil; e = t.idle.Front() {
		c := e.Value.(*liveCall)
		if t.clock-c.seen < t.p.w.cfg.IdleEnd {
			return
		}
		if c.asked == 0 {
			offset, err := latest()
			if err != nil {
				t.clock -= time.Second // asked again in a second
				return
			}
			c.asked = offset
		}
		if t.p.mark.next < c.asked {
			return
		}
		t.abandon(c, "no record for "+t.p.w.cfg.IdleEnd.String())
	}
}

// abandon ends a call at its last record.
func (t *callTable) abandon(c *liveCall, cause string) {
	end := ingest.Ending{}
	if c.failed == nil {
		if c.failed = c.guard(func() error { end = c.call.Abandon(); return nil }); c.failed != nil {
			t.p.failed = append(t.p.failed, c)
		}
	}
	end.Cause = cause
	t.p.log.Info("call ended without an end", "call", c.info.CallID, "cause", cause, "at", end.At)
	before := c.failed
	if t.close(c, end, "abandoned", &c.lastMsg); before == nil && c.failed != nil {
		t.p.failed = append(t.p.failed, c)
	}
}

// close judges the call and lets go of it. Its mark goes with its rows.
func (t *callTable) close(c *liveCall, end ingest.Ending, state string, m *kafka.Message) error {
	delete(t.calls, c.info.CallID)
	t.idle.Remove(c.place)
	err := c.end(end, state, m, func(row *store.CallRow) {
		for i, leg := range c.info.Legs {
			addStats(row, i, c.call.Stats(leg))
		}
		counts := c.call.Counts()
		row.LostRecords, row.DroppedRecords = counts.LostRecords, counts.RepeatedRecords+c.dropped
		t.p.w.cfg.Metrics.sequence.WithLabelValues("gap").Add(float64(counts.LostRecords))
		t.p.w.cfg.Metrics.sequence.WithLabelValues("repeat").Add(float64(row.DroppedRecords))
	})
	t.p.outbox.marks = append(t.p.outbox.marks, c.mark)
	if err == nil {
		t.p.release(c.analysis)
		t.pool = append(t.pool, c.call)
	}
	t.gauge()
	return err
}

func (t *callTable) newCall() *ingest.Call {
	if n := len(t.pool); n > 0 {
		c := t.pool[n-1]
		t.pool = t.pool[:n-1]
		c.Reset()
		return c
	}
	return ingest.NewCall()
}

func (t *callTable) gauge() {
	t.p.w.cfg.Metrics.openCalls.WithLabelValues(t.p.topic, strconv.Itoa(t.p.id)).Set(float64(len(t.calls)))
}
