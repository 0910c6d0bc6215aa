//go:build load

package load

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/earshot/earshot/benchmarks/livecalls"
)

// beat is how often the sender looks what is due.
const beat = 10 * time.Millisecond

// sender sends the records of all calls when they are due. As one call ends another begins.
type sender struct {
	client    *kgo.Client
	templates []template
	flags     *flags
	buffers   sync.Pool // of *message
	rand      *rand.Rand
	made      int
	calls     due
	orders    chan order
	failed    atomic.Pointer[error]

	mu   sync.Mutex
	late []float64 // seconds by which records were sent late, since the last look
}

type message struct {
	record kgo.Record
	value  []byte
}

type order struct {
	calls  int
	within time.Duration
}

type live struct {
	*livecalls.Call
	due    time.Time
	expect []string
}

func newSender(t *testing.T, broker string, templates []template, f *flags) *sender {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.DefaultProduceTopic("earshot.calls"),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProducerLinger(beat), kgo.MaxBufferedRecords(1<<20), kgo.MaxBufferedBytes(2<<30))
	if err != nil {
		t.Fatal(err)
	}
	s := &sender{client: client, templates: templates, flags: f, rand: rand.New(rand.NewPCG(1, 2)), orders: make(chan order, 1)}
	s.buffers.New = func() any { return &message{value: make([]byte, 0, 4096)} }
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.run(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		client.Close()
	})
	return s
}

// want has so many calls be open, those that are missing beginning within a time from now.
func (s *sender) want(calls int, within time.Duration) { s.orders <- order{calls, within} }

func (s *sender) run(ctx context.Context) {
	for ticker := time.NewTicker(beat); ; {
		select {
		case <-ctx.Done():
			return
		case o := <-s.orders:
			missing := o.calls - len(s.calls)
			for i := range missing {
				t := s.templates[s.made%len(s.templates)]
				// Calls that have been going on for a while; their last words are always heard.
				before := time.Duration(s.rand.Int64N(int64(t.Length() - 10*time.Second)))
				s.begin(time.Now().Add(o.within*time.Duration(i)/time.Duration(missing)), before)
			}
		case <-ticker.C:
			s.send(ctx)
		}
	}
}

// begin opens a call, which joins the template after a while.
func (s *sender) begin(at time.Time, after time.Duration) {
	t := s.templates[s.made%len(s.templates)]
	c := &live{Call: t.Begin(fmt.Sprintf("load-%07d", s.made), at.Round(0), after), expect: t.expect}
	s.made++
	c.due = c.Due()
	s.flags.begins(c.ID(), at, t.silence.fact(at, c.From()))
	heap.Push(&s.calls, c)
}

// send sends what is due.
func (s *sender) send(ctx context.Context) {
	now := time.Now()
	for len(s.calls) > 0 && !s.calls[0].due.After(now) {
		c := s.calls[0]
		due := c.due
		for !c.Over() && !c.Due().After(now) {
			s.produce(ctx, c.Call)
		}
		if s.made%8 == 0 || len(s.calls) < 100 {
			s.note(time.Since(due))
		}
		if !c.Over() {
			c.due = c.Due()
			heap.Fix(&s.calls, 0)
			continue
		}
		heap.Pop(&s.calls)
		s.flags.ends(c.ID(), due, c.expect)
		s.begin(now.Add(time.Duration(s.rand.Int64N(int64(time.Second)))), 0)
	}
}

func (s *sender) note(late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = append(s.late, late.Seconds())
}

// lateness is by how much the 99th of a hundred records was sent late since this was last asked.
func (s *sender) lateness() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.late = s.late[:0] }()
	return percentile(s.late, 0.99)
}

func (s *sender) produce(ctx context.Context, c *livecalls.Call) {
	m := s.buffers.Get().(*message)
	m.value = c.Append(m.value[:0])
	m.record = kgo.Record{Key: []byte(c.ID()), Value: m.value}
	s.client.Produce(ctx, &m.record, func(_ *kgo.Record, err error) {
		if err != nil && ctx.Err() == nil {
			s.failed.Store(&err)
		}
		s.buffers.Put(m)
	})
}

// err is why a record could not be sent, if one could not.
func (s *sender) err() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// percentile of values in any order; 0 of none.
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

// due is a heap of the calls by when their next record is.
type due []*live

func (d due) Len() int           { return len(d) }
func (d due) Less(i, j int) bool { return d[i].due.Before(d[j].due) }
func (d due) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *due) Push(c any)        { *d = append(*d, c.(*live)) }

func (d *due) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
