package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline/internal/invariants"
	"github.com/earshot/earshot/pipeline/internal/mutation"
)

// A fetch is answered when the partition has so much that is new, or after that long: what is asked for hundreds of times a
// second costs broker and worker more than the records do.
const (
	fetchBytes = 256 << 10
	fetchWait  = 100 * time.Millisecond
)

// pollEvery is how often a partition that has gone quiet looks whether something is due.
const pollEvery = 200 * time.Millisecond

// Partition takes the records of one Kafka partition in order and gives them to its Taker. One goroutine runs it; nothing
// in it is shared.
type Partition struct {
	c         *Consumer
	topic     string
	id        int
	log       *slog.Logger
	taker     Taker
	mark      watermark
	ledger    ledger
	committed int64
	begun     bool // committed is a real offset
	atEnd     bool // all there is has been taken, as Kafka has confirmed
	broken    bool // a record was left half done: the next generation reads the open calls again
	stands    *standing
	counts    recordCounts
	held      int64 // where the watermark stood when that was last looked at
}

// Tide is where the partition stands when its Taker may tend to what is open.
type Tide struct {
	Now   time.Time
	AtEnd bool // it has been read to its end, as Kafka has said not long ago
	// Latest asks Kafka for the offset after the partition's last record.
	Latest func() (int64, error)
}

func newPartition(c *Consumer, topic string, id int, offset int64) *Partition {
	p := &Partition{c: c, topic: topic, id: id, log: c.cfg.Log.With("topic", topic, "partition", id)}
	p.restart(offset)
	return p
}

// restart forgets every call and goes on from the offset; a negative one is the partition's start.
func (p *Partition) restart(offset int64) {
	p.committed, p.begun, p.broken = offset, offset >= 0, false
	p.mark = watermark{}
	p.mark.advance(max(offset, 0))
	p.ledger.restart(p.mark.next)
	p.taker = p.c.cfg.Taker(p)
}

// discard lets go of the open calls, and of what the metrics say of the partition: somebody else may have it now.
func (p *Partition) discard() {
	p.taker.Discard()
	m, id := p.c.cfg.Metrics, strconv.Itoa(p.id)
	p.counts = recordCounts{}
	for _, gauge := range []*prometheus.GaugeVec{m.openCalls, m.committed, m.lag} {
		gauge.DeleteLabelValues(p.topic, id)
	}
}

// resumes says whether the partition may go on where it stopped: the group's offset is still the one it committed.
func (p *Partition) resumes(offset int64) bool {
	return p.begun && !p.broken && (offset == p.committed || mutation.Is(mutation.KeepAlways))
}

// Topic is the partition's topic.
func (p *Partition) Topic() string { return p.topic }

// Log names topic and partition in each line.
func (p *Partition) Log() *slog.Logger { return p.log }

// Hold keeps the committed offset from going past a call's first record until the mark is released. Calls are to be held
// in the order of their first records.
func (p *Partition) Hold(first int64) Mark {
	p.ledger.hold(first, p.mark.next)
	return p.mark.open(first)
}

// NoteHeld tells the metrics how many bytes wait to be written.
func (p *Partition) NoteHeld(bytes int) {
	if p.stands != nil {
		p.stands.held.Store(int64(bytes))
	}
}

// Wrote reports whether what came of the partition's records could be written; nil is well. Others may write while this one cannot.
func (p *Partition) Wrote(err error) { p.c.cfg.Health.ReportOf(HealthWrites, p.name(), err) }

func (p *Partition) name() string { return fmt.Sprintf("%s/%d", p.topic, p.id) }

// Release lets go of a mark: what came of its call has been written.
func (p *Partition) Release(m Mark) {
	p.ledger.release(m.first())
	p.mark.done(m)
}

// ErrReread says that what a Taker holds is of no use any more: the partition is to be read again from its committed offset.
var ErrReread = errors.New("the partition has to be read again")

// run takes records until ctx ends, then writes what is left and commits. An error is one that trying again
// will not mend.
func (p *Partition) run(ctx context.Context, gen *kafka.Generation) error {
	var leave func()
	p.stands, leave = p.c.cfg.Metrics.standings.enter(p.topic, p.id)
	defer leave()
	defer p.Wrote(nil) // whoever has the partition then says how it is
	for {
		err := p.read(ctx, gen)
		if !errors.Is(err, ErrReread) || ctx.Err() != nil {
			return stopped(ctx, err)
		}
		p.log.Error("the partition is read again from the committed offset", "offset", p.committed, "error", err)
		p.discard()
		p.restart(p.committed)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// read takes records from where the partition stands.
func (p *Partition) read(ctx context.Context, gen *kafka.Generation) error {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: p.c.cfg.Kafka.Brokers, Dialer: p.c.dialer, Topic: p.topic, Partition: p.id,
		MinBytes: fetchBytes, MaxBytes: 2 * MaxRecordBytes, MaxWait: fetchWait,
		QueueCapacity: cmp.Or(p.c.cfg.ReadAhead[p.topic], 64), ReadLagInterval: -1,
		ErrorLogger: kafka.LoggerFunc(func(f string, a ...any) { p.log.Debug("reader: " + fmt.Sprintf(f, a...)) }),
	})
	defer func() { go reader.Close() }() // what it asked of a broker that is away it waits for
	if err := p.beyond(ctx); err != nil {
		return stopped(ctx, err)
	}
	start := int64(kafka.FirstOffset)
	if p.begun {
		start = p.mark.next
	}
	if err := reader.SetOffset(start); err != nil {
		return fmt.Errorf("cannot read %s/%d from offset %d: %w", p.topic, p.id, start, err)
	}
	look := &lookout{p: p}
	defer look.end()
	err := p.loop(ctx, reader, look, gen)
	if p.broken {
		return err
	}
	// The generation is over; what is held is written and committed in its own time, or left to be read again.
	drain, cancel := context.WithDeadline(context.WithoutCancel(ctx), p.c.drainUntil())
	defer cancel()
	if err == nil {
		ferr := p.flush(drain, gen)
		if ferr == nil && p.taker.Held() { // flags are written ahead of the rest
			ferr = p.flush(drain, gen)
		}
		if ferr != nil {
			p.log.Warn("not everything could be written before the partition was given up; it will be read again", "error", ferr)
		}
	}
	return err
}

// beyond finds a partition that ends before the offset to go on from: the topic was made anew, or cut. The reader would
// wait in silence until it has grown that far, so everything is read from the start.
func (p *Partition) beyond(ctx context.Context) error {
	if !p.begun || ctx.Err() != nil {
		return nil
	}
	ends, conn, err := p.c.ends(ctx, p.topic, p.id)
	if err != nil {
		p.log.Warn("cannot ask Kafka for the partition's end", "error", err)
		return nil // the reader tries for itself, and the lookout asks again
	}
	conn.Close()
	if p.mark.next <= ends.Last {
		return nil
	}
	p.c.cfg.Metrics.lost.WithLabelValues(p.topic).Add(float64(p.mark.next - ends.Last))
	p.log.Error("the partition ends before the committed offset; it is read again from its start", "committed", p.mark.next, "end", ends.Last)
	p.restart(kafka.FirstOffset)
	p.ledger.anew()
	return nil
}

// cut is what beyond is while the partition is being read: it ends at last, before what has been read of it. What has come of that is
// written; of the calls that go on as much is read again as there is.
func (p *Partition) cut(ctx context.Context, gen *kafka.Generation, last int64) error {
	for p.taker.Held() {
		if err := p.flush(ctx, gen); err != nil {
			return stopped(ctx, err)
		}
	}
	if lost := p.mark.next - max(last, p.committed); lost > 0 { // beyond counts the others
		p.c.cfg.Metrics.lost.WithLabelValues(p.topic).Add(float64(lost))
	}
	p.broken = true
	return fmt.Errorf("%w: it ends at offset %d, and has been read up to %d", ErrReread, last, p.mark.next)
}

func (p *Partition) loop(ctx context.Context, reader *kafka.Reader, look *lookout, gen *kafka.Generation) error {
	p.atEnd = false
	var poll patience
	defer poll.end()
	for ctx.Err() == nil {
		// Before the first record, too: what the generation before could not write may fill the outbox.
		if p.taker.Due(time.Now()) {
			if err := p.flush(ctx, gen); err != nil {
				return stopped(ctx, err)
			}
		} else if !p.taker.Held() && p.mark.low() >= p.committed+commitStride {
			p.commit(gen)
		}
		m, err := reader.FetchMessage(poll.wait(ctx))
		now := time.Now()
		switch {
		case err == nil:
			if err := p.step(ctx, &m); err != nil {
				p.broken = true
				return stopped(ctx, err)
			}
			now = time.Now()
			look.heard(now, p.atEnd)
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			if p.atEnd = look.quiet(ctx, now); look.cut() {
				return p.cut(ctx, gen, look.last)
			}
		case ctx.Err() != nil:
			return nil
		default:
			look.failed()
			p.atEnd = false
			p.log.Warn("cannot read from Kafka, trying again", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pollEvery):
			}
		}
		low := p.mark.low()
		p.stands.note(now, m.Time, p.atEnd, low != p.held || low == p.mark.next)
		p.held = low
		tide := Tide{Now: now, AtEnd: p.atEnd, Latest: func() (int64, error) { return p.latest(ctx, look) }}
		if err := p.taker.Tend(ctx, tide); err != nil {
			p.broken = true
			return stopped(ctx, err)
		}
	}
	return nil
}

// patience is how long to wait for a record: pollEvery, or down to half of it, since one context serves many records. To make
// one for each costs as much as to read it.
type patience struct {
	context.Context
	cancel context.CancelFunc
	began  time.Time
}

func (p *patience) end() {
	if p.cancel != nil {
		p.cancel()
	}
}

func (p *patience) wait(ctx context.Context) context.Context {
	if now := time.Now(); now.Sub(p.began) > pollEvery/2 {
		p.end()
		p.Context, p.cancel = context.WithTimeout(ctx, pollEvery)
		p.began = now
	}
	return p.Context
}

// commitStride bounds how many records of which nothing is to be written go by before the watermark is committed all the same.
const commitStride = 1000

// stopped is nil where the error only says that ctx has ended.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// step takes one record and moves the watermark on. The record is done with only when Take returns.
func (p *Partition) step(ctx context.Context, m *kafka.Message) error {
	cfg := &p.c.cfg
	if lost := m.Offset - p.mark.next; p.begun && lost > 0 {
		cfg.Metrics.lost.WithLabelValues(p.topic).Add(float64(lost))
		p.log.Error("records are gone from Kafka before they were read", "expected", p.mark.next, "found", m.Offset, "lost", lost)
	}
	if !p.begun {
		p.begun, p.committed = true, m.Offset
	}
	if invariants.Enabled {
		invariants.Hold(m.Offset >= p.mark.next, "I1", "offset %d is taken again; the next was to be %d", m.Offset, p.mark.next)
	}
	p.mark.advance(m.Offset) // also past records that are gone
	p.behind(m.HighWaterMark - m.Offset - 1)
	p.counts.records.Inc()
	p.counts.bytes.Add(float64(len(m.Value)))
	p.atEnd = m.HighWaterMark <= m.Offset+1
	if err := p.taker.Take(ctx, m); err != nil {
		return err
	}
	p.mark.advance(m.Offset + 1)
	return nil
}

// behind notes how many records are still to be taken.
func (p *Partition) behind(records int64) {
	if p.counts.lag == nil {
		p.counts = p.c.cfg.Metrics.counts(p.topic, p.id)
	}
	p.counts.lag.Set(float64(records))
}

// latest is the offset up to which to read what is in the partition now, by the leader's own word.
func (p *Partition) latest(ctx context.Context, look *lookout) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ends, conn, err := p.c.ends(ctx, p.topic, p.id)
	if err != nil {
		look.failed()
		p.atEnd = false
		p.log.Warn("cannot ask Kafka for the partition's end", "error", err)
		return 0, err
	}
	conn.Close()
	if ends.readTo(p.mark.next) {
		return p.mark.next, nil
	}
	return ends.Last, nil
}

// flush writes what is held, then commits.
func (p *Partition) flush(ctx context.Context, gen *kafka.Generation) error {
	p.stands.writing.Store(time.Now().UnixNano())
	err := p.taker.Flush(ctx)
	p.stands.writing.Store(0)
	if err != nil {
		return err
	}
	p.commit(gen)
	return nil
}

func (p *Partition) commit(gen *kafka.Generation) {
	low := p.mark.low()
	if !p.begun || low <= p.committed {
		return
	}
	p.ledger.commit(low)
	err := gen.CommitOffsets(map[string]map[int]int64{p.topic: {p.id: low}})
	if err != nil {
		// Nothing is lost by it: the next commit covers this one, and without one the records are read again.
		p.log.Warn("cannot commit", "offset", low, "error", err)
		return
	}
	p.committed = low
	p.ledger.assigned(low)
	p.c.cfg.Metrics.committed.WithLabelValues(p.topic, strconv.Itoa(p.id)).Set(float64(low))
}
