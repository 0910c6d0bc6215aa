package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/store"
)

// record takes one record of the calls topic. What cannot be used of it goes to the dead letters; the call goes on.
func (p *partition) record(ctx context.Context, m *kafka.Message) error {
	t := p.calls
	r := &t.record
	if err := r.Decode(m.Value); err != nil {
		reason := ReasonInvalid
		if errors.Is(err, ingest.ErrNotProtobuf) {
			reason = ReasonUndecodable
		}
		return p.w.letters.send(ctx, m, reason, err)
	}
	if string(m.Key) != string(r.CallID) {
		return p.w.letters.send(ctx, m, ReasonInvalid, fmt.Errorf("the record's key is %q, expected its call_id %q", m.Key, r.CallID))
	}
	c := t.find(r.CallID)
	if c == nil {
		if r.Body != ingest.StartBody {
			// The tail of a call that was finished before, or of one whose start was never sent.
			p.w.cfg.Metrics.tails.Inc()
			return nil
		}
		return p.start(ctx, m, r)
	}
	t.touch(c, m)
	if c.failed != nil {
		c.dropped++
		if r.Body == ingest.EndBody {
			t.close(c, ingest.Ending{At: time.UnixMicro(r.CapturedAt).Sub(c.info.StartedAt)}, "failed", m)
		}
		return nil
	}
	return p.proceed(ctx, m, r, c)
}

// start opens a call.
func (p *partition) start(ctx context.Context, m *kafka.Message, r *ingest.Record) error {
	t := p.calls
	if t.len() >= p.w.cfg.MaxOpen {
		return p.w.letters.send(ctx, m, ReasonRefused, fmt.Errorf("%d calls are open in the partition, the limit", t.len()))
	}
	c := t.open(m)
	info, err := c.call.Begin(r, c.analysis)
	if err == nil {
		if err = store.CheckTime(info.StartedAt); err != nil {
			err = fmt.Errorf("cannot take call %s: started_at: %w", info.CallID, err)
		}
	}
	if err != nil {
		return p.w.letters.send(ctx, m, ReasonInvalid, err)
	}
	c.begin(info)
	t.add(c, m)
	t.touch(c, m)
	return nil
}

// proceed takes a further record of a call.
func (p *partition) proceed(ctx context.Context, m *kafka.Message, r *ingest.Record, c *liveCall) error {
	var end ingest.Ending
	var refused error // what the record held that cannot be used
	err := c.guard(func() error {
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
		return p.fail(ctx, m, c)
	}
	if refused != nil {
		reason := ReasonInvalid
		if r.Body == ingest.MediaBody {
			reason = ReasonMedia
		}
		return p.w.letters.send(ctx, m, reason, refused)
	}
	if long := time.UnixMicro(r.CapturedAt).Sub(c.info.StartedAt); long > p.w.cfg.MaxCall && r.Body != ingest.EndBody {
		p.calls.abandon(c, "longer than "+p.w.cfg.MaxCall.String())
		return nil
	}
	if r.Body == ingest.EndBody {
		if err := p.calls.close(c, end, "ended", m); err != nil {
			return p.fail(ctx, m, c)
		}
		if c.call.Counts().MovedEnds > 0 {
			return p.w.letters.send(ctx, m, ReasonInvalid, fmt.Errorf("cannot use ended_at of call %q: %w: it is missing, before the call's start, before audio that was heard, or days away; the call was ended at its last record", c.info.CallID, ingest.ErrTime))
		}
	}
	return nil
}

// fail tells of a call on which the analysis failed: by reference, since its records are in Kafka already.
func (p *partition) fail(ctx context.Context, m *kafka.Message, c *liveCall) error {
	letter := *m
	letter.Value = nil
	letter.Headers = append(letter.Headers, kafka.Header{Key: "ce_firstoffset", Value: fmt.Append(nil, c.first)})
	return p.w.letters.send(ctx, &letter, ReasonFailed, c.failed)
}
