package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/earshot/earshot/internal/processes"
)

// sample is what the worker held at some time of the day, with no call open and no garbage left.
type sample struct {
	Hours                 float64 // of event time
	Heap, RSS, Goroutines float64 // bytes, bytes, count
	Open                  float64 // calls open when the last record had been taken
}

// sample waits until the worker has taken all records and has ended every call, and then looks. Calls that are open hold memory
// by right; a heap without them that rises is one that leaks.
func (s *system) sample(ctx context.Context, sent sent) (sample, error) {
	if err := s.taken(ctx, sent.records); err != nil {
		return sample{}, err
	}
	m, err := processes.Scrape(s.metrics)
	if err != nil {
		return sample{}, err
	}
	open := m.Sum("earshot_open_calls")
	if err := s.idle(ctx); err != nil {
		return sample{}, err
	}
	heap, err := s.live()
	if err != nil {
		return sample{}, err
	}
	m, err = processes.Scrape(s.metrics)
	return sample{Heap: heap, RSS: m.Sum("process_resident_memory_bytes"), Goroutines: m.Sum("go_goroutines"), Open: open}, err
}

// idle waits until no call is open and no row waits to be written.
func (s *system) idle(ctx context.Context) error {
	return processes.Await(ctx, patience, func() error {
		m, err := processes.Scrape(s.metrics)
		if open, held := m.Sum("earshot_open_calls"), m.Sum("earshot_held_bytes"); err == nil && open+held > 0 {
			err = fmt.Errorf("the worker has %.0f calls open and holds %.0f bytes though nothing comes", open, held)
		}
		return err
	}, s.engines, s.worker)
}

// live is how many bytes of the heap the worker can reach. Two collections: pools let go of what they hold at the second.
func (s *system) live() (bytes float64, err error) {
	var text string
	for range 2 {
		if text, err = processes.Get("http://" + s.pprof + "/debug/pprof/heap?gc=1&debug=1"); err != nil {
			return 0, fmt.Errorf("cannot have the worker collect its garbage: %w", err)
		}
	}
	_, after, found := strings.Cut(text, "# HeapAlloc = ")
	if _, err := fmt.Sscan(after, &bytes); !found || err != nil {
		return 0, fmt.Errorf("cannot find HeapAlloc in the worker's heap profile: %w", err)
	}
	return bytes, nil
}

// profile keeps what the worker's heap is made of, for `go tool pprof -diff_base`.
func (s *system) profile(file string) error {
	text, err := processes.Get("http://" + s.pprof + "/debug/pprof/heap?gc=1")
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o644)
	}
	if err != nil {
		return fmt.Errorf("cannot keep the worker's heap profile: %w", err)
	}
	return nil
}

// table is the samples as CSV.
func table(samples []sample) string {
	var b strings.Builder
	b.WriteString("event_hours,heap_live_bytes,rss_bytes,goroutines,open_calls\n")
	for _, s := range samples {
		fmt.Fprintf(&b, "%.2f,%.0f,%.0f,%.0f,%.0f\n", s.Hours, s.Heap, s.RSS, s.Goroutines, s.Open)
	}
	return b.String()
}
