package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/earshot/earshot/internal/processes"
	"github.com/earshot/earshot/internal/publisher"
)

// copies of each example call are sent, so that some begin in each step.
const copies = 4

// patience is only how long a run that has gone wrong takes to say so.
const patience = 5 * time.Minute

// site is the engines, and the workers of the two versions. Each group has a database of its name.
type site struct {
	dir, old, fresh   string
	files             []string
	speed             float64
	kafka, clickhouse string
	engines           *processes.Process
	workers           []*processes.Process
	started           int
}

func (s *site) start(ctx context.Context) (err error) {
	if s.kafka, err = processes.Address(); err != nil {
		return err
	}
	if s.clickhouse, err = processes.Address(); err != nil {
		return err
	}
	s.engines, err = processes.Start(filepath.Join(s.dir, "engines.log"), s.fresh, "embedded",
		"--kafka-listen", s.kafka, "--clickhouse-listen", s.clickhouse, "--data", filepath.Join(s.dir, "data"))
	if err != nil {
		return err
	}
	ping := func() error { _, err := processes.Get("http://" + s.clickhouse + "/ping"); return err }
	return processes.Await(ctx, patience, ping, s.engines)
}

func (s *site) stop() {
	for _, p := range append(s.workers, s.engines) {
		if p != nil && p.Ended() == nil {
			_ = p.Terminate(15 * time.Second) // the outcome is known by now
		}
	}
}

// migrate makes the group's tables, as one version after the other does.
func (s *site) migrate(ctx context.Context, group string, programs ...string) error {
	for _, p := range programs {
		if said, err := exec.CommandContext(ctx, p, "migrate", "--clickhouse", "http://"+s.clickhouse+"/"+group).CombinedOutput(); err != nil {
			return fmt.Errorf("cannot migrate: %w: %s", err, said)
		}
	}
	return nil
}

// worker starts one of the group, and returns when it has had time to join.
func (s *site) worker(program, group string) (*processes.Process, error) {
	s.started++
	log := fmt.Sprintf("worker-%d-%s-%s.log", s.started, filepath.Base(program), group)
	p, err := processes.Start(filepath.Join(s.dir, log), program, "worker", "--kafka", s.kafka,
		"--clickhouse", "http://"+s.clickhouse+"/"+group, "--group", group, "--metrics-listen", "", "--session-timeout", "6s")
	if err == nil {
		s.workers = append(s.workers, p)
		time.Sleep(pause)
		err = p.Ended()
	}
	return p, err
}

// publish sends every call, at its own pace times the speed.
func (s *site) publish(ctx context.Context) error {
	p := publisher.New(publisher.Config{Brokers: []string{s.kafka}, Calls: "earshot.calls", Recordings: "earshot.recordings"})
	err := p.Publish(ctx, s.files, publisher.Options{StartedAt: time.Now()}, publisher.Delivery{As: publisher.RTP, Speed: s.speed, Copies: copies, Concurrency: 16})
	return errors.Join(err, p.Close(ctx))
}

// upgrade replaces two old workers by two new ones while calls are sent.
func (s *site) upgrade(ctx context.Context) error {
	if err := s.migrate(ctx, "mixed", s.old, s.fresh); err != nil {
		return err
	}
	var leaving []*processes.Process
	for range 2 {
		p, err := s.worker(s.old, "mixed")
		if err != nil {
			return err
		}
		leaving = append(leaving, p)
	}
	sent := make(chan error, 1)
	go func() { sent <- s.publish(ctx) }()
	time.Sleep(pause)
	for i, p := range leaving {
		if _, err := s.worker(s.fresh, "mixed"); err != nil {
			return err
		}
		began := time.Now()
		if err := p.Terminate(10 * time.Second); err != nil {
			return err
		}
		select {
		case err := <-sent:
			return fmt.Errorf("all calls were over before the upgrade was: choose a lower -speed: %w", errors.Join(err))
		default:
		}
		fmt.Fprintf(os.Stdout, "old worker %d of 2 drained in %v, calls going on\n", i+1, time.Since(began).Round(time.Millisecond))
		time.Sleep(pause)
	}
	if err := <-sent; err != nil {
		return err
	}
	return s.awaitAll(ctx, "mixed")
}

// undisturbed has one worker of a version judge the same records alone.
func (s *site) undisturbed(ctx context.Context, version string) error {
	program := s.old
	if version == "new" {
		program = s.fresh
	}
	if err := s.migrate(ctx, version, program); err != nil {
		return err
	}
	p, err := s.worker(program, version)
	if err != nil {
		return err
	}
	if err := s.awaitAll(ctx, version); err != nil {
		return err
	}
	return p.Terminate(10 * time.Second)
}

func (s *site) awaitAll(ctx context.Context, group string) error {
	want := strconv.Itoa(copies * len(s.files))
	return processes.Await(ctx, patience, func() error {
		n, err := processes.Query(s.clickhouse, group, "SELECT count() FROM calls FINAL")
		if err == nil && n != want {
			err = fmt.Errorf("%s has %s calls of %s", group, n, want)
		}
		return err
	}, s.engines)
}
