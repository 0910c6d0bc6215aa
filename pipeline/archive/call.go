package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// keptCall is the Hearing of a live call whose audio is kept.
type keptCall struct {
	k   *keeping
	id  string
	w   *evidence.Writer
	cut bool // audio was left out: it goes on for longer than calls may take
}

// Begin is pipeline.Hearing's.
func (c *keptCall) Begin(info ingest.Info, _ int64) { c.id, c.w = info.CallID, c.k.writer(info, false) }

// Tick is ingest.Sink's. One record with a time far ahead must not fill the disk with silence.
func (c *keptCall) Tick(index int, legs []ingest.Audio) {
	if int64(index) < int64(c.k.cfg.MaxCall/ingest.TickDuration) {
		c.k.tick(c.w, legs)
	} else if !c.cut {
		c.cut = true
		c.k.cfg.Metrics.cut.Inc()
	}
}

// Event is ingest.Sink's.
func (c *keptCall) Event(ingest.Event) {}

// End is pipeline.Hearing's. Of a call that failed, what was heard is kept.
func (c *keptCall) End(e pipeline.LiveEnd) error {
	c.k.end(c.id, c.w, e.Mark)
	c.k.cfg.Metrics.calls.WithLabelValues("rtp").Inc()
	return nil
}

// recording takes a record of the recordings topic: audio in it is kept as that of a live call is, where it lies
// elsewhere it is referred to.
func (k *keeping) recording(ctx context.Context, m *kafka.Message) error {
	rec, reason, err := pipeline.DecodeRecording(m)
	if err != nil {
		if k.p.PassesOver(m) {
			return nil
		}
		return k.refuse(ctx, m, reason, err)
	}
	if uri, ok := rec.Audio.(*schemas.Recording_Uri); ok {
		return k.refer(ctx, m, rec, uri.Uri)
	}
	r, err := ingest.OpenRecording(rec, ingest.RecordingOptions{})
	if err != nil {
		return k.refuse(ctx, m, pipeline.ReasonRecording, err)
	}
	defer r.Close()
	info, err := pipeline.RecordingInfo(r, m)
	if err != nil {
		return k.refuse(ctx, m, pipeline.ReasonRecording, err)
	}
	w := k.writer(info, true)
	if _, err = r.Run(ctx, &recordingSink{k, w}); err != nil || k.stuck != nil {
		delete(k.dirty, w)
		return errors.Join(err, k.stuck)
	}
	k.end(info.CallID, w, k.p.Hold(m.Offset))
	k.cfg.Metrics.calls.WithLabelValues("recording").Inc()
	return nil
}

// recordingSink is a recording's sink.
type recordingSink struct {
	k *keeping
	w *evidence.Writer
}

func (s *recordingSink) Tick(_ int, legs []ingest.Audio) { s.k.tick(s.w, legs) }
func (s *recordingSink) Event(ingest.Event)              {}

// refer keeps where a recording lies. Whether it can be read shows when somebody wants to hear it; its waveform is computed
// now if it can.
func (k *keeping) refer(ctx context.Context, m *kafka.Message, rec *schemas.Recording, uri string) error {
	if rec.CallId == "" {
		return k.refuse(ctx, m, pipeline.ReasonRecording, fmt.Errorf("the recording has no call_id, and its record no key"))
	}
	call := evidence.Call{ID: rec.CallId, StartedAt: m.Time.UTC()}
	if rec.StartedAt != nil {
		call.StartedAt = rec.StartedAt.AsTime()
	}
	if err := store.CheckTime(call.StartedAt); err != nil {
		return k.refuse(ctx, m, pipeline.ReasonRecording, fmt.Errorf("cannot keep call %s: started_at: %w", call.ID, err))
	}
	k.ended = append(k.ended, ended{call: call.ID, mark: k.p.Hold(m.Offset), keep: func(ctx context.Context) error {
		if err := k.cfg.Evidence.Refer(ctx, call, uri, rec.Channels); err != nil {
			return err
		}
		if _, err := k.cfg.Evidence.Peaks(ctx, call.ID); err != nil {
			k.log.Warn("cannot read a recording that is referred to", "call", call.ID, "uri", uri, "error", err)
		}
		return nil
	}})
	k.cfg.Metrics.calls.WithLabelValues("uri").Inc()
	return nil
}
