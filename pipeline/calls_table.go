package pipeline

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
)

// errAnalysis marks a failure of who heard a call: it costs the call it happened in, and nothing else.
var errAnalysis = errors.New("the analysis failed")

// Hearing is what is made of one live call: it hears the call's audio and events.
type Hearing interface {
	ingest.Sink
	// Begin tells what is known of the call, before anything is heard of it, and the offset of its first record.
	Begin(info ingest.Info, first int64)
	// End is called once, also for a call that failed. The mark is to be let go of when what came of the call has been
	// written. An error says that the call failed now.
	End(e LiveEnd) error
}

// LiveEnd is how a live call ended.
type LiveEnd struct {
	ingest.Ending
	State       string         // ended, abandoned, failed
	Err         error          // why it failed
	Message     *kafka.Message // the record that ended it; of an abandoned call the last one, without its value
	First, Last int64          // offsets of its first and last record
	Dropped     uint64         // records that were not used, beside those that Call counts
	Call        *ingest.Call
	Mark        Mark
}

// CallsConfig says how long calls may take and what is made of them.
type CallsConfig struct {
	// IdleEnd ends a call that has had no record for so long. MaxCall ends one that began so long ago.
	IdleEnd, MaxCall time.Duration
	// MaxOpen bounds the calls open at once. A call over it ends the one that has waited longest for a record.
	MaxOpen int
	// Open makes the Hearing of a call.
	Open func() Hearing
	// Refuse is told of what cannot be used, and returns when it has been noted.
	Refuse func(ctx context.Context, m *kafka.Message, reason Reason, cause error) error
}

// Calls holds the calls of a partition that go on, and gives each its records.
//
// A call whose end never comes would hold the watermark for ever, so it is ended when nothing has come for it for IdleEnd.
// How long that is, only the wall clock can tell: record timestamps are their senders', and one wrong clock must not end
// the others' calls. So that a slow Kafka or ClickHouse is not taken for a silent call, time counts only while the
// partition's records are read to their end, and a call is ended only once everything has been read that was in Kafka
// when it fell due. The end's time is its last record's either way, so the result does not depend on the wall clock.
type Calls struct {
	cfg     CallsConfig
	p       *Partition
	log     *slog.Logger
	metrics *ConsumerMetrics
	record  ingest.Record // reused
	calls   map[string]*liveCall
	idle    list.List     // of *liveCall, the one that has waited longest first
	clock   time.Duration // time spent at the partition's end
	looked  time.Time     // when the clock was last set
	pool    []*ingest.Call
	beside  *ingest.Call // whose buffers all calls share
	failed  []*liveCall  // to be told of in a dead letter
}

// liveCall is a call that goes on.
type liveCall struct {
	Hearing
	info        ingest.Info
	call        *ingest.Call
	mark        Mark
	first, last int64         // offsets of its first and last record
	seen        time.Duration // the table's clock when its last record came
	asked       int64         // once it is overdue: the offset up to which to read before it is ended; 0 before
	lastMsg     kafka.Message
	dropped     uint64
	failed      error
	place       *list.Element
}

// NewCalls returns the table of a partition, with no call open.
func NewCalls(p *Partition, cfg CallsConfig) *Calls {
	p.c.cfg.Metrics.openLimit.Set(float64(cfg.MaxOpen))
	return &Calls{cfg: cfg, p: p, log: p.log, metrics: p.c.cfg.Metrics, calls: map[string]*liveCall{}}
}

// Discard lets go of the open calls.
func (t *Calls) Discard() {
	if n := len(t.calls); n > 0 {
		t.log.Info("open calls left to the partition's new owner", "calls", n)
	}
}

// Each gives the hearings of the calls that go on.
func (t *Calls) Each(yield func(Hearing) bool) {
	for e := t.idle.Front(); e != nil; e = e.Next() {
		if !yield(e.Value.(*liveCall).Hearing) {
			return
		}
	}
}

// find looks a call up without allocating.
func (t *Calls) find(id []byte) *liveCall { return t.calls[string(id)] }

// add takes a call into the table, once it has begun well.
func (t *Calls) add(c *liveCall, m *kafka.Message) {
	t.calls[c.info.CallID] = c
	c.mark = t.p.Hold(m.Offset)
	c.place = t.idle.PushBack(c)
	t.gauge()
}

// touch notes that a record came for the call.
func (t *Calls) touch(c *liveCall, m *kafka.Message) {
	c.last, c.seen, c.asked = m.Offset, t.clock, 0
	c.lastMsg = kafka.Message{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Key: m.Key, Time: m.Time}
	t.idle.MoveToBack(c.place)
}

// Tend lets time go by: calls that have waited too long are ended.
func (t *Calls) Tend(ctx context.Context, tide Tide) error {
	t.tick(tide.Now, tide.AtEnd)
	t.overdue(tide.Latest)
	return t.tellFailed(ctx)
}

// tick lets the table's clock go on by the time since the last tick, at most a second of it, if the partition is being
// read at its end.
func (t *Calls) tick(now time.Time, atEnd bool) {
	if atEnd && !t.looked.IsZero() {
		t.clock += min(now.Sub(t.looked), time.Second)
	}
	t.looked = now
}

// overdue ends the calls that have waited too long. latest asks Kafka for the offset after the partition's last record.
func (t *Calls) overdue(latest func() (int64, error)) {
	for e := t.idle.Front(); e != nil; e = t.idle.Front() {
		c := e.Value.(*liveCall)
		if t.clock-c.seen < t.cfg.IdleEnd {
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
		t.abandon(c, silent)
	}
}

// silent is why a call was ended for which nothing more came. The row of the call says nothing of how long that was, and
// not whether the clock or the next call ended it: the table must not depend on the time of day.
const silent = "no further record"

// makeRoom ends the calls that have waited longest until one more may be open. Which those are follows from the records alone,
// and calls that will never end are gone before any that goes on.
func (t *Calls) makeRoom(m *kafka.Message) {
	for len(t.calls) >= t.cfg.MaxOpen {
		c := t.idle.Front().Value.(*liveCall)
		t.metrics.evicted.Inc()
		t.log.Error("more calls are open than may be; the one that has waited longest is ended", "open", len(t.calls),
			"call", c.info.CallID, "first", c.first, "last", c.last, "offset", m.Offset)
		t.abandon(c, silent)
	}
}

// abandon ends a call at its last record.
func (t *Calls) abandon(c *liveCall, cause string) {
	end := ingest.Ending{}
	if c.failed == nil {
		if c.failed = t.guard(c, func() error { end = c.call.Abandon(); return nil }); c.failed != nil {
			t.failed = append(t.failed, c)
		}
	}
	end.Cause = cause
	t.log.Info("call ended without an end", "call", c.info.CallID, "first", c.first, "offset", c.last, "cause", cause, "at", end.At)
	before := c.failed
	if t.close(c, end, "abandoned", &c.lastMsg); before == nil && c.failed != nil {
		t.failed = append(t.failed, c)
	}
}

// close lets go of the call. Its mark goes with what came of it.
func (t *Calls) close(c *liveCall, end ingest.Ending, state string, m *kafka.Message) error {
	delete(t.calls, c.info.CallID)
	t.idle.Remove(c.place)
	counts := c.call.Counts()
	t.metrics.sequence.WithLabelValues("gap").Add(float64(counts.LostRecords))
	t.metrics.sequence.WithLabelValues("repeat").Add(float64(counts.RepeatedRecords + c.dropped))
	if c.failed != nil {
		state = "failed"
	}
	err := c.End(LiveEnd{
		Ending: end, State: state, Err: c.failed, Message: m, First: c.first, Last: c.last,
		Dropped: c.dropped, Call: c.call, Mark: c.mark,
	})
	if c.failed == nil {
		c.failed = err
	}
	if c.failed == nil && len(t.pool) < t.spare() {
		t.pool = append(t.pool, c.call)
	}
	t.gauge()
	return c.failed
}

// spare is how much of what calls are made of is kept for calls to come: as much as those that go on have, so that an hour
// of many calls does not hold its memory for ever.
func (t *Calls) spare() int { return max(16, len(t.calls)) }

func (t *Calls) newCall() *ingest.Call {
	if n := len(t.pool); n > 0 {
		c := t.pool[n-1]
		t.pool = t.pool[:n-1]
		c.Reset()
		return c
	}
	if t.beside == nil {
		t.beside = ingest.NewCall()
	}
	return ingest.NewCallBeside(t.beside)
}

func (t *Calls) gauge() {
	t.metrics.openCalls.WithLabelValues(t.p.topic, strconv.Itoa(t.p.id)).Set(float64(len(t.calls)))
}

func (t *Calls) guard(c *liveCall, do func() error) error {
	return guard(t.log, c.info.CallID, c.last, do)
}

// guard turns a panic into an error of the call.
func guard(log *slog.Logger, callID string, offset int64, do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("an analyzer panicked; the call is marked failed", "call", callID, "offset", offset, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errAnalysis, r)
		}
	}()
	return do()
}
