package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/sethvargo/go-retry"
	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/evidence"
)

const (
	// spillAt is how much audio of a call is held in memory, beside that of one record: 2 s of two legs.
	spillAt = 64 << 10
	// writers is how many calls of a partition are written at once.
	writers = 8
)

// keeping is the archiver's Taker: it keeps the audio of the calls of a partition.
type keeping struct {
	cfg     *Config
	p       *pipeline.Partition
	log     *slog.Logger
	wrote   func(error)     // told whether the store takes audio; nil is well
	calls   *pipeline.Calls // nil for recordings
	ctx     context.Context // of the record that is being taken
	stuck   error           // the store did not take a call's audio before ctx ended
	dirty   map[*evidence.Writer]bool
	ended   []ended
	flushed time.Time
}

// ended is a call that is over, and not in the store yet.
type ended struct {
	call string
	keep func(context.Context) error
	mark pipeline.Mark
}

func (a *Archiver) taker(p *pipeline.Partition) pipeline.Taker {
	k := &keeping{cfg: &a.cfg, p: p, log: p.Log(), wrote: p.Wrote, dirty: map[*evidence.Writer]bool{}}
	if p.Topic() == a.cfg.Calls {
		k.calls = pipeline.NewCalls(p, pipeline.CallsConfig{
			IdleEnd: a.cfg.IdleEnd, MaxCall: a.cfg.MaxCall, MaxOpen: a.cfg.MaxOpen, Refuse: k.refuse,
			Open: func() pipeline.Hearing { return &keptCall{k: k} },
		})
	}
	return k
}

// refuse counts what cannot be used. The worker of the partition says more of it, in a dead letter.
func (k *keeping) refuse(_ context.Context, m *kafka.Message, reason pipeline.Reason, cause error) error {
	k.cfg.Metrics.refused.WithLabelValues(m.Topic, string(reason)).Inc()
	k.log.Debug("record left out", "offset", m.Offset, "call", string(m.Key), "reason", reason, "error", cause)
	return nil
}

// Take is pipeline.Taker's. A panic costs the record.
func (k *keeping) Take(ctx context.Context, m *kafka.Message) (err error) {
	k.ctx = ctx
	defer func() {
		if r := recover(); r != nil {
			k.log.Error("a record could not be taken", "offset", m.Offset, "panic", r, "stack", string(debug.Stack()))
			err = k.refuse(ctx, m, pipeline.ReasonFailed, fmt.Errorf("%v", r))
		}
		if err == nil {
			err = k.stuck
		}
	}()
	if k.calls != nil {
		return k.calls.Take(ctx, m)
	}
	return k.recording(ctx, m)
}

// Tend is pipeline.Taker's.
func (k *keeping) Tend(ctx context.Context, t pipeline.Tide) error {
	if k.calls == nil {
		return nil
	}
	k.ctx = ctx
	return errors.Join(k.calls.Tend(ctx, t), k.stuck)
}

// Held is pipeline.Taker's.
func (k *keeping) Held() bool { return len(k.dirty) > 0 || len(k.ended) > 0 }

// Due is pipeline.Taker's. Many ended calls, long ones say, are not left to pile up.
func (k *keeping) Due(now time.Time) bool {
	return k.Held() && now.Sub(k.flushed) >= k.cfg.FlushEvery || len(k.ended) >= 100
}

// Flush is pipeline.Taker's.
func (k *keeping) Flush(ctx context.Context) error {
	began := time.Now()
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for w := range k.dirty {
		group.Go(func() error { return k.retry(gctx, w.Flush) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	clear(k.dirty)
	group, gctx = errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, e := range k.ended {
		group.Go(func() error { return k.retry(gctx, e.keep) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, e := range k.ended {
		k.p.Release(e.mark)
	}
	k.wrote(nil)
	clear(k.ended)
	k.ended, k.flushed = k.ended[:0], time.Now()
	k.cfg.Metrics.flushes.Observe(time.Since(began).Seconds())
	return nil
}

// retry tries until it works or ctx ends: whatever keeps the store from taking audio, waiting loses nothing.
func (k *keeping) retry(ctx context.Context, write func(context.Context) error) error {
	wait := retry.WithJitterPercent(25, retry.WithCappedDuration(15*time.Second, retry.NewExponential(200*time.Millisecond)))
	return retry.Do(ctx, wait, func(ctx context.Context) error {
		err := write(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case errors.Is(err, evidence.ErrLost):
			return fmt.Errorf("%w: %w", pipeline.ErrReread, err)
		}
		k.cfg.Metrics.retries.Inc()
		k.wrote(err)
		k.log.Error("cannot write to the evidence store, trying again", "error", err)
		return retry.RetryableError(err)
	})
}

// Discard is pipeline.Taker's.
func (k *keeping) Discard() {
	if k.calls == nil {
		return
	}
	k.calls.Discard()
	for h := range k.calls.Each {
		if c := h.(*keptCall); c.w != nil {
			c.w.Discard()
		}
	}
}

// tick takes 20 ms of a call. Audio that should not be held in memory is written at once, however long that takes: a gap
// in a call's time is filled with silence, and may be hours of it.
func (k *keeping) tick(w *evidence.Writer, legs []ingest.Audio) {
	if k.stuck != nil {
		return // the call is left to be read again
	}
	w.Tick(legs)
	k.dirty[w] = true
	if w.Buffered() >= spillAt {
		if k.stuck = k.retry(k.ctx, w.Flush); k.stuck == nil {
			delete(k.dirty, w)
		}
	}
}

// writer begins a call's audio. If a call of the same id has ended just now, that is written first.
func (k *keeping) writer(info ingest.Info, whole bool) *evidence.Writer {
	if k.stuck == nil && slices.ContainsFunc(k.ended, func(e ended) bool { return e.call == info.CallID }) {
		k.stuck = k.Flush(k.ctx)
	}
	w, err := k.cfg.Evidence.Create(evidence.Call{ID: info.CallID, StartedAt: info.StartedAt, Legs: info.Legs, Whole: whole})
	if err != nil {
		panic(err) // New has seen that the store can be written to
	}
	return w
}

// end lets the call's audio into the store with the next Flush.
func (k *keeping) end(call string, w *evidence.Writer, mark pipeline.Mark) {
	delete(k.dirty, w)
	k.ended = append(k.ended, ended{call, w.Close, mark})
}
