//go:build chaos

package chaos

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// recoverWithin is what the death of a worker may cost: until the group knows of it, and then some.
const recoverWithin = sessionTimeout + 5*time.Second

// replayAtLeast is how many times faster than they went calls are to be read again by a worker that takes them over.
const replayAtLeast = 200

// mourned is the disturbance that recovery is measured from.
const mourned = "kill worker"

// report is how one schedule went.
type report struct {
	seed     uint64
	by       map[string]int // how often each thing happened
	sent     sending
	tables   []table
	letters  int64
	gaveUp   int // how often the engine ended because it could not write
	took     time.Duration
	replay   float64         // times real time, of the worker that nobody disturbs: from its start until the last call is judged
	pending  *death          // a worker's, after which not all that it held is read again yet
	recovery []time.Duration // of those after which nothing else happened meanwhile
	late     []string        // recoveries that were not over in time
}

// happened counts what was done. The death of a worker is measured unless it held nothing, or was killed while none could go on.
func (r *report) happened(what string, w *world, starved bool) {
	r.by[what]++
	r.interrupted()
	if what == mourned && !starved {
		r.pending = w.died
	}
}

// interrupted says that something began or ended. On the way to recovery it makes it longer than one death does: that one is not
// counted, unless it has taken too long already.
func (r *report) interrupted() {
	if r.pending != nil && time.Since(r.pending.at) > recoverWithin {
		r.recovered()
	}
	r.pending = nil
}

// watch looks whether all that a dead worker held is read again.
func (r *report) watch(w *world) {
	for _, p := range w.workers {
		if r.pending != nil && !p.away() && r.pending.over(p.name, p.read()) {
			r.recovered()
			r.pending = nil
		}
	}
}

// recovered notes how long it took from the pending death until now.
func (r *report) recovered() {
	took := time.Since(r.pending.at)
	r.recovery = append(r.recovery, took)
	if took > recoverWithin {
		r.late = append(r.late, fmt.Sprintf("%v after a worker was killed %d partitions are not read again, expected all within %v", took.Round(time.Millisecond), len(r.pending.left), recoverWithin))
	}
}

// replayed notes how long the worker that nobody disturbs took for all calls.
func (r *report) replayed(w *world, took time.Duration) {
	said, err := w.query("SELECT sum(duration) FROM " + undisturbed + ".calls FINAL")
	if err == nil {
		_, err = fmt.Sscan(said, &r.replay)
	}
	if err != nil {
		w.faults = append(w.faults, fmt.Sprintf("cannot tell how long the calls were: %v", err))
	}
	r.replay /= took.Seconds()
}

// judge compares the tables and says what is wrong.
func (r *report) judge(t *testing.T, w *world) {
	for _, err := range r.sent.errs {
		t.Errorf("not all was sent: %v", err)
	}
	if rows, err := w.query(unlike); err != nil {
		t.Error(err)
	} else {
		for _, err := range flaws(rows, r.sent.heldUp, idleEnd) {
			t.Error(err)
		}
	}
	for _, name := range []string{"flags", "segments", "calls"} {
		c, err := w.compare(name)
		if err != nil {
			t.Error(err)
			continue
		}
		r.tables = append(r.tables, c)
		for i, line := range c.lines {
			if i == 20 {
				t.Errorf("%s: and %d more", name, len(c.lines)-i)
				break
			}
			t.Errorf("%s: %s", name, line)
		}
	}
	var err error
	if r.letters, err = w.deadLetters(); err != nil {
		t.Error(err)
	} else if r.letters > 0 {
		t.Errorf("%d dead letters, expected none", r.letters)
	}
	for _, f := range w.faults {
		t.Error(f)
	}
	if r.replay < replayAtLeast {
		t.Errorf("calls were read again %.0f times faster than they went, expected at least %d", r.replay, replayAtLeast)
	}
	for _, what := range r.late {
		t.Error(what)
	}
}

func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %v: %d calls, held up for %.1f s at most;", r.seed, r.took.Round(time.Second), r.sent.calls, r.sent.heldUp.Seconds())
	for _, c := range r.tables {
		fmt.Fprintf(&b, " %s %d rows, hashes %s %s, %d differ;", c.name, c.rows, c.hashes[0], c.hashes[1], c.differ)
	}
	fmt.Fprintf(&b, " %d dead letters; the engine could not write and ended %d times", r.letters, r.gaveUp)
	return b.String()
}

// summary is the table over all seeds.
func summary(all []*report) string {
	var b strings.Builder
	by := map[string]int{}
	var recovery []time.Duration
	b.WriteString("\n| seed | disturbances | kills | calls | flags | segments | rows differing | dead letters | deaths measured | recovery median | worst | replay |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	line := func(seed string, by map[string]int, calls, flags, segments, differ int, letters int64, d []time.Duration, replay float64) {
		sum, kills := 0, 0
		for name, n := range by {
			sum += n
			if strings.HasPrefix(name, "kill") || name == "engine away" {
				kills += n
			}
		}
		spread := func(d []time.Duration) string {
			if len(d) == 0 {
				return "- | -"
			}
			d = slices.Sorted(slices.Values(d))
			return fmt.Sprintf("%.1f s | %.1f s", d[len(d)/2].Seconds(), d[len(d)-1].Seconds())
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %s | %.0f × |\n", seed, sum, kills, calls, flags, segments, differ, letters, len(d), spread(d), replay)
	}
	var calls, flags, segments, differ int
	var letters int64
	slowest := math.Inf(1)
	for _, r := range all {
		rows, wrong := map[string]int{}, 0
		for _, c := range r.tables {
			rows[c.name] = c.rows
			wrong += c.differ
		}
		line(fmt.Sprint(r.seed), r.by, r.sent.calls, rows["flags"], rows["segments"], wrong, r.letters, r.recovery, r.replay)
		for name, n := range r.by {
			by[name] += n
		}
		calls, flags, segments, differ, letters = calls+r.sent.calls, flags+rows["flags"], segments+rows["segments"], differ+wrong, letters+r.letters
		recovery = append(recovery, r.recovery...)
		slowest = min(slowest, r.replay)
	}
	line("all", by, calls, flags, segments, differ, letters, recovery, slowest)
	b.WriteString("\n| what happened | times |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(&b, "| %s | %d |\n", name, by[name])
	}
	return b.String()
}
