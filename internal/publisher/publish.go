package publisher

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Form is what a file is sent as.
type Form int

// The forms of a call.
const (
	RTP   Form = iota // a live call
	Whole             // a Recording
)

// How many calls are under way at once unless the delivery says otherwise.
const (
	fastConcurrency = 4   // as fast as it goes: enough to keep the brokers busy
	liveConcurrency = 500 // at the calls' own pace: they wait most of the time
)

// Delivery says how calls are sent.
type Delivery struct {
	As Form
	// Speed is that of live calls: 1 as it was, 2 twice as fast, 0 as fast as it goes.
	Speed float64
	// Copies of each file, if more than one: their call ids get -1, -2 and so on.
	Copies int
	// Concurrency bounds the calls under way at once.
	Concurrency int

	// OnSent is told how many records were acknowledged just now; OnReport how a call went. No two calls of them overlap.
	OnSent   func(records int)
	OnReport func(Report)
}

// Report is how one call went.
type Report struct {
	File     string
	CallID   string   // empty if it is not known
	Records  int      // acknowledged
	Warnings []string // what of the file could not be used
	Err      error    // names the file
}

// run is one Publish.
type run struct {
	*Publisher
	o     Options
	d     Delivery
	mutex sync.Mutex
	ids   map[string]string // the file of each call
}

// Publish sends files. One that cannot be sent does not hold up the others; the error joins those of all. When ctx ends,
// the calls under way stop where they are, without a CallEnd: a call that nobody ended is for the worker to end.
func (p *Publisher) Publish(ctx context.Context, files []string, o Options, d Delivery) error {
	r := &run{Publisher: p, o: o, d: d, ids: map[string]string{}}
	if d.Speed < 0 {
		return fmt.Errorf("cannot publish at speed %v: expected 0 or more", d.Speed)
	}
	group := errgroup.Group{}
	group.SetLimit(r.concurrency())
	var errs []error
	for n := range max(d.Copies, 1) {
		o := o
		if d.Copies > 1 {
			o.Suffix = fmt.Sprintf("%s-%d", o.Suffix, n+1)
		}
		for _, file := range files {
			group.Go(func() error {
				if ctx.Err() != nil {
					return nil // told once, below
				}
				report := r.one(ctx, file, o)
				r.mutex.Lock()
				defer r.mutex.Unlock()
				if report.Err != nil && ctx.Err() == nil {
					errs = append(errs, report.Err)
				}
				if d.OnReport != nil {
					d.OnReport(report)
				}
				return nil
			})
		}
	}
	group.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

func (r *run) concurrency() int {
	switch {
	case r.d.Concurrency > 0:
		return r.d.Concurrency
	case r.d.Speed > 0 && r.d.As == RTP:
		return liveConcurrency
	}
	return fastConcurrency
}

func (r *run) one(ctx context.Context, file string, o Options) (report Report) {
	report.File = file
	capture, err := ingest.IsPcap(file)
	switch {
	case err != nil:
		report.Err = err
	case capture && r.d.As == Whole:
		report.Err = fmt.Errorf("cannot publish %s as a recording: a capture can be sent as RTP only", file)
	case capture:
		report.Err = r.capture(ctx, o, &report)
	case r.d.As == Whole:
		report.Err = r.recording(ctx, o, &report)
	default:
		report.Err = r.rtp(ctx, o, &report)
	}
	return report
}

func (r *run) capture(ctx context.Context, o Options, report *Report) error {
	records, warnings, err := Capture(report.File, o)
	if err != nil {
		return err
	}
	report.Warnings = warnings
	return r.live(ctx, records, report)
}

func (r *run) rtp(ctx context.Context, o Options, report *Report) error {
	if o.StartedAt.IsZero() {
		var err error
		if o.StartedAt, err = began(report.File, &o, r.d.Speed); err != nil {
			return err
		}
	}
	return r.live(ctx, Records(ctx, report.File, o), report)
}

// live sends records whose first one says the call.
func (r *run) live(ctx context.Context, records iter.Seq2[*schemas.CallRecord, error], report *Report) error {
	claimed := func(yield func(*schemas.CallRecord, error) bool) {
		for record, err := range records {
			if err == nil && record.GetStart() != nil {
				err = r.claim(record.CallId, report)
			}
			if !yield(record, err) {
				return
			}
		}
	}
	return r.calls.deliver(ctx, report.File, claimed, r.d.Speed, func(records int) {
		report.Records += records
		r.sent(records)
	})
}

func (r *run) recording(ctx context.Context, o Options, report *Report) error {
	if o.StartedAt.IsZero() {
		var err error
		if o.StartedAt, err = began(report.File, &o, 0); err != nil {
			return err
		}
	}
	rec, err := Recording(report.File, o)
	if err != nil {
		return err
	}
	if err := r.claim(rec.CallId, report); err != nil {
		return err
	}
	value, err := proto.Marshal(rec)
	if err != nil {
		return fmt.Errorf("cannot publish %s: %w", report.File, err)
	}
	if err := r.recordings.write(ctx, report.File, []kafka.Message{{Key: []byte(rec.CallId), Value: value, Time: time.Now()}}); err != nil {
		return err
	}
	report.Records = 1
	r.sent(1)
	return nil
}

// began is when a call began that nothing tells about: sent at some pace, it begins now; otherwise it has just ended.
func began(file string, o *Options, speed float64) (time.Time, error) {
	now := time.Now()
	if speed > 0 {
		return now, nil
	}
	r, err := ingest.OpenFile(file, o.Channels)
	if err != nil {
		return now, err
	}
	defer r.Close()
	return now.Add(-r.Duration()), nil
}

// claim refuses a call id that another file has: the records of two calls would mingle in one.
func (r *run) claim(id string, report *Report) error {
	report.CallID = id
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if other, taken := r.ids[id]; taken {
		return fmt.Errorf("cannot publish %s: its call id %q is that of %s too: expected each call to have its own (call_id in the sidecar)", report.File, id, other)
	}
	r.ids[id] = report.File
	return nil
}

func (r *run) sent(records int) {
	if r.d.OnSent == nil {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.d.OnSent(records)
}
