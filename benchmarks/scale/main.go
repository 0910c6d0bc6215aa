// Command scale measures what a live call costs by how many there are and by how long they last: processor time for a second of
// it, and memory. Both should be the same everywhere.
//
//	make scale
//
// Calls are internal/examples' typical ones, in records of 200 ms of a leg, taken in turns as they come from a partition, and
// go through everything that a worker does with them but for Kafka and ClickHouse. What it takes to make the records, some 2 %,
// is in the figures.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/livecalls"
	"github.com/earshot/earshot/benchmarks/stamp"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/examples"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

const (
	batch = 200 * time.Millisecond
	// each is for how long calls go on whose number is what matters.
	each = 20 * time.Second
	// enough is how many seconds of calls a figure is taken from at least.
	enough = 12_000
)

var (
	counts  = []int{10, 30, 100, 300, 1000, 3000, 10_000}
	lengths = []time.Duration{time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 10 * time.Hour}
)

func main() {
	audio := flag.String("audio", ".cache/audio", "prompts and hold music that calls are composed of")
	out := flag.String("out", "benchmarks", "folder of scale.md, scale.json and scale-*.svg")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *audio, *out); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, audio, out string) error {
	r := &report{Stamp: stamp.New(ctx)}
	s, err := newCalls(ctx, audio)
	if err != nil {
		return err
	}
	for _, n := range counts {
		p, err := s.measure(ctx, n, each)
		if err != nil {
			return err
		}
		r.Counts = append(r.Counts, p)
		fmt.Fprintf(os.Stderr, "%6d calls: %.0f µs for a second of a call, %.1f KiB a call\n", n, p.CPU, p.Bytes/1024)
	}
	for _, l := range lengths {
		p, err := s.measure(ctx, 2, l)
		if err != nil {
			return err
		}
		r.Lengths = append(r.Lengths, p)
		fmt.Fprintf(os.Stderr, "%6s: %.0f µs for a second of a call, %.1f KiB a call\n", brief(l), p.CPU, p.Bytes/1024)
	}
	return r.write(out)
}

func newCalls(ctx context.Context, audio string) (*calls, error) {
	dir, err := os.MkdirTemp("", "earshot-scale-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	composed, err := examples.Typical(audio, filepath.Join(dir, "calls"), 6)
	if err != nil {
		return nil, fmt.Errorf("%w; run make audio", err)
	}
	s := &calls{live: ingest.NewCall(), session: analyzers.NewSession()}
	if s.book, err = rulebook.Load("schemas/rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary()); err != nil {
		return nil, err
	}
	for _, c := range composed {
		t, err := livecalls.Read(ctx, c.WAV, batch)
		if err != nil {
			return nil, err
		}
		s.templates = append(s.templates, t)
	}
	return s, nil
}
