package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline/internal/invariants"
	"github.com/earshot/earshot/pipeline/internal/mutation"
	"github.com/earshot/earshot/pipeline/store"
)

// outbox holds what a partition has to say until ClickHouse and the flags topic have it. Its memory is bounded: when it
// is full the partition stops taking records until a flush has gone through.
type outbox struct {
	store   store.Writer
	alarms  *producer
	topic   string // of the flags
	metrics *Metrics
	wrote   func(error) // told whether something could be written; nil is well
	log     *slog.Logger
	rows    int           // flush at so many
	bytes   int           // or when they take so much
	age     time.Duration // or when the oldest row is so old
	urgent  time.Time     // when a flag was raised of a call that goes on; zero if none is here

	batch  store.Batch
	oldest time.Time // wall clock: when the batch's first row came
	marks  []Mark    // calls that are acknowledged with this batch
	saved  int       // rows of the batch that ClickHouse has acknowledged
}

// due says whether something should be written now.
func (o *outbox) due(now time.Time) bool { return o.ripe(now) || o.hurried(now) }

// ripe says whether all should be.
func (o *outbox) ripe(now time.Time) bool {
	n := o.batch.Len()
	return n >= o.rows || o.batch.Bytes() >= o.bytes || (n > 0 || len(o.marks) > 0) && now.Sub(o.oldest) >= o.age
}

// hurried says whether the flags should be.
func (o *outbox) hurried(now time.Time) bool {
	return !o.urgent.IsZero() && now.Sub(o.urgent) >= min(urgentAge, o.age)
}

// urgentAge is how long a flag waits that is raised while somebody may yet step in; where no record comes, pollEvery.
const urgentAge = 100 * time.Millisecond

// hurry has the flags held written soon.
func (o *outbox) hurry() {
	if o.urgent.IsZero() {
		o.urgent = time.Now()
	}
}

func (o *outbox) touch() {
	if o.batch.Len() == 0 && len(o.marks) == 0 {
		o.oldest = time.Now()
	}
}

// flush writes all that is held, and lets the watermark go on once it has been acknowledged. Where nothing is due but flags, the flags
// held are written, and nothing else is let go of: what a table costs ClickHouse is the insert, however few its rows. It tries until
// ctx ends; what is in the outbox then stays there. A permanent error means that ClickHouse will never take these rows.
func (o *outbox) flush(ctx context.Context, p *Partition) error {
	p.NoteHeld(o.batch.Bytes())
	defer func() { p.NoteHeld(o.batch.Bytes()) }()
	if now := time.Now(); o.hurried(now) && !o.ripe(now) {
		if err := o.write(ctx, &store.Batch{Flags: o.batch.Flags}); err != nil {
			return err
		}
		o.urgent = time.Time{}
		o.batch.DropFlags()
		return nil
	}
	if o.batch.Len() > 0 {
		if err := o.write(ctx, &o.batch); err != nil {
			return err
		}
		o.saved = o.batch.Len()
	}
	o.release(p)
	o.saved = 0
	o.urgent = time.Time{}
	o.batch.Reset()
	return nil
}

// write has ClickHouse acknowledge rows, and tells their flags.
func (o *outbox) write(ctx context.Context, b *store.Batch) error {
	began := time.Now()
	before := digest(b)
	if err := store.WriteRetry(ctx, o.store, b, o.backoff(b)); err != nil && !mutation.Is(mutation.ReleaseUnsaved) {
		return fmt.Errorf("cannot write %d rows to ClickHouse: %w", b.Len(), err)
	}
	o.wrote(nil)
	if invariants.Enabled {
		after := digest(b)
		invariants.Hold(after == before, "I7", "other rows were acknowledged than were to be written:\n%s\n%s", before, after)
	}
	o.metrics.inserts.Observe(time.Since(began).Seconds())
	o.metrics.rows.WithLabelValues("calls").Add(float64(len(b.Calls)))
	o.metrics.rows.WithLabelValues("segments").Add(float64(len(b.Segments)))
	o.metrics.rows.WithLabelValues("flags").Add(float64(len(b.Flags)))
	return o.tell(ctx, b.Flags)
}

// release lets the watermark go past the calls whose rows have been written.
func (o *outbox) release(p *Partition) {
	if invariants.Enabled {
		n := o.batch.Len()
		invariants.Hold(o.saved == n, "I4", "%d calls are let go of; of their %d rows %d are acknowledged", len(o.marks), n, o.saved)
	}
	for _, m := range o.marks {
		p.Release(m)
	}
	o.marks = o.marks[:0]
}

func (o *outbox) tell(ctx context.Context, flags []store.FlagRow) error {
	if len(flags) == 0 {
		return nil
	}
	messages := make([]kafka.Message, 0, len(flags))
	for i := range flags {
		f := &flags[i]
		o.metrics.flags.WithLabelValues(f.Rule, f.State).Inc()
		m, err := alarm(o.topic, f)
		if err != nil {
			o.leaveOut(f.CallID, err)
			continue
		}
		messages = append(messages, m)
	}
	return o.send(ctx, messages)
}

// send tells alarms. Of those that are too large together each half is told by itself, and one that is too large alone is left
// out: its flag is in ClickHouse.
func (o *outbox) send(ctx context.Context, messages []kafka.Message) error {
	if len(messages) == 0 {
		return nil
	}
	err := o.alarms.produce(ctx, o.log, o.wrote, messages...)
	switch n := len(messages); {
	case !tooLarge(err):
		return err
	case n == 1:
		o.leaveOut(string(messages[0].Key), err)
		return nil
	default:
		if err := o.send(ctx, messages[:n/2]); err != nil {
			return err
		}
		return o.send(ctx, messages[n/2:])
	}
}

func (o *outbox) leaveOut(call string, err error) {
	o.metrics.unsent.WithLabelValues(o.topic).Inc()
	o.log.Error("an alarm cannot be told and was left out; its flag is in ClickHouse", "call", call, "error", err)
}

func (o *outbox) backoff(b *store.Batch) store.Backoff {
	return store.Backoff{OnError: func(attempt int, wait time.Duration, err error) {
		o.metrics.insertRetries.Inc()
		o.wrote(err)
		if mutation.Is(mutation.RetryLosesBatch) {
			b.Reset()
		}
		o.log.Error("cannot write to ClickHouse, trying again", "rows", b.Len(), "attempt", attempt, "wait", wait, "error", err)
	}}
}
