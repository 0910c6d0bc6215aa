package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/internal/invariants"
)

// judging is a worker's Taker: it judges the calls of a partition.
type judging struct {
	w      *Worker
	p      *Partition
	log    *slog.Logger
	outbox *outbox
	calls  *Calls // nil for recordings
	pool   []*Analysis
	beside *analyzers.Session // whose buffers all calls share
}

func (w *Worker) taker(p *Partition) Taker {
	cfg := &w.cfg
	j := &judging{w: w, p: p, log: p.Log()}
	j.outbox = &outbox{
		store: cfg.Store, alarms: w.producer, topic: cfg.Flags, metrics: cfg.Metrics, wrote: p.Wrote, log: j.log,
		rows: cfg.BatchRows, bytes: cfg.BatchBytes, age: cfg.BatchAge,
	}
	if p.topic == cfg.Calls {
		j.calls = NewCalls(p, CallsConfig{
			IdleEnd: cfg.IdleEnd, MaxCall: cfg.MaxCall, MaxOpen: cfg.MaxOpen, Refuse: w.letters.send,
			Open: func() Hearing { return &heardCall{j: j, Analysis: j.analysis(), source: "rtp"} },
		})
	}
	return j
}

// Take is Taker's. A panic outside any call's analysis costs the record.
func (j *judging) Take(ctx context.Context, m *kafka.Message) (err error) {
	defer func() {
		if r := recover(); r != nil {
			j.log.Error("a record could not be taken", "offset", m.Offset, "panic", r, "stack", string(debug.Stack()))
			err = j.w.letters.send(ctx, m, ReasonFailed, fmt.Errorf("%w: %v", errAnalysis, r))
		}
	}()
	if invariants.Enabled {
		n := j.outbox.batch.Len()
		invariants.Hold(n < j.outbox.rows, "I8", "a record is taken while the outbox is full: %d rows of %d", n, j.outbox.rows)
	}
	if j.calls != nil {
		return j.calls.Take(ctx, m)
	}
	return j.recording(ctx, m)
}

// Tend is Taker's.
func (j *judging) Tend(ctx context.Context, t Tide) error {
	if j.calls == nil {
		return nil
	}
	return j.calls.Tend(ctx, t)
}

// Held is Taker's.
func (j *judging) Held() bool { return j.outbox.batch.Len() > 0 }

// Due is Taker's.
func (j *judging) Due(now time.Time) bool { return j.outbox.due(now) }

// Flush is Taker's.
func (j *judging) Flush(ctx context.Context) error { return j.outbox.flush(ctx, j.p) }

// Discard is Taker's.
func (j *judging) Discard() {
	if j.calls != nil {
		j.calls.Discard()
	}
}

// analysis takes an Analysis from the partition's pool. One that has failed is not given back.
func (j *judging) analysis() *Analysis {
	if n := len(j.pool); n > 0 {
		a := j.pool[n-1]
		j.pool = j.pool[:n-1]
		return a
	}
	if j.beside == nil {
		j.beside = analyzers.NewSession()
	}
	a := NewAnalysisWith(j.w.cfg.Rulebook, analyzers.NewSessionBeside(j.beside))
	a.judge.Keep(j.w.cfg.MaxSegments)
	return a
}

func (j *judging) release(a *Analysis) {
	if j.calls == nil || len(j.pool) < j.calls.spare() {
		j.pool = append(j.pool, a)
	}
}
