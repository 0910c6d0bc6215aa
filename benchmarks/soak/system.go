package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
)

// system is the embedded engines in one process and the worker in another.
type system struct {
	kafka, clickhouse, metrics, pprof string // addresses
	writer                            *kafka.Writer
	processes                         []*exec.Cmd
	ended                             chan error // of the worker
}

// start runs the processes with their data and logs in the folder.
func start(ctx context.Context, earshot, dir string) (_ *system, err error) {
	s := &system{ended: make(chan error, 1)}
	for _, a := range []*string{&s.kafka, &s.clickhouse, &s.metrics, &s.pprof} {
		if *a, err = free(); err != nil {
			return nil, err
		}
	}
	run := func(name string, wait chan<- error, args ...string) error {
		log, err := os.Create(filepath.Join(dir, name+".log"))
		if err != nil {
			return err
		}
		cmd := exec.Command(earshot, args...)
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("cannot start %s %s: %w", earshot, name, err)
		}
		s.processes = append(s.processes, cmd)
		go func() {
			err := cmd.Wait()
			log.Close()
			select {
			case wait <- fmt.Errorf("earshot %s ended: %v", name, err):
			default:
			}
		}()
		return nil
	}
	if err := run("embedded", s.ended, "embedded", "--kafka-listen", s.kafka, "--clickhouse-listen", s.clickhouse, "--data", dir); err != nil {
		return nil, err
	}
	dsn := "http://" + s.clickhouse + "/earshot"
	if err := s.until(ctx, "ClickHouse", func() error { _, err := s.query(ctx, "SELECT 1"); return err }); err != nil {
		return s, errors.Join(err, s.stop())
	}
	if said, err := exec.CommandContext(ctx, earshot, "migrate", "--clickhouse", dsn).CombinedOutput(); err != nil {
		return s, errors.Join(fmt.Errorf("cannot migrate: %w: %s", err, said), s.stop())
	}
	err = run("worker", s.ended, "worker", "--kafka", s.kafka, "--clickhouse", dsn, "--metrics-listen", s.metrics,
		"--pprof-listen", s.pprof, "--idle-end", "2s")
	if err == nil {
		err = s.until(ctx, "the worker", func() error { _, err := get("http://" + s.metrics + "/readyz"); return err })
	}
	if err != nil {
		return s, errors.Join(err, s.stop())
	}
	s.writer = &kafka.Writer{
		Addr: kafka.TCP(s.kafka), Topic: "earshot.calls", Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll,
		Compression: kafka.Zstd, BatchSize: 64, BatchTimeout: 5 * time.Millisecond,
	}
	return s, nil
}

func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// until tries for a minute.
func (s *system) until(ctx context.Context, what string, try func() error) error {
	deadline := time.Now().Add(time.Minute)
	for {
		err := try()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", what, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.ended:
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *system) stop() error {
	for _, p := range s.processes {
		p.Process.Signal(syscall.SIGTERM)
	}
	for range s.processes {
		select {
		case <-s.ended:
		case <-time.After(15 * time.Second):
		}
	}
	for _, p := range s.processes {
		p.Process.Kill()
	}
	return nil
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
			return end < t.until+2*time.Minute && (t.opens < t.until || len(t.queue) > 0), nil
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
	for {
		m, err := s.scrape()
		if err != nil {
			return err
		}
		if int(m[`earshot_records_total`]) >= records {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.ended:
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func get(address string) (string, error) {
	resp, err := http.Get(address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", address, resp.Status, body)
	}
	return string(body), err
}

func (s *system) query(ctx context.Context, sql string) (string, error) {
	text, err := get("http://" + s.clickhouse + "/?query=" + url.QueryEscape(sql))
	return strings.TrimSpace(text), err
}

// allJudged waits until every call that was sent has its row: those without an end as well.
func (s *system) allJudged(ctx context.Context, sent sent) error {
	return s.until(ctx, "the last call", func() error {
		n, err := s.query(ctx, "SELECT count() FROM earshot.calls FINAL")
		if err == nil && n != strconv.Itoa(sent.calls) {
			err = fmt.Errorf("ClickHouse has %s calls of %d", n, sent.calls)
		}
		return err
	})
}
