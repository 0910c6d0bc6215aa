//go:build chaos

package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"
)

// disturbance is one thing that is done to the world. It gives how to end it and after how long, or nil; and nothing where it
// could not be done, as to somebody who is stopped already.
type disturbance struct {
	name    string
	often   int  // of all, how likely
	starves bool // no worker can go on until it ends
	do      func(w *world, rng *rand.Rand) (end func(), after time.Duration)
}

// nothing was done.
const nothing time.Duration = -1

// disturbances are all that may happen. A kind is a line here and a function.
var disturbances = []disturbance{
	{"kill worker", 10, false, killWorker},
	{"kill broker", 2, false, killBroker},
	{"kill engine", 4, false, killEngine},
	{"stop worker", 4, false, stopWorker},
	{"worker joins", 2, false, workerJoins},
	{"worker leaves", 2, false, workerLeaves},
	{"engine away", 1, true, engineAway},
	{"disk full", 2, true, diskFull},
	{"broker unreachable", 2, true, brokerUnreachable},
	{"worker cut off", 4, false, workerCutOff},
}

func draw(rng *rand.Rand) disturbance {
	sum := 0
	for _, d := range disturbances {
		sum += d.often
	}
	n := rng.IntN(sum)
	for _, d := range disturbances {
		if n -= d.often; n < 0 {
			return d
		}
	}
	panic("unreachable")
}

func named(t *testing.T, name string) disturbance {
	i := slices.IndexFunc(disturbances, func(d disturbance) bool { return d.name == name })
	if i < 0 {
		t.Fatalf("-first %q: expected one of %v", name, disturbances)
	}
	return disturbances[i]
}

func (d disturbance) String() string { return d.name }

func (w *world) some(rng *rand.Rand) *worker { return w.workers[rng.IntN(len(w.workers))] }

// killWorker kills a worker; another takes its place, as an orchestrator sees to.
func killWorker(w *world, rng *rand.Rand) (func(), time.Duration) {
	p := w.some(rng)
	if w.died = nil; !p.away() { // what a worker held that was away is another's already, or about to be
		held := p.read()
		w.died = mourn(time.Now(), held)
	}
	p.kill()
	w.bury(p)
	w.join()
	return nil, 0
}

func killBroker(w *world, rng *rand.Rand) (func(), time.Duration) {
	b := w.brokers[rng.IntN(len(w.brokers))]
	b.Kill()
	b.Restart()
	return nil, 0
}

func killEngine(w *world, _ *rand.Rand) (func(), time.Duration) {
	if w.engine.ended() {
		return nil, nothing
	}
	w.engine.kill()
	w.revive()
	return nil, 0
}

// revive starts the engine again if it has ended, as an orchestrator does, unless it is to be away or its disk is full. By itself it
// is to end only if its disk has been full, and with the status that says so.
func (w *world) revive() (done bool) {
	if w.absent || w.disk.full || !w.engine.ended() {
		return false
	}
	switch how := w.engine.cmd.ProcessState.String(); {
	case how == "signal: killed":
	case how == "exit status 1" && w.disk.was:
		w.gaveUp++
	default:
		w.faults = append(w.faults, "the engine ended by itself: "+how)
	}
	w.startEngine()
	return true
}

// stopWorker stops a worker for longer than its session lasts: it wakes up with its calls in its hands and its
// partitions in another's.
func stopWorker(w *world, rng *rand.Rand) (func(), time.Duration) {
	p := w.some(rng)
	if p.stopped {
		return nil, nothing
	}
	p.stopped = true
	p.signal(syscall.SIGSTOP)
	return func() {
		p.stopped = false
		p.signal(syscall.SIGCONT)
	}, sessionTimeout + time.Duration(rng.Int64N(int64(2*sessionTimeout)))
}

// workerJoins has one more worker for a while.
func workerJoins(w *world, rng *rand.Rand) (func(), time.Duration) {
	p := w.join()
	return func() { w.leave(p) }, time.Duration(3+rng.IntN(15)) * time.Second
}

func workerLeaves(w *world, rng *rand.Rand) (func(), time.Duration) {
	p := w.some(rng)
	if p.stopped {
		return nil, nothing
	}
	w.leave(p)
	w.join()
	return nil, 0
}

// workerCutOff has nothing get through between a worker and the brokers, for up to three sessions: half of them end meanwhile.
func workerCutOff(w *world, rng *rand.Rand) (func(), time.Duration) {
	p := w.some(rng)
	long := time.Duration(1 + rng.Int64N(int64(3*sessionTimeout)))
	if p.route == nil || p.away() {
		return nil, nothing
	}
	r := p.route
	r.set(true)
	return func() { r.set(false) }, long
}

// leave has a worker end in order, if nobody has killed it before.
func (w *world) leave(p *worker) {
	if p.stopped || p.ended() {
		return
	}
	// While the broker or the engine is away it may take as long as it may, and no longer.
	if began := time.Now(); !p.leave(drainWithin + 5*time.Second) {
		w.faults = append(w.faults, fmt.Sprintf("%s was told to end and did not end well within %v", p.name, time.Since(began).Round(time.Second)))
	}
	w.bury(p)
}

// engineAway has no ClickHouse for long.
func engineAway(w *world, _ *rand.Rand) (func(), time.Duration) {
	if w.absent {
		return nil, nothing
	}
	w.absent = true
	w.engine.kill()
	return func() {
		w.absent = false
		w.revive()
	}, *away
}

// diskFull has the engine run out of disk.
func diskFull(w *world, rng *rand.Rand) (func(), time.Duration) {
	if !w.disk.small || w.disk.full || w.absent {
		return nil, nothing
	}
	if err := w.disk.fill(); err != nil {
		w.t.Logf("cannot fill the disk: %v", err)
		return nil, nothing
	}
	return func() {
		if err := w.disk.empty(); err != nil {
			w.t.Logf("cannot empty the disk: %v", err)
		}
		w.revive()
	}, time.Duration(3+rng.IntN(10)) * time.Second
}

// brokerUnreachable stops a broker for as long as sessions last, or longer: to all others it is as if the network was cut.
func brokerUnreachable(w *world, rng *rand.Rand) (func(), time.Duration) {
	b := w.brokers[rng.IntN(len(w.brokers))]
	b.Pause()
	return b.Continue, time.Duration(2+rng.IntN(10)) * time.Second
}
