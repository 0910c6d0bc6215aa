//go:build chaos

package chaos

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/examples"
)

var (
	seeds   = flag.String("seeds", "1", "seeds of the schedules, such as 1 or 1-10")
	kills   = flag.Int("disturbances", 14, "how often something happens in a schedule")
	every   = flag.Duration("every", 4*time.Second, "how long from one to the next on average")
	live    = flag.Int("live", 200, "calls under way at once")
	copies  = flag.Int("copies", 100, "how often each of the example calls is sent")
	speed   = flag.Float64("speed", 20, "times real time at which calls are sent")
	away    = flag.Duration("away", 2*time.Minute, "how long ClickHouse is away when it is away for long")
	opening = flag.String("first", "", "what happens first, such as \"engine away\"; drawn if empty")
	audio   = flag.String("audio", "../../.cache/audio", "what the example calls are made of")
	brokers = flag.Int("brokers", 1, "how many brokers; three take no record that fewer than two have")
	keep    = flag.String("keep", "", "folder for the logs of a schedule that fails, and for what its engine says of its parts")
	broken  = flag.String("broken", "", "fault put into the workers on purpose, such as commit-at-once; the run then has to fail")
)

// Whatever dies, the tables end equal, row for row, to those of an undisturbed run.
func TestChaos(t *testing.T) {
	from, to, _ := strings.Cut(*seeds, "-")
	first, err := strconv.ParseUint(from, 10, 64)
	last := first
	if err == nil && to != "" {
		last, err = strconv.ParseUint(to, 10, 64)
	}
	if err != nil {
		t.Fatalf("-seeds %s: expected a number or two as in 1-10", *seeds)
	}
	program := build(t)
	made, err := examples.Compose(*audio, t.TempDir(), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range made {
		files = append(files, e.WAV)
	}
	var all []*report
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r := &report{seed: seed, by: map[string]int{}}
			all = append(all, r)
			run(t, r, program, files)
			fmt.Println(r)
		})
	}
	fmt.Print(summary(all))
}

// build makes the program, with a fault in it if one was asked for.
func build(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "earshot")
	args := []string{"build", "-o", file}
	if *broken != "" {
		args = append(args, "-tags", "mutations", "-ldflags", "-X github.com/earshot/earshot/pipeline/internal/mutation.Name="+*broken)
	}
	if said, err := exec.Command("go", append(args, "../../cmd/earshot")...).CombinedOutput(); err != nil {
		t.Fatalf("cannot build the program: %v\n%s", err, said)
	}
	return file
}

func libchdb(t *testing.T) string {
	file, err := filepath.Abs("../../bin/libchdb.so")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// ending is how something that was begun ends, and when.
type ending struct {
	at      time.Time
	name    string // of the disturbance
	do      func()
	starves bool
}

// slow says what held the schedule up.
func slow(t *testing.T, what string, took time.Duration) {
	if took > 2*time.Second {
		t.Logf("        %s took %.1f s", what, took.Seconds())
	}
}

func run(t *testing.T, r *report, program string, files []string) {
	began := time.Now()
	rng := rand.New(rand.NewPCG(r.seed, 0))
	w := newWorld(t, program)
	defer func() {
		if t.Failed() && *keep != "" {
			if err := w.keep(filepath.Join(*keep, fmt.Sprintf("seed-%d", r.seed))); err != nil {
				t.Errorf("cannot keep what tells why: %v", err)
			}
		}
	}()
	for range 3 {
		w.join()
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		r.sent = w.send(files, *copies)
	}()
	var endings []ending
	next := time.Now().Add(*every)
	for done := 0; done < *kills || len(endings) > 0; time.Sleep(100 * time.Millisecond) {
		if done < *kills && !time.Now().Before(next) {
			next = next.Add(time.Duration(rng.Int64N(int64(2 * *every))))
			d := draw(rng)
			if *opening != "" && done == 0 {
				d = named(t, *opening)
			}
			starved := slices.ContainsFunc(endings, func(e ending) bool { return e.starves }) || !w.answers()
			at := time.Now()
			end, after := d.do(w, rng)
			took := time.Since(at)
			if end != nil {
				endings = append(endings, ending{time.Now().Add(after), d.name, end, d.starves})
			}
			if after == nothing {
				t.Logf("%6.1fs %s: not possible now", at.Sub(began).Seconds(), d.name)
			} else {
				t.Logf("%6.1fs %s", at.Sub(began).Seconds(), d.name)
				r.happened(d.name, w, starved)
			}
			slow(t, d.name, took)
			// Every other death is left alone, so that how long it takes to recover from one shows.
			if d.name == mourned && rng.IntN(2) == 0 {
				next = next.Add(recoverWithin)
			}
			done++
		}
		endings = slices.DeleteFunc(endings, func(e ending) bool {
			if time.Now().Before(e.at) {
				return false
			}
			began := time.Now()
			e.do()
			slow(t, "the end of "+e.name, time.Since(began))
			r.interrupted()
			return true
		})
		looked := time.Now()
		if w.revive() {
			r.interrupted()
		}
		r.watch(w)
		slow(t, "a look at the engine and the workers", time.Since(looked))
	}
	for last := time.Now(); r.pending != nil && time.Since(last) < 4*recoverWithin; time.Sleep(100 * time.Millisecond) {
		r.watch(w)
	}
	r.interrupted()
	w.revive()
	w.awaitEngine()
	<-sent
	if err := w.awaitJudged(disturbed, r.sent.calls, 3*time.Minute); err != nil {
		t.Error(err)
	}
	for len(w.workers) > 0 {
		w.leave(w.workers[0])
	}
	alone := time.Now()
	calm := w.startWorker("undisturbed", "undisturbed", undisturbed)
	defer calm.kill()
	if err := w.awaitJudged(undisturbed, r.sent.calls, 5*time.Minute); err != nil {
		t.Error(err)
	}
	r.replayed(w, time.Since(alone))
	if !calm.leave(drainWithin) {
		w.faults = append(w.faults, "the undisturbed worker did not end well")
	}
	r.took = time.Since(began)
	r.gaveUp = w.gaveUp
	r.judge(t, w)
}
