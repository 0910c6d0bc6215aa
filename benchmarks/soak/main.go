// Command soak runs a worker through a day of a call centre, as fast as the machine goes, and fails when its memory or its
// goroutines grow. The records, the Kafka, the worker's process and the ClickHouse engine are real; the calls are short.
//
//	make soak                  # 24 h of 5,000 calls an hour; some ten minutes
//	make soak SOAK_HOURS=2
//
// It writes soak.csv and soak.svg into -out.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

type config struct {
	earshot, out, profiles string
	hours                  float64
	perHour                int
	every                  time.Duration // of event time, between samples
}

func main() {
	var c config
	flag.StringVar(&c.earshot, "earshot", "bin/earshot", "the program")
	flag.StringVar(&c.out, "out", "benchmarks/soak", "folder of soak.csv and soak.svg")
	flag.StringVar(&c.profiles, "profiles", "", "folder of the worker's heap profiles: early.pprof, after the warm-up, and late.pprof; none if empty")
	flag.Float64Var(&c.hours, "hours", 24, "hours of event time")
	flag.IntVar(&c.perHour, "calls", 5000, "calls an hour")
	flag.DurationVar(&c.every, "every", 15*time.Minute, "event time between samples")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c config) error {
	dir, err := os.MkdirTemp("", "earshot-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sys, err := start(ctx, c.earshot, dir)
	if err != nil {
		return err
	}
	defer sys.stop()
	began := time.Now()
	samples, sent, err := soak(ctx, c, sys)
	if err != nil {
		return err
	}
	if err := sys.allJudged(ctx, sent); err != nil {
		return err
	}
	fmt.Printf("%d calls, %.1f h of event time in %s, %d samples; all calls are in ClickHouse\n",
		sent.calls, samples[len(samples)-1].Hours, time.Since(began).Round(time.Second), len(samples))
	return verdict(os.Stdout, samples)
}

// soak sends the calls and takes a sample each time the worker has taken all that was sent.
func soak(ctx context.Context, c config, sys *system) ([]sample, sent, error) {
	day := time.Duration(c.hours * float64(time.Hour))
	t := newTraffic(time.Now().Add(-day), c.perHour, day, c.every)
	var samples []sample
	early := time.Duration(warmUp * float64(day)).Round(c.every)
	for due := c.every; ; due += c.every {
		more, err := sys.send(ctx, t, due)
		if err != nil {
			return nil, t.sent, err
		}
		s, err := sys.sample(ctx, t.sent)
		if err != nil {
			return nil, t.sent, err
		}
		s.Hours = min(due.Hours(), c.hours)
		samples = append(samples, s)
		if err := keep(c.out, samples); err != nil {
			return nil, t.sent, err
		}
		fmt.Fprintf(os.Stderr, "%5.2f h  %7d calls  heap %5.1f MiB  RSS %5.1f MiB  %3.0f goroutines  %4.0f open calls\n",
			s.Hours, t.sent.calls, s.Heap/(1<<20), s.RSS/(1<<20), s.Goroutines, s.Open)
		switch {
		case c.profiles == "":
		case due == early:
			err = sys.profile(filepath.Join(c.profiles, "early.pprof"))
		case !more:
			err = sys.profile(filepath.Join(c.profiles, "late.pprof"))
		}
		if err != nil {
			return nil, t.sent, err
		}
		if !more {
			return samples, t.sent, nil
		}
	}
}

// keep writes what has been seen so far, so that a run that is cut short tells something too.
func keep(dir string, samples []sample) error {
	for file, text := range map[string]string{"soak.csv": table(samples), "soak.svg": picture(samples)} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			return fmt.Errorf("cannot keep the result: %w", err)
		}
	}
	return nil
}
