//go:build load

package load

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/apachekafka"
	"github.com/earshot/earshot/internal/processes"
)

// patience is only how long a run that has gone wrong takes to say so.
const patience = 2 * time.Minute

// site is the broker, the engine and the worker.
type site struct {
	t                          *testing.T
	program                    string
	broker                     *apachekafka.Broker
	engine, worker             *processes.Process
	clickhouse, metrics, pprof string // addresses
}

func newSite(t *testing.T, program string) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{t: t, program: program, broker: apachekafka.StartMeasured(t)}
	apachekafka.CreateTopics(t, s.broker.Addr(), map[string]int{"earshot.calls": *partitions, "earshot.recordings": 1, "earshot.flags": 1, "earshot.deadletters": 1})
	unused := s.address() // the engine's process embeds a Kafka too; nobody uses it
	s.clickhouse, s.metrics, s.pprof = s.address(), s.address(), s.address()
	s.engine = s.start(dir, "engine", "embedded", "--data", filepath.Join(dir, "data"), "--clickhouse-listen", s.clickhouse, "--kafka-listen", unused)
	s.await(func() error { _, err := processes.Get("http://" + s.clickhouse + "/ping"); return err }, s.engine)
	dsn := "http://" + s.clickhouse + "/earshot"
	if said, err := exec.Command(program, "migrate", "--clickhouse", dsn).CombinedOutput(); err != nil {
		t.Fatalf("cannot migrate: %v: %s", err, said)
	}
	s.worker = s.start(dir, "worker", "worker", "--kafka", s.broker.Addr(), "--clickhouse", dsn, "--metrics-listen", s.metrics, "--pprof-listen", s.pprof)
	s.await(func() error { _, err := processes.Get("http://" + s.metrics + "/readyz"); return err }, s.engine, s.worker)
	return s
}

func (s *site) address() string {
	s.t.Helper()
	a, err := processes.Address()
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// start runs a command of Earshot's until the test ends. If that has failed, its log is shown.
func (s *site) start(dir, name string, args ...string) *processes.Process {
	s.t.Helper()
	log := filepath.Join(dir, name+".log")
	p, err := processes.Start(log, s.program, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = p.Terminate(30 * time.Second) // what was measured is known by now
		if said, err := os.ReadFile(log); err == nil && s.t.Failed() {
			s.t.Logf("%s said:\n%s", name, said[max(0, len(said)-4000):])
		}
	})
	return p
}

func (s *site) await(try func() error, running ...*processes.Process) {
	s.t.Helper()
	if err := processes.Await(s.t.Context(), patience, try, running...); err != nil {
		s.t.Fatal(err)
	}
}

// usage is what the processes have used up to now: CPU in seconds, memory in bytes.
type usage struct {
	at                                     time.Time
	worker, broker, engine, sender, others float64
	rss, engineRSS, brokerRSS              int64
	metrics                                processes.Metrics
}

func (s *site) usage() usage {
	s.t.Helper()
	u := usage{at: time.Now()}
	var sum float64
	for pid, to := range map[int]*float64{s.worker.Pid(): &u.worker, s.broker.Pid(): &u.broker, s.engine.Pid(): &u.engine, os.Getpid(): &u.sender} {
		cpu, rss, err := processes.Usage(pid)
		if err != nil {
			s.t.Fatal(err)
		}
		*to = cpu.Seconds()
		sum += *to
		switch pid {
		case s.worker.Pid():
			u.rss = rss
		case s.engine.Pid():
			u.engineRSS = rss
		case s.broker.Pid():
			u.brokerRSS = rss
		}
	}
	all, err := processes.Machine()
	if err != nil {
		s.t.Fatal(err)
	}
	u.others = all.Seconds() - sum
	if u.metrics, err = processes.Scrape(s.metrics); err != nil {
		s.t.Fatal(err)
	}
	return u
}

// heap is what the worker's heap holds after a collection, in bytes.
func (s *site) heap() float64 {
	s.t.Helper()
	said, err := processes.Get("http://" + s.pprof + "/debug/pprof/heap?gc=1")
	if err != nil {
		s.t.Fatal(err)
	}
	if *profile != "" {
		if err := os.WriteFile(*profile+".heap", []byte(said), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	m, err := processes.Scrape(s.metrics)
	if err != nil {
		s.t.Fatal(err)
	}
	return m.Sum("go_memstats_heap_inuse_bytes")
}

// record writes the worker's CPU profile of so many seconds from now on into the file, and returns at once.
func (s *site) record(file string, d time.Duration) {
	if file == "" {
		return
	}
	go func() {
		resp, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", s.pprof, int(d.Seconds())))
		if err != nil {
			fmt.Fprintln(os.Stderr, "load: cannot take a profile:", err)
			return
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		if err == nil {
			err = os.WriteFile(file, data, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "load: cannot keep the profile:", err)
		}
	}()
}
