package ingest

import (
	"fmt"
	"time"
)

func tickTime(index int) time.Duration { return time.Duration(index) * TickDuration }

func abs(v int64) int64 { return max(v, -v) }

// since is a time on the call's clock.
func (c *Call) since(micros int64) time.Duration {
	return time.Duration(micros-c.started) * time.Microsecond
}

// position is the same in samples.
func (c *Call) position(micros int64) int {
	return floorDiv(int(micros-c.started)*(SampleRate/1000), 1000)
}

// credible says that a time is no more than a day before the call or after its last record.
func (c *Call) credible(micros int64) bool {
	day := maxLeap.Microseconds()
	return micros >= 0 && micros >= c.started-day && micros <= c.last+day
}

// accept checks a record's kind, number and time. A record whose number was taken is dropped, which is no error.
func (c *Call) accept(r *Record, body Body) (fresh bool, err error) {
	switch {
	case c.sink == nil:
		err = ErrNoCall
	case r.Body != body:
		err = fmt.Errorf("%w: %s, expected %s", ErrWrongBody, r.Body, body)
	case r.Sequence <= c.sequence:
		c.counts.RepeatedRecords++
		return false, nil
	default:
		c.counts.LostRecords += r.Sequence - c.sequence - 1
		c.sequence = r.Sequence
		if c.credible(r.CapturedAt) {
			return true, nil
		}
		err = fmt.Errorf("%w: it was captured %v after the call's start and %v after the last record, expected at most %v", ErrTime,
			c.since(r.CapturedAt), time.Duration(r.CapturedAt-c.last)*time.Microsecond, maxLeap)
	}
	return false, fmt.Errorf("cannot use record %d of call %q: %w", r.Sequence, r.CallID, err)
}

// reach tells that the call has got to a time, and that own, if given, has no packet before it still to come. A leap
// is taken in steps, so that the legs' buffers stay small.
func (c *Call) reach(micros int64, own *leg) {
	c.last = max(c.last, micros)
	to := c.position(micros)
	for {
		c.latest = max(c.latest, min(to, c.latest+SampleRate))
		for i := range c.legs {
			c.legs[i].advance(c.latest - maxSkew)
		}
		if own != nil {
			own.advance(min(to, c.latest))
		}
		c.emit(maxTicks)
		if c.latest >= to {
			return
		}
	}
}

const maxTicks = int(^uint(0) >> 1)

// emit gives out the ticks below limit that all legs have played.
func (c *Call) emit(limit int) {
	for ; c.next < limit; c.next++ {
		for i := range c.legs {
			if c.legs[i].played < (c.next+1)*TickSamples {
				return
			}
		}
		c.deliver(tickTime(c.next))
		for i := range c.legs {
			c.legs[i].give(c.next, &c.audio[i])
		}
		c.sink.Tick(c.next, c.audio[:len(c.legs)])
	}
}

// deliver gives out the events up to a time.
func (c *Call) deliver(until time.Duration) {
	n := 0
	for ; n < len(c.events) && c.events[n].At <= until; n++ {
		c.sink.Event(c.events[n])
	}
	if n > 0 {
		c.events = c.events[:copy(c.events, c.events[n:])]
	}
}

// finish gives out what is left of the call. The end cannot be before what has been given out already.
func (c *Call) finish(e Ending) Ending {
	if given := tickTime(c.next); c.next > 0 && e.At <= given-TickDuration {
		e.At = given
		c.counts.MovedEnds++
	}
	ticks := int((e.At + TickDuration - 1) / TickDuration)
	for clock := 0; c.next < ticks; {
		clock = max(clock, c.next*TickSamples) + depth // no more at once than while the call went on: the buffers need not grow for it
		for i := range c.legs {
			c.legs[i].advance(clock)
		}
		c.emit(ticks)
	}
	for i := range c.events {
		if c.events[i].At > e.At {
			c.events[i].At = e.At
			c.counts.MovedEvents++
		}
		c.sink.Event(c.events[i])
	}
	c.events, c.sink = c.events[:0], nil
	return e
}
