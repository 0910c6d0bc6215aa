package model

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/rulebook"
)

var (
	seed      = flag.Uint64("seed", 0, "run only the schedule of this seed")
	schedules = flag.Int("schedules", 200, "how many schedules to run")
	logged    = flag.Bool("log", false, "show what the workers log")
	from      = flag.Uint64("from", 1, "the first schedule's seed")
	processes = flag.Int("processes", runtime.GOMAXPROCS(0), "how many processes to run the schedules in")
)

// TestMain keeps a schedule on one core. The race detector's part of the run-time gives the timers of a bubble one context,
// and dies when two goroutines of it receive from timers that are due, at once.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(1)
	os.Exit(m.Run())
}

func load(t *testing.T) *rulebook.Rulebook {
	t.Helper()
	text, err := os.ReadFile("testdata/rulebook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := rulebook.Load("testdata/rulebook.yaml", text, "", analyzers.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// The tables end as those of a run in which nothing happened.
func TestModel(t *testing.T) {
	began := time.Now()
	switch {
	case *seed != 0:
		runAll(t, *seed, 1)
	case *processes == 1:
		runAll(t, *from, *schedules)
	default:
		spread(t)
	}
	t.Logf("%d schedules in %v", *schedules, time.Since(began).Round(time.Millisecond))
}

func runAll(t *testing.T, from uint64, n int) {
	book := load(t)
	rows, helped := 0, 0
	for s := range uint64(n) {
		r := run(t, from+s, book)
		if len(r.wrong) > 0 {
			t.Fatalf("%s\nrun it again with: go test ./pipeline/internal/model -run TestModel -seed %d", &r, from+s)
		}
		rows += r.rows
		helped += r.helped
	}
	t.Logf("%d rows; the coordinator needed help %d times", rows, helped)
}

// spread runs the schedules in processes, a core each: within a schedule hardly two things happen at once, and in one
// process the invariants that do not hold could not be told apart by schedule.
func spread(t *testing.T) {
	var wg sync.WaitGroup
	for i := range *processes {
		first, next := i**schedules / *processes, (i+1)**schedules / *processes
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestModel$", "-test.v", "-processes=1", fmt.Sprintf("-log=%t", *logged),
			fmt.Sprintf("-from=%d", *from+uint64(first)), fmt.Sprintf("-schedules=%d", next-first))
		if deadline, ok := t.Deadline(); ok { // so that one that hangs tells where, before this process is ended without it
			cmd.Args = append(cmd.Args, fmt.Sprintf("-test.timeout=%v", max(time.Until(deadline)*9/10, time.Second)))
		}
		cmd.Env = append(os.Environ(), "GOGC=400")
		wg.Go(func() {
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v:\n%s", err, said)
			} else {
				t.Logf("%s", said)
			}
		})
	}
	wg.Wait()
}

// result is how one schedule went.
type result struct {
	seed   uint64
	steps  []string
	wrong  []string
	rows   int
	helped int // the coordinator, by the test
}

func (r *result) String() string {
	return fmt.Sprintf("seed %d:\n\t%s\nwrong:\n\t%s", r.seed, strings.Join(r.steps, "\n\t"), strings.Join(r.wrong, "\n\t"))
}

// run runs the schedule of a seed.
func run(t *testing.T, seed uint64, book *rulebook.Rulebook) (r result) {
	r.seed = seed
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(seed, 0))
		w := newWorld(t, rng, book)
		defer w.cluster.Close()
		defer w.heed()()
		epoch := time.Now()
		ids, records := drawCalls(rng, epoch, 3+rng.IntN(8), 25*time.Second)
		steps := drawSteps(rng, 45*time.Second)
		slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
		for range 1 + rng.IntN(3) {
			w.workers = append(w.workers, w.start(group, w.tables))
		}
		published := make(chan struct{})
		go w.publish(epoch, records, published)
		for _, s := range steps {
			r.steps = append(r.steps, fmt.Sprintf("%8.3fs %s", s.at.Seconds(), s.what))
			time.Sleep(time.Until(epoch.Add(s.at)))
			w.watch()
			s.do(w)
		}
		<-published
		w.settle(ids)
		w.compare(ids)
		r.wrong, r.rows, r.helped = w.wrong, len(w.tables.rows), w.coordinator.helped
	})
	return r
}

// settle waits until everything has been judged, and lets the workers leave.
func (w *world) settle(ids []string) {
	if len(w.workers) == 0 {
		w.workers = append(w.workers, w.start(group, w.tables))
	}
	if missing := w.await(w.workers, w.tables, ids, 15); missing != "" {
		w.fault("after ten minutes of peace: %s", missing)
	}
	for _, p := range w.workers {
		w.leave(p)
	}
	w.buried()
	w.watch()
	if behind := w.behind(); behind != "" && len(w.wrong) == 0 {
		w.fault("not all is committed though all is judged:%s", behind)
	}
}

// await waits until all calls are judged and no worker has been busy for a while; otherwise it says what is missing.
func (w *world) await(workers []*worker, tables *tables, ids []string, still int) (missing string) {
	quiet := 0
	for range 600 {
		time.Sleep(time.Second)
		w.watch()
		missing = ""
		for _, id := range ids {
			if !tables.has("call " + id) {
				missing += id + " is not judged; "
			}
		}
		for _, p := range workers {
			if n := p.open(); n > 0 {
				missing += fmt.Sprintf("%s has %v calls open or records to read; ", p.name, n)
			}
		}
		if missing != "" {
			quiet = 0
		} else if quiet++; quiet == still {
			return ""
		}
	}
	return missing
}

// compare has the same records judged with nothing happening, and compares.
func (w *world) compare(ids []string) {
	want := newTables(rand.New(rand.NewPCG(1, 1)))
	p := w.start("undisturbed", want)
	if missing := w.await([]*worker{p}, want, ids, 1); missing != "" {
		w.fault("undisturbed, after ten minutes: %s", missing)
	}
	w.leave(p)
	w.buried()
	for _, s := range []*tables{want, w.tables} {
		if s.conflict != "" {
			w.fault("%s", s.conflict)
		}
	}
	for key, r := range want.rows {
		if got, there := w.tables.rows[key]; !there {
			w.fault("lost: %s", key)
		} else if got.said != r.said {
			w.fault("other: %s\n\t\tis     %s\n\t\tshould %s", key, got.said, r.said)
		}
	}
	for key := range w.tables.rows {
		if _, there := want.rows[key]; !there {
			w.fault("too many: %s", key)
		}
	}
	for _, p := range w.cluster.PartitionInfos("earshot.deadletters") {
		if p.HighWatermark > 0 {
			w.fault("%d dead letters", p.HighWatermark)
		}
	}
}
