package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/internal/mutation"
	"github.com/earshot/earshot/pipeline/store"
)

// Take takes one record of the calls topic. What cannot be used of it is refused; the call goes on.
func (t *Calls) Take(ctx context.Context, m *kafka.Message) error {
	r := &t.record
	if err := r.Decode(m.Value); err != nil {
		if t.p.PassesOver(m) {
			return nil
		}
		reason := ReasonInvalid
		if errors.Is(err, ingest.ErrNotProtobuf) {
			reason = ReasonUndecodable
		}
		return t.cfg.Refuse(ctx, m, reason, err)
	}
	if string(m.Key) != string(r.CallID) {
		return t.cfg.Refuse(ctx, m, ReasonInvalid, fmt.Errorf("the record's key is %.100q, expected its call_id %q", m.Key, r.CallID))
	}
	c := t.find(r.CallID)
	if c == nil {
		if r.Body != ingest.StartBody && !mutation.Is(mutation.TailsBegin) {
			// The tail of a call that was finished before, or of one whose start was never sent.
			t.metrics.tails.Inc()
			return nil
		}
		return t.start(ctx, m, r)
	}
	t.touch(c, m)
	if c.failed != nil {
		c.dropped++
		if r.Body == ingest.EndBody {
			at, _ := c.call.EndsAt(r)
			t.close(c, ingest.Ending{At: at}, "failed", m)
		}
		return nil
	}
	return t.proceed(ctx, m, r, c)
}

// start opens a call.
func (t *Calls) start(ctx context.Context, m *kafka.Message, r *ingest.Record) error {
	c := &liveCall{Hearing: t.cfg.Open(), call: t.newCall(), first: m.Offset, last: m.Offset}
	info, err := c.call.Begin(r, c.Hearing)
	if err == nil {
		if err = t.admissible(r, &info); err != nil {
			err = fmt.Errorf("cannot take call %s: started_at: %w", info.CallID, err)
		}
	}
	if err != nil {
		return t.cfg.Refuse(ctx, m, ReasonInvalid, err)
	}
	c.info = info
	c.Begin(info, m.Offset)
	t.makeRoom(m)
	t.add(c, m)
	t.touch(c, m)
	return nil
}

// beyondMax is more than what is heard of a call may reach beyond MaxCall: packets and ends may be a minute off.
const beyondMax = time.Hour

// admissible says why a call cannot be taken on.
func (t *Calls) admissible(r *ingest.Record, info *ingest.Info) error {
	// Up to its first record it would play silence, and be too long then.
	if late := time.UnixMicro(r.CapturedAt).Sub(info.StartedAt); late > t.cfg.MaxCall {
		return fmt.Errorf("%w: the start was captured %v later, and a call may take %v", ingest.ErrTime, late, t.cfg.MaxCall)
	}
	return store.CheckCall(info.StartedAt, t.cfg.MaxCall+beyondMax)
}

// proceed takes a further record of a call.
func (t *Calls) proceed(ctx context.Context, m *kafka.Message, r *ingest.Record, c *liveCall) error {
	// Before the record is used: a clock that is a day wrong would have the call play a day of silence. An end may be told late.
	long := time.UnixMicro(r.CapturedAt).Sub(c.info.StartedAt)
	if r.Body == ingest.EndBody {
		long, _ = c.call.EndsAt(r)
	}
	if long > t.cfg.MaxCall {
		t.abandon(c, "longer than "+t.cfg.MaxCall.String())
		return nil
	}
	var end ingest.Ending
	var refused error // what the record held that cannot be used
	err := t.guard(c, func() error {
		switch r.Body {
		case ingest.MediaBody:
			refused = c.call.Media(r)
		case ingest.EventBody:
			refused = c.call.Event(r)
		case ingest.EndBody:
			end = c.call.End(r)
		default:
			c.dropped++ // its start once more
		}
		return nil
	})
	if err != nil {
		c.failed = err
		return t.fail(ctx, m, c)
	}
	if refused != nil {
		reason := ReasonInvalid
		if r.Body == ingest.MediaBody {
			reason = ReasonMedia
		}
		return t.cfg.Refuse(ctx, m, reason, refused)
	}
	if r.Body == ingest.EndBody {
		if err := t.close(c, end, "ended", m); err != nil {
			return t.fail(ctx, m, c)
		}
		if c.call.Counts().MovedEnds > 0 {
			return t.cfg.Refuse(ctx, m, ReasonInvalid, fmt.Errorf("cannot use ended_at of call %q: %w: it is missing, before the call's start, before audio that was heard, or later than its records bear out; the call was ended at its last record", c.info.CallID, ingest.ErrTime))
		}
	}
	return nil
}

// fail tells of a call on which the analysis failed: by reference, since its records are in Kafka already.
func (t *Calls) fail(ctx context.Context, m *kafka.Message, c *liveCall) error {
	letter := *m
	letter.Value = nil
	letter.Headers = append(letter.Headers, kafka.Header{Key: "ce_firstoffset", Value: fmt.Append(nil, c.first)})
	return t.cfg.Refuse(ctx, &letter, ReasonFailed, c.failed)
}

// tellFailed sends the dead letters of calls that failed when nothing came for them any more.
func (t *Calls) tellFailed(ctx context.Context) error {
	for len(t.failed) > 0 {
		c := t.failed[0]
		if err := t.fail(ctx, &c.lastMsg, c); err != nil {
			return err
		}
		t.failed = t.failed[1:]
	}
	return nil
}
