package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// pollEvery is how often a partition that has gone quiet looks whether something is due.
const pollEvery = 200 * time.Millisecond

// partition takes the records of one Kafka partition in order. One goroutine runs it; nothing in it is shared.
type partition struct {
	w         *Worker
	topic     string
	id        int
	log       *slog.Logger
	mark      watermark
	outbox    *outbox
	take      func(ctx context.Context, m *kafka.Message) error // live calls or recordings
	calls     *callTable                                        // nil for recordings
	pool      []*Analysis
	committed int64
	begun     bool // committed is a real offset
	broken    bool // a record was left half done: the next generation reads the open calls again
}

func newPartition(w *Worker, topic string, id int, offset int64) *partition {
	p := &partition{
		w: w, topic: topic, id: id, committed: offset, begun: offset >= 0,
		log: w.cfg.Log.With("topic", topic, "partition", id),
	}
	p.mark.advance(max(offset, 0))
	p.outbox = &outbox{
		store: w.cfg.Store, alarms: w.writer, topic: w.cfg.Flags, metrics: w.cfg.Metrics, log: p.log,
		rows: w.cfg.BatchRows, age: w.cfg.BatchAge,
		token: fmt.Sprintf("%s/%s/%d", w.token, topic, id),
	}
	if topic == w.cfg.Recordings {
		p.take = p.recording
	} else {
		p.calls = newCallTable(p)
		p.take = p.record
	}
	return p
}

// resumes says whether the partition may go on where it stopped: the group's offset is still the one it committed.
func (p *partition) resumes(offset int64) bool { return p.begun && !p.broken && offset == p.committed }

// discard lets go of the open calls: somebody else reads them again from their first records.
func (p *partition) discard() {
	if n := p.open(); n > 0 {
		p.log.Info("open calls left to the partition's new owner", "calls", n)
	}
}

func (p *partition) open() int {
	if p.calls == nil {
		return 0
	}
	return p.calls.len()
}

// run takes records until ctx ends, then writes what is left and commits. An error is one that ClickHouse's or Kafka's
// coming back will not mend.
func (p *partition) run(ctx context.Context, gen *kafka.Generation) error {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: p.w.cfg.Kafka.Brokers, Dialer: p.w.dialer, Topic: p.topic, Partition: p.id,
		MinBytes: 1, MaxBytes: 2 * MaxRecordBytes, MaxWait: 250 * time.Millisecond,
		QueueCapacity: 64, ReadLagInterval: -1,
		ErrorLogger: kafka.LoggerFunc(func(f string, a ...any) { p.log.Debug("reader: " + fmt.Sprintf(f, a...)) }),
	})
	defer reader.Close()
	start := int64(kafka.FirstOffset)
	if p.begun {
		start = p.mark.next
	}
	if err := reader.SetOffset(start); err != nil {
		return fmt.Errorf("cannot read %s/%d from offset %d: %w", p.topic, p.id, start, err)
	}
	err := p.loop(ctx, reader, gen)
	if p.broken {
		return err
	}
	// The generation is over; what is held is written and committed in its own time, or left to be read again.
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.w.cfg.Drain)
	defer cancel()
	if err == nil {
		if ferr := p.flush(drain, gen); ferr != nil {
			p.log.Warn("not everything could be written before the partition was given up; it will be read again", "error", ferr)
		}
	}
	return err
}

func (p *partition) loop(ctx context.Context, reader *kafka.Reader, gen *kafka.Generation) error {
	for ctx.Err() == nil {
		poll, cancel := context.WithTimeout(ctx, pollEvery)
		m, err := reader.FetchMessage(poll)
		cancel()
		switch {
		case err == nil:
			if err := p.step(ctx, &m); err != nil {
				p.broken = true
				return stopped(ctx, err)
			}
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			if p.calls != nil {
				p.calls.quiet(time.Now())
			}
		case ctx.Err() != nil:
			return nil
		default:
			p.log.Warn("cannot read from Kafka, trying again", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pollEvery):
			}
		}
		if p.outbox.due(time.Now()) {
			if err := p.flush(ctx, gen); err != nil {
				return stopped(ctx, err)
			}
		} else if p.outbox.batch.Len() == 0 && p.mark.low() >= p.committed+commitStride {
			p.commit(gen)
		}
	}
	return nil
}

// commitStride bounds how many records without rows go by before the watermark is committed all the same.
const commitStride = 1000

// stopped is nil where the error only says that ctx has ended.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// step takes one record and moves the watermark on. The record is done with only when take returns.
func (p *partition) step(ctx context.Context, m *kafka.Message) error {
	cfg := &p.w.cfg
	if lost := m.Offset - p.mark.next; p.begun && lost > 0 {
		cfg.Metrics.lost.WithLabelValues(p.topic).Add(float64(lost))
		p.log.Error("records are gone from Kafka before they were read", "expected", p.mark.next, "found", m.Offset, "lost", lost)
	}
	if !p.begun {
		p.begun, p.committed = true, m.Offset
		p.mark.advance(m.Offset)
	}
	cfg.Metrics.records.WithLabelValues(p.topic).Inc()
	cfg.Metrics.bytes.WithLabelValues(p.topic).Add(float64(len(m.Value)))
	cfg.Metrics.lag.WithLabelValues(p.topic, strconv.Itoa(p.id)).Set(float64(m.HighWaterMark - m.Offset - 1))
	if err := p.take(ctx, m); err != nil {
		return err
	}
	p.mark.advance(m.Offset + 1)
	return nil
}

// flush writes what is held, then commits.
func (p *partition) flush(ctx context.Context, gen *kafka.Generation) error {
	if err := p.outbox.flush(ctx, &p.mark); err != nil {
		return err
	}
	p.commit(gen)
	return nil
}

func (p *partition) commit(gen *kafka.Generation) {
	low := p.mark.low()
	if !p.begun || low <= p.committed {
		return
	}
	err := gen.CommitOffsets(map[string]map[int]int64{p.topic: {p.id: low}})
	if err != nil {
		// Nothing is lost by it: the next commit covers this one, and without one the records are read again.
		p.log.Warn("cannot commit", "offset", low, "error", err)
		return
	}
	p.committed = low
	p.w.cfg.Metrics.committed.WithLabelValues(p.topic, strconv.Itoa(p.id)).Set(float64(low))
}
