package main

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/livecalls"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
)

// call is a live call on its way through everything that a worker does with its records, but for Kafka and ClickHouse.
type call struct {
	sent     *livecalls.Call
	live     *ingest.Call
	analysis *pipeline.Analysis
	segments int
}

// newCall is one that shares with the others what a partition's calls do.
func (s *calls) newCall() *call {
	return &call{live: ingest.NewCallBeside(s.live), analysis: pipeline.NewAnalysisWith(s.book, analyzers.NewSessionBeside(s.session))}
}

// began is when all calls do.
var began = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// calls are taken by one goroutine, as those of a partition are.
type calls struct {
	book      *rulebook.Rulebook
	templates []*livecalls.Template
	live      *ingest.Call
	session   *analyzers.Session
	record    ingest.Record // reused
	value     []byte        // reused
}

// begin makes a call go on that was before or has never been.
func (s *calls) begin(c *call, number int) {
	t := s.templates[number%len(s.templates)]
	// Calls are at different places of what they are like, and none begins where another one does.
	from := time.Duration(number) * 7919 * time.Millisecond % (t.Length() - 30*time.Second)
	c.sent = t.Begin(fmt.Sprintf("scale-%06d", number), began, from).Endless()
}

// until gives a call the records that are due up to a time of its clock.
func (s *calls) until(c *call, at time.Time) error {
	for !c.sent.Due().After(at) {
		s.value = c.sent.Append(s.value[:0])
		r := &s.record
		if err := r.Decode(s.value); err != nil {
			return fmt.Errorf("cannot take a record of %s: %w", c.sent.ID(), err)
		}
		switch r.Body {
		case ingest.StartBody:
			info, err := c.live.Begin(r, c.analysis)
			if err != nil {
				return err
			}
			c.analysis.Begin(info, pipeline.Outlet{Segment: func(analyzers.Segment) { c.segments++ }})
		case ingest.MediaBody:
			if err := c.live.Media(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// point is what was measured.
type point struct {
	Calls  int     `json:"calls"`
	Length float64 `json:"length_s"`
	CPU    float64 `json:"cpu_us_per_call_second"`
	Bytes  float64 `json:"heap_bytes_per_call"` // just before the end
}

// measure has so many calls go on side by side for so long, as often as it takes for the figure to be one.
func (s *calls) measure(ctx context.Context, n int, length time.Duration) (point, error) {
	p := point{Calls: n, Length: length.Seconds()}
	before := held()
	all := make([]*call, n)
	for i := range all {
		all[i] = s.newCall()
	}
	var took time.Duration
	rounds := max(1, int(enough/(float64(n)*length.Seconds())))
	for round := range rounds {
		from := cpu()
		for i, c := range all {
			s.begin(c, i)
		}
		for at := time.Duration(0); at < length; at += batch {
			for _, c := range all {
				if err := s.until(c, began.Add(at)); err != nil {
					return p, err
				}
			}
			if ctx.Err() != nil {
				return p, ctx.Err()
			}
		}
		took += cpu() - from
		if round == rounds-1 {
			p.Bytes = (held() - before) / float64(n)
		}
		from = cpu()
		for _, c := range all {
			c.analysis.End(c.live.Abandon())
			if c.segments == 0 && length > time.Minute {
				return p, fmt.Errorf("no segment in %s: nothing is measured", c.sent.ID())
			}
		}
		took += cpu() - from
	}
	p.CPU = float64(took.Microseconds()) / (float64(n*rounds) * length.Seconds())
	return p, nil
}

// cpu is what the process has had of all cores.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no cause to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// held is what can be reached on the heap, in bytes.
func held() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // also what pools had
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
