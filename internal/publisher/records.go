package publisher

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Records makes a live call of a WAV file: CallStart, the batches of its legs with the sidecar's events between them,
// CallEnd. Records come in the order of their captured times. The first packets arrive at the very start of the call,
// each later one 20 ms after the one before; an event ends the batches before it, so that no packet of a record
// arrived after the next record's fact. The last packet is filled up with silence, as a phone does it; CallEnd has the
// exact length.
//
// The file is read as the records are taken.
func Records(ctx context.Context, file string, o Options) iter.Seq2[*schemas.CallRecord, error] {
	return func(yield func(*schemas.CallRecord, error) bool) {
		listening := true
		err := play(ctx, file, &o, func(r *schemas.CallRecord) bool {
			listening = yield(r, nil)
			return listening
		})
		if err != nil && listening {
			yield(nil, err)
		}
	}
}

// play stops when yield returns false.
func play(ctx context.Context, file string, o *Options, yield func(*schemas.CallRecord) bool) error {
	r, err := ingest.OpenFile(file, o.Channels)
	if err != nil {
		return err
	}
	defer r.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := newLiveCall(r, o)
	if err != nil {
		return fmt.Errorf("cannot send %s as a live call: %w", file, err)
	}
	c.yield, c.cancel = yield, cancel
	c.start()
	end, err := r.Run(ctx, c)
	if c.failed != nil {
		return c.failed
	}
	if err != nil {
		return err
	}
	c.flush()
	c.end(end)
	return nil
}

// liveCall is a Sink that makes records of what it is played.
type liveCall struct {
	info     ingest.Info
	begins   time.Time
	batch    time.Duration
	legs     []*packetizer
	from     time.Duration // where the batch begins
	until    time.Duration // where its last packet ends; from if there is none
	sequence uint64

	yield   func(*schemas.CallRecord) bool
	cancel  context.CancelFunc // of the playback
	stopped bool
	failed  error
}

func newLiveCall(r *ingest.RecordingReader, o *Options) (*liveCall, error) {
	f, err := o.format()
	if err != nil {
		return nil, err
	}
	batch, err := o.batch()
	if err != nil {
		return nil, err
	}
	c := &liveCall{info: r.Info(), batch: batch}
	c.info.CallID += o.Suffix
	c.begins = c.info.StartedAt
	if c.begins.IsZero() {
		c.begins = o.StartedAt
	}
	if c.begins.IsZero() {
		return nil, errors.New("nothing says when the call began: expected started_at in the sidecar, or in the options")
	}
	c.begins = c.begins.UTC().Truncate(time.Microsecond) // what captured_at_us can tell
	for _, leg := range c.info.Legs {
		c.legs = append(c.legs, newPacketizer(f, c.info.CallID, leg, int(batch/ingest.TickDuration)))
	}
	return c, nil
}

// Tick makes a packet for each leg.
func (c *liveCall) Tick(index int, legs []ingest.Audio) {
	if c.stopped {
		return
	}
	at := time.Duration(index) * ingest.TickDuration
	if c.until == c.from {
		c.from = at
	}
	c.until = at + ingest.TickDuration
	for i := range legs {
		if err := c.legs[i].add(legs[i].PCM, (at - c.from).Microseconds()); err != nil {
			c.failed = fmt.Errorf("cannot make an RTP packet of call %s: %w", c.info.CallID, err)
			c.stop()
			return
		}
	}
	if c.until+ingest.TickDuration > c.from+c.batch {
		c.flush()
	}
}

// Event ends the batches of what came before it.
func (c *liveCall) Event(e ingest.Event) {
	c.flush()
	c.send(e.At, &schemas.CallRecord{Body: &schemas.CallRecord_Event{Event: &schemas.CallEvent{Kind: e.Kind, By: e.By}}})
}

func (c *liveCall) start() {
	s := &schemas.CallStart{
		StartedAt: timestamppb.New(c.begins), Direction: c.info.Direction, AgentId: c.info.AgentID, Seat: c.info.Seat,
		Team: c.info.Team, Queue: c.info.Queue, Trunk: c.info.Trunk, Customer: c.info.Customer,
	}
	for _, leg := range c.legs {
		s.Streams = append(s.Streams, leg.stream())
	}
	c.send(0, &schemas.CallRecord{Body: &schemas.CallRecord_Start{Start: s}})
}

func (c *liveCall) flush() {
	if c.until == c.from {
		return
	}
	for _, leg := range c.legs {
		c.send(c.from, &schemas.CallRecord{Body: &schemas.CallRecord_Media{Media: leg.take()}})
	}
	c.from = c.until
}

func (c *liveCall) end(e ingest.Ending) {
	c.send(e.At, &schemas.CallRecord{Body: &schemas.CallRecord_End{End: &schemas.CallEnd{
		EndedAt: timestamppb.New(c.begins.Add(e.At)), EndedBy: e.By, Cause: e.Cause,
	}}})
}

// send hands over a record of what happened at a time of the call.
func (c *liveCall) send(at time.Duration, r *schemas.CallRecord) {
	if c.stopped {
		return
	}
	r.CallId, r.Sequence, r.CapturedAtUs = c.info.CallID, c.sequence, c.begins.Add(at).UnixMicro()
	c.sequence++
	if !c.yield(r) {
		c.stop()
	}
}

func (c *liveCall) stop() {
	c.stopped = true
	c.cancel()
}
