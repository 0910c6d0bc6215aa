package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// step is one thing that happens.
type step struct {
	at   time.Duration
	what string
	do   func(w *world)
}

// kinds are the things that can happen. Each draws its details and gives the steps of it.
var kinds = []func(rng *rand.Rand, at time.Duration) []step{
	killed, killed, left, joined, joined, frozen, frozen, cutOff, reset, passedRound, passedRound, clickhouseAway, clickhouseFaulty, kafkaAway, brokerAway, leadersMove, coordinatorsMove,
}

// drawSteps draws a schedule. Half of what happens follows soon on what happened before: what one fault leaves behind is
// most likely to be met by the next one then.
func drawSteps(rng *rand.Rand, within time.Duration) (all []step) {
	at := time.Duration(0)
	for range 1 + rng.IntN(8) {
		if soon := at + span(rng, 5*time.Second); at == 0 || rng.IntN(2) == 0 || soon > within {
			at = span(rng, within)
		} else {
			at = soon
		}
		all = append(all, kinds[rng.IntN(len(kinds))](rng, at)...)
	}
	return all
}

// span draws how long something lasts.
func span(rng *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(rng.Int64N(int64(most))).Round(time.Millisecond)
}

// some picks one of the workers that live, if any does.
func (w *world) some(pick uint64) *worker {
	if len(w.workers) == 0 {
		return nil
	}
	return w.workers[pick%uint64(len(w.workers))]
}

// busiest is the worker with most calls open.
func (w *world) busiest() (p *worker) {
	most := -1.0
	for _, q := range w.workers {
		if n := q.open(); n > most {
			p, most = q, n
		}
	}
	return p
}

func (w *world) remove(p *worker) {
	for i, q := range w.workers {
		if p == q {
			w.workers = append(w.workers[:i:i], w.workers[i+1:]...)
			return
		}
	}
}

func killed(rng *rand.Rand, at time.Duration) []step {
	pick := rng.Uint64()
	return []step{{at, "a worker is killed", func(w *world) {
		if p := w.some(pick); p != nil {
			w.remove(p)
			w.kill(p)
		}
	}}}
}

func left(rng *rand.Rand, at time.Duration) []step {
	pick := rng.Uint64()
	return []step{{at, "a worker leaves", func(w *world) {
		if p := w.some(pick); p != nil {
			w.remove(p)
			w.leave(p)
		}
	}}}
}

func joined(_ *rand.Rand, at time.Duration) []step {
	return []step{{at, "a worker joins", func(w *world) { w.workers = append(w.workers, w.start(group, w.tables)) }}}
}

func frozen(rng *rand.Rand, at time.Duration) []step {
	pick, long := rng.Uint64(), span(rng, 4*sessionTimeout)
	var p *worker
	return []step{
		{at, fmt.Sprintf("a worker is stopped for %v", long), func(w *world) {
			if p = w.some(pick); p != nil {
				p.link.freeze()
			}
		}},
		{at + long, "it wakes up", func(*world) {
			if p != nil {
				p.link.thaw()
			}
		}},
	}
}

func cutOff(rng *rand.Rand, at time.Duration) []step {
	pick, long := rng.Uint64(), span(rng, 4*sessionTimeout)
	var p *worker
	return []step{
		{at, fmt.Sprintf("a worker is cut off from Kafka for %v", long), func(w *world) {
			if p = w.some(pick); p != nil {
				p.link.sever()
			}
		}},
		{at + long, "it is connected again", func(*world) {
			if p != nil && !p.dead.Load() {
				p.link.mend()
			}
		}},
	}
}

// passedRound has a busy worker's partitions go to another, which gets somewhere with them, and come back.
func passedRound(rng *rand.Rand, at time.Duration) []step {
	at /= 2 // while there are calls
	away, alone := sessionTimeout+span(rng, 2*sessionTimeout), span(rng, 2*sessionTimeout)
	var p, other *worker
	return []step{
		{at, fmt.Sprintf("a worker is cut off from Kafka for %v, another joins", away), func(w *world) {
			if p = w.busiest(); p != nil {
				p.link.sever()
			}
			other = w.start(group, w.tables)
			w.workers = append(w.workers, other)
		}},
		{at + away, "it is connected again", func(*world) {
			if p != nil && !p.dead.Load() {
				p.link.mend()
			}
		}},
		{at + away + alone, "the other leaves", func(w *world) {
			if !other.dead.Load() && slices.Contains(w.workers, other) {
				w.remove(other)
				w.leave(other)
			}
		}},
	}
}

func reset(rng *rand.Rand, at time.Duration) []step {
	pick := rng.Uint64()
	return []step{{at, "a worker's connections break", func(w *world) {
		if p := w.some(pick); p != nil {
			p.link.reset()
		}
	}}}
}

func clickhouseAway(rng *rand.Rand, at time.Duration) []step {
	long := span(rng, time.Minute)
	return []step{
		{at, fmt.Sprintf("ClickHouse is away for %v", long), func(w *world) { w.tables.set(func() { w.tables.away = true }) }},
		{at + long, "ClickHouse is back", func(w *world) { w.tables.set(func() { w.tables.away = false }) }},
	}
}

func clickhouseFaulty(rng *rand.Rand, at time.Duration) []step {
	long, before, after, slow := span(rng, 30*time.Second), rng.Float64(), rng.Float64(), time.Duration(1)+span(rng, 3*time.Second)
	set := func(before, after float64, slow time.Duration) func(w *world) {
		return func(w *world) {
			w.tables.set(func() { w.tables.before, w.tables.after, w.tables.slow = before, after, slow })
		}
	}
	return []step{
		{at, fmt.Sprintf("ClickHouse takes up to %v, fails before writing %.2f, after it %.2f, for %v", slow, before, after, long), set(before, after, slow)},
		{at + long, "ClickHouse is well", set(0, 0, 0)},
	}
}

// kafkaAway is Kafka away from the workers, not from those who publish.
func kafkaAway(rng *rand.Rand, at time.Duration) []step {
	long := span(rng, 2*idleEnd)
	var cut []*worker
	return []step{
		{at, fmt.Sprintf("Kafka is away for %v", long), func(w *world) {
			cut = append(cut, w.workers...)
			for _, p := range cut {
				p.link.sever()
			}
		}},
		{at + long, "Kafka is back", func(*world) {
			for _, p := range cut {
				if !p.dead.Load() {
					p.link.mend()
				}
			}
		}},
	}
}

// brokerAway is one broker away from the workers: what it leads they cannot read, and what they hear from the other still holds.
func brokerAway(rng *rand.Rand, at time.Duration) []step {
	long, pick := span(rng, 2*idleEnd), rng.Uint64()
	var lost []*worker
	return []step{
		{at, fmt.Sprintf("a broker is away for %v", long), func(w *world) {
			brokers := w.cluster.ListenAddrs()
			lost = append(lost, w.workers...)
			for _, p := range lost {
				p.link.lose(brokers[pick%uint64(len(brokers))])
			}
		}},
		{at + long, "the broker is back", func(*world) {
			for _, p := range lost {
				p.link.lose("")
			}
		}},
	}
}

func leadersMove(_ *rand.Rand, at time.Duration) []step {
	return []step{{at, "partitions get other leaders", func(w *world) { w.cluster.ShufflePartitionLeaders() }}}
}

func coordinatorsMove(_ *rand.Rand, at time.Duration) []step {
	return []step{{at, "groups get other coordinators", func(w *world) { w.cluster.RehashCoordinators() }}}
}
