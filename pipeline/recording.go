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

// DecodeRecording reads a record of the recordings topic. The call id may be the record's key. With an error comes what is wrong.
func DecodeRecording(m *kafka.Message) (*schemas.Recording, Reason, error) {
	var rec schemas.Recording
	if err := proto.Unmarshal(m.Value, &rec); err != nil {
		return nil, ReasonUndecodable, fmt.Errorf("cannot decode the record as earshot.v1.Recording: %w", err)
	}
	if rec.CallId == "" {
		rec.CallId = string(m.Key)
	}
	if err := ingest.CheckTexts(&rec); err != nil {
		return nil, ReasonInvalid, err
	}
	return &rec, "", nil
}

// RecordingInfo is what is known of a recording's call. Its start may be the record's own time, the same on every replay.
func RecordingInfo(r *ingest.RecordingReader, m *kafka.Message) (ingest.Info, error) {
	info := r.Info()
	if info.CallID == "" {
		return info, errors.New("the recording has no call_id, and its record no key")
	}
	if info.StartedAt.IsZero() {
		info.StartedAt = m.Time.UTC()
	}
	if err := store.CheckCall(info.StartedAt, r.Duration()); err != nil {
		return info, fmt.Errorf("cannot take call %s: started_at: %w", info.CallID, err)
	}
	return info, nil
}

// recording takes a record of the recordings topic: a whole call. What cannot be read goes to the dead letters.
func (j *judging) recording(ctx context.Context, m *kafka.Message) error {
	rec, reason, err := DecodeRecording(m)
	if err != nil {
		if j.p.PassesOver(m) {
			return nil
		}
		return j.w.letters.send(ctx, m, reason, err)
	}
	err = j.hear(ctx, m, rec)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errAnalysis):
		return j.w.letters.send(ctx, m, ReasonFailed, err)
	default:
		return j.w.letters.send(ctx, m, ReasonRecording, err)
	}
}

func (j *judging) hear(ctx context.Context, m *kafka.Message, rec *schemas.Recording) error {
	r, err := ingest.OpenRecording(rec, ingest.RecordingOptions{Roots: j.w.cfg.RecordingRoots})
	if err != nil {
		return err
	}
	defer r.Close()
	info, err := RecordingInfo(r, m)
	if err != nil {
		return err
	}
	c := &heardCall{j: j, Analysis: j.analysis(), source: "recording"}
	var end ingest.Ending
	err = guard(j.log, info.CallID, m.Offset, func() error {
		c.Begin(info, m.Offset)
		end, err = r.Run(ctx, c.Analysis)
		return err
	})
	if errors.Is(err, errAnalysis) {
		c.failed = err
		end.At = r.Duration()
	} else if err != nil {
		return err
	}
	j.outbox.marks = append(j.outbox.marks, j.p.Hold(m.Offset))
	if err := c.judge(end, "ended", m, nil); err != nil {
		return err
	}
	j.release(c.Analysis)
	return nil
}
