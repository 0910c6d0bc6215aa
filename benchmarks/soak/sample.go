package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/earshot/earshot/internal/processes"
)

// sample is what the worker held at some time of the day, just after a garbage collection.
type sample struct {
	Hours                       float64 // of event time
	Heap, RSS, Goroutines, Open float64 // bytes, bytes, count, count
}

// sample waits until the worker has taken all records and then looks.
func (s *system) sample(ctx context.Context, sent sent) (sample, error) {
	if err := s.taken(ctx, sent.records); err != nil {
		return sample{}, err
	}
	if _, err := processes.Get("http://" + s.pprof + "/debug/pprof/heap?gc=1"); err != nil {
		return sample{}, fmt.Errorf("cannot have the worker collect its garbage: %w", err)
	}
	m, err := s.scrape()
	return sample{
		Heap: m["go_memstats_heap_inuse_bytes"], RSS: m["process_resident_memory_bytes"],
		Goroutines: m["go_goroutines"], Open: m["earshot_open_calls"],
	}, err
}

// scrape reads the worker's metrics; one that has labels is the sum over them.
func (s *system) scrape() (map[string]float64, error) {
	text, err := processes.Get("http://" + s.metrics + "/metrics")
	if err != nil {
		return nil, fmt.Errorf("cannot read the worker's metrics: %w", err)
	}
	m := map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		name, _, _ := strings.Cut(line[:at], "{")
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("cannot read the metric %q: %w", line, err)
		}
		m[name] += v
	}
	return m, nil
}

// table is the samples as CSV.
func table(samples []sample) string {
	var b strings.Builder
	b.WriteString("event_hours,heap_inuse_bytes,rss_bytes,goroutines,open_calls\n")
	for _, s := range samples {
		fmt.Fprintf(&b, "%.2f,%.0f,%.0f,%.0f,%.0f\n", s.Hours, s.Heap, s.RSS, s.Goroutines, s.Open)
	}
	return b.String()
}
