package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// recording takes a record of the recordings topic: a whole call. What cannot be read goes to the dead letters.
func (p *partition) recording(ctx context.Context, m *kafka.Message) error {
	var rec schemas.Recording
	if err := proto.Unmarshal(m.Value, &rec); err != nil {
		return p.w.letters.send(ctx, m, ReasonUndecodable, fmt.Errorf("cannot decode the record as earshot.v1.Recording: %w", err))
	}
	if rec.CallId == "" {
		rec.CallId = string(m.Key)
	}
	err := p.hear(ctx, m, &rec)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errAnalysis):
		return p.w.letters.send(ctx, m, ReasonFailed, err)
	default:
		return p.w.letters.send(ctx, m, ReasonRecording, err)
	}
}

func (p *partition) hear(ctx context.Context, m *kafka.Message, rec *schemas.Recording) error {
	r, err := ingest.OpenRecording(rec, ingest.RecordingOptions{Roots: p.w.cfg.RecordingRoots})
	if err != nil {
		return err
	}
	defer r.Close()
	info := r.Info()
	if info.CallID == "" {
		return errors.New("the recording has no call_id, and its record no key")
	}
	if info.StartedAt.IsZero() {
		info.StartedAt = m.Time.UTC() // the record's own time: the same on every replay
	}
	if err := store.CheckTime(info.StartedAt); err != nil {
		return fmt.Errorf("cannot take call %s: started_at: %w", info.CallID, err)
	}
	c := &heardCall{p: p, analysis: p.analysis(), source: "recording", first: m.Offset, last: m.Offset}
	var end ingest.Ending
	err = c.guard(func() error {
		c.begin(info)
		end, err = r.Run(ctx, c.analysis)
		return err
	})
	if errors.Is(err, errAnalysis) {
		c.failed = err
		end.At = r.Duration()
	} else if err != nil {
		return err
	}
	p.outbox.marks = append(p.outbox.marks, p.mark.open(m.Offset))
	if err := c.end(end, "ended", m, nil); err != nil {
		return err
	}
	p.release(c.analysis)
	return nil
}

// analysis takes an Analysis from the partition's pool. One that has failed is not given back.
func (p *partition) analysis() *Analysis {
	if n := len(p.pool); n > 0 {
		a := p.pool[n-1]
		p.pool = p.pool[:n-1]
		return a
	}
	return NewAnalysis(p.w.cfg.Rulebook)
}

func (p *partition) release(a *Analysis) { p.pool = append(p.pool, a) }
