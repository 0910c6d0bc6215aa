//go:build chaos

package chaos

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/apachekafka"
)

const (
	sessionTimeout = 6 * time.Second
	idleEnd        = 60 * time.Second
	partitions     = 4
	drainWithin    = 10 * time.Second // what an orderly end may take
)

var topics = map[string]int{"earshot.calls": partitions, "earshot.recordings": partitions, "earshot.flags": 1, "earshot.deadletters": 1}

// world is a broker or three, an engine, and workers between them.
type world struct {
	t       *testing.T
	program string // bin/earshot of this tree
	dir     string
	brokers []*apachekafka.Broker
	engine  *process
	absent  bool   // the engine is away for long
	gaveUp  int    // how often the engine ended because it could not write
	disk    *disk  // where the engine keeps its data
	http    string // the engine's host:port
	kafka   string // the engine's process embeds a Kafka too; nobody uses it
	routes  []*route
	workers []*worker
	made    int
	faults  []string
	died    *death // the worker that was killed last, if it held partitions
}

// worker is a worker and where its metrics are.
type worker struct {
	*process
	metrics string
	route   *route // nil: straight to the brokers
	stopped bool   // by SIGSTOP
}

func newWorld(t *testing.T, program string) *world {
	w := &world{t: t, program: program, dir: t.TempDir(), brokers: apachekafka.StartCluster(t, *brokers, routes), http: freeAddress(t), kafka: freeAddress(t)}
	w.routes = newRoutes(t, w.brokers)
	w.disk = newDisk(t)
	apachekafka.CreateTopics(t, w.brokers[0].Addr(), topics)
	w.startEngine()
	w.awaitEngine()
	for _, database := range []string{disturbed, undisturbed} {
		p := start(t, w.dir, "migrate", program, "migrate", "--clickhouse", w.dsn(database))
		if <-p.done; !p.cmd.ProcessState.Success() {
			t.Fatalf("earshot migrate: %v, see %s", p.cmd.ProcessState, w.log("migrate"))
		}
	}
	t.Cleanup(func() {
		for _, p := range w.workers {
			p.kill()
		}
		w.engine.kill()
	})
	return w
}

// keep keeps what tells why a schedule failed.
func (w *world) keep(dir string) error {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	for name, query := range map[string]string{
		"parts":    "SELECT * FROM system.parts WHERE database IN ('" + disturbed + "', '" + undisturbed + "') FORMAT JSONEachRow",
		"detached": "SELECT * FROM system.detached_parts FORMAT JSONEachRow",
	} {
		said, err := w.query(query)
		if err != nil {
			said = err.Error()
		}
		if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), []byte(said), 0o644); err != nil {
			return err
		}
	}
	for name, from := range map[string]string{"logs": w.dir, "data": w.disk.dir} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(from)); err != nil {
			return err
		}
	}
	return nil
}

// addresses are the brokers'.
func (w *world) addresses() (all []string) {
	for _, b := range w.brokers {
		all = append(all, b.Addr())
	}
	return all
}

func (w *world) dsn(database string) string { return "http://" + w.http + "/" + database }

func (w *world) log(name string) string { return filepath.Join(w.dir, name+".log") }

func (w *world) startEngine() {
	w.engine = start(w.t, w.dir, "engine", w.program, "embedded", "--data", w.disk.dir, "--libchdb", libchdb(w.t),
		"--clickhouse-listen", w.http, "--kafka-listen", w.kafka)
}

// answers says whether the engine does.
func (w *world) answers() bool {
	client := http.Client{Timeout: time.Second}
	resp, err := client.Get("http://" + w.http + "/ping")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// awaitEngine returns when the engine answers.
func (w *world) awaitEngine() {
	w.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if w.answers() {
			return
		}
		if w.engine.ended() || time.Now().After(deadline) {
			w.t.Fatalf("the engine does not start, see %s", w.log("engine"))
		}
	}
}

// join starts a worker of the group that is disturbed.
func (w *world) join() *worker {
	w.made++
	p := w.startWorker(fmt.Sprintf("worker-%d", w.made), "earshot", disturbed)
	w.workers = append(w.workers, p)
	return p
}

func (w *world) startWorker(name, group, database string) *worker {
	p := &worker{metrics: freeAddress(w.t)}
	addresses := w.addresses()
	if i := slices.IndexFunc(w.routes, func(r *route) bool { return !r.taken }); i >= 0 {
		p.route = w.routes[i]
		p.route.taken = true
		addresses = p.route.bootstrap
	}
	p.process = start(w.t, w.dir, name, w.program, "worker", "--kafka", strings.Join(addresses, ","), "--clickhouse", w.dsn(database), "--group", group,
		"--session-timeout", sessionTimeout.String(), "--idle-end", idleEnd.String(), "--metrics-listen", p.metrics)
	return p
}

// bury forgets a worker that has ended.
func (w *world) bury(p *worker) {
	if p.route != nil {
		p.route.set(false)
		p.route.taken = false
	}
	for i, q := range w.workers {
		if p == q {
			w.workers = append(w.workers[:i:i], w.workers[i+1:]...)
			return
		}
	}
}

// read gives what a worker says of the partitions that it reads now; nothing if it does not answer.
func (p *worker) read() map[string]look {
	client := http.Client{Timeout: time.Second}
	asked := time.Now()
	resp, err := client.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	return looks(string(text), asked, time.Now())
}

// away says whether the worker cannot read, whatever it says.
func (p *worker) away() bool { return p.stopped || p.route != nil && p.route.isCut() }

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
