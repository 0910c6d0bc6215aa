package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/internal/processes"
)

// patience is only how long a run that has gone wrong takes to say so.
const patience = 2 * time.Minute

// system is the embedded engines in one process and the worker in another.
type system struct {
	kafka, clickhouse, metrics, pprof string // addresses
	writer                            *kafka.Writer
	engines, worker                   *processes.Process
}

// start runs the processes with their data and logs in the folder.
func start(ctx context.Context, earshot, dir string) (_ *system, err error) {
	s := &system{}
	for _, a := range []*string{&s.kafka, &s.clickhouse, &s.metrics, &s.pprof} {
		if *a, err = processes.Address(); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	s.engines, err = processes.Start(filepath.Join(dir, "engines.log"), earshot, "embedded",
		"--kafka-listen", s.kafka, "--clickhouse-listen", s.clickhouse, "--data", dir)
	if err != nil {
		return nil, err
	}
	ping := func() error { _, err := processes.Get("http://" + s.clickhouse + "/ping"); return err }
	if err := processes.Await(ctx, patience, ping, s.engines); err != nil {
		return nil, err
	}
	dsn := "http://" + s.clickhouse + "/earshot"
	if said, err := exec.CommandContext(ctx, earshot, "migrate", "--clickhouse", dsn).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cannot migrate: %w: %s", err, said)
	}
	s.worker, err = processes.Start(filepath.Join(dir, "worker.log"), earshot, "worker", "--kafka", s.kafka, "--clickhouse", dsn,
		"--metrics-listen", s.metrics, "--pprof-listen", s.pprof, "--idle-end", "2s")
	if err != nil {
		return nil, err
	}
	ready := func() error { _, err := processes.Get("http://" + s.metrics + "/readyz"); return err }
	if err := processes.Await(ctx, patience, ready, s.engines, s.worker); err != nil {
		return nil, err
	}
	s.writer = &kafka.Writer{
		Addr: kafka.TCP(s.kafka), Topic: "earshot.calls", Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll,
		Compression: kafka.Zstd, BatchSize: 64, BatchTimeout: 5 * time.Millisecond,
	}
	return s, nil
}

// stop ends what runs. Nothing that they say then is of interest.
func (s *system) stop() {
	for _, p := range []*processes.Process{s.worker, s.engines} {
		if p != nil {
			_ = p.Terminate(15 * time.Second)
		}
	}
}

// ahead is how many records may wait in Kafka: enough to keep the worker busy.
const ahead = 4000

// send sends what was captured before the end, and says whether there is more after that.
func (s *system) send(ctx context.Context, t *traffic, end time.Duration) (more bool, err error) {
	for {
		var batch []kafka.Message
		for len(batch) < 1000 {
			m, ok := t.next(end)
			if !ok {
				break
			}
			m.Time = time.Now()
			batch = append(batch, m)
		}
		if len(batch) == 0 {
			return t.opens < t.until || len(t.queue) > 0, nil
		}
		if err := s.writer.WriteMessages(ctx, batch...); err != nil {
			return false, fmt.Errorf("cannot send to Kafka: %w", err)
		}
		if err := s.taken(ctx, t.sent.records-ahead); err != nil {
			return false, err
		}
	}
}

// taken waits until the worker has taken so many records.
func (s *system) taken(ctx context.Context, records int) error {
	return processes.Await(ctx, time.Hour, func() error {
		m, err := processes.Scrape(s.metrics)
		if taken := m.Sum("earshot_records_total"); err == nil && int(taken) < records {
			err = fmt.Errorf("the worker has taken %.0f records of %d", taken, records)
		}
		return err
	}, s.engines, s.worker)
}

// allJudged waits until every call that was sent has its row: those without an end as well.
func (s *system) allJudged(ctx context.Context, sent sent) error {
	return processes.Await(ctx, patience, func() error {
		n, err := processes.Query(s.clickhouse, "earshot", "SELECT count() FROM calls FINAL")
		if err == nil && n != strconv.Itoa(sent.calls) {
			err = fmt.Errorf("ClickHouse has %s calls of %d", n, sent.calls)
		}
		return err
	}, s.engines, s.worker)
}
