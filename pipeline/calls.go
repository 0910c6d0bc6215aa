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
// A call whose end never comes would hold the watermark for ever, so it is ended when nothing has come for it while
// the partition moved on by IdleEnd. The partition's clock is the timestamp that Kafka keeps with each record, the same
// on every replay. The topics that Earshot makes are stamped by the broker (LogAppendTime), so that a sender's wrong
// clock ends nobody's call.
type callTable struct {
	p      *partition
	record ingest.Record // reused
	calls  map[string]*liveCall
	idle   list.List // of *liveCall, the one that has waited longest first
	pool   []*ingest.Call
}

// liveCall is a call that goes on.
type liveCall struct {
	heardCall
	call    *ingest.Call
	mark    mark
	lastAt  time.Time // Kafka's timestamp of its last record
	seen    time.Time // when this process took that record, by the wall clock
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
	c.last, c.lastAt, c.seen = m.Offset, m.Time, time.Now()
	c.lastMsg = kafka.Message{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Key: m.Key, Time: m.Time}
	t.idle.MoveToBack(c.place)
}

// advance takes the partition's clock and ends the calls that have waited too long by it.
func (t *callTable) advance(now time.Time) {
	for e := t.idle.Front(); e != nil; e = t.idle.Front() {
		c := e.Value.(*liveCall)
		if now.Sub(c.lastAt) < t.p.w.cfg.IdleEnd {
			return
		}
		t.abandon(c, "no record for "+t.p.w.cfg.IdleEnd.String())
	}
}

// quiet ends idle calls in a partition that has gone quiet altogether. The wall clock decides only when; where the call
// ends is its last record's time, as if the partition had moved on.
func (t *callTable) quiet(now time.Time) {
	for e := t.idle.Front(); e != nil; e = t.idle.Front() {
		c := e.Value.(*liveCall)
		if now.Sub(c.seen) < t.p.w.cfg.IdleEnd {
			return
		}
		t.abandon(c, "no record for "+t.p.w.cfg.IdleEnd.String())
	}
}

// abandon ends a call at its last record.
func (t *callTable) abandon(c *liveCall, cause string) {
	end := ingest.Ending{}
	if c.failed == nil {
		c.failed = c.guard(func() error { end = c.call.Abandon(); return nil })
	}
	end.Cause = cause
	t.p.log.Info("call ended without an end", "call", c.info.CallID, "cause", cause, "at", end.At)
	t.close(c, end, "abandoned", &c.lastMsg)
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
