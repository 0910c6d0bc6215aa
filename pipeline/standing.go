package pipeline

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// standing is where a partition that is being read stands in time. Its ages are worked out when somebody asks, so that they
// grow also while the partition waits for ClickHouse.
type standing struct {
	topic, partition string
	behind           atomic.Int64 // up to when the partition has been read, ns since 1970
	moved            atomic.Int64 // when the watermark last moved, or held nothing, ns since 1970
	writing          atomic.Int64 // since when it has been writing what it holds, ns since 1970; 0: it is not
	held             atomic.Int64 // bytes that wait to be written, as of the last look; -1: nobody has said
}

// standings are the partitions that are being read: a prometheus.Collector.
type standings struct {
	mu                    sync.Mutex
	all                   map[*standing]struct{}
	lag, age, write, held *prometheus.Desc
}

func newStandings(r prometheus.Registerer, prefix string) *standings {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(prefix+name, help, []string{"topic", "partition"}, nil)
	}
	s := &standings{
		all:   map[*standing]struct{}{},
		lag:   desc("lag_seconds", "How old the record last taken is, s; where the end has been reached since, how long ago Kafka last confirmed that."),
		held:  desc("held_bytes", "What waits to be written when a write begins, and what is left of it, bytes."),
		age:   desc("watermark_age_seconds", "How long the watermark has stood still while something held it, s."),
		write: desc("write_age_seconds", "How long the write under way has taken, s; nothing is read meanwhile. 0 while there is none."),
	}
	r.MustRegister(s)
	return s
}

// Describe is prometheus.Collector's.
func (s *standings) Describe(c chan<- *prometheus.Desc) {
	c <- s.lag
	c <- s.age
	c <- s.write
	c <- s.held
}

// Collect is prometheus.Collector's.
func (s *standings) Collect(c chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().UnixNano()
	for p := range s.all {
		for desc, since := range map[*prometheus.Desc]int64{s.lag: p.behind.Load(), s.age: p.moved.Load(), s.write: p.writing.Load()} {
			seconds := 0.0
			if since != 0 {
				seconds = max(0, float64(now-since)/1e9)
			}
			c <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, seconds, p.topic, p.partition)
		}
		if held := p.held.Load(); held >= 0 {
			c <- prometheus.MustNewConstMetric(s.held, prometheus.GaugeValue, float64(held), p.topic, p.partition)
		}
	}
}

// enter shows a partition until leave is called.
func (s *standings) enter(topic string, partition int) (p *standing, leave func()) {
	p = &standing{topic: topic, partition: strconv.Itoa(partition)}
	p.held.Store(-1)
	p.behind.Store(time.Now().UnixNano())
	p.moved.Store(time.Now().UnixNano())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[p] = struct{}{}
	return p, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.all, p)
	}
}

// note tells where the partition stands now. taken is the time of the record that has just been taken, zero if none has: where nothing
// comes and Kafka does not say that it is the end, the partition falls behind.
func (p *standing) note(now, taken time.Time, atEnd, moved bool) {
	switch {
	case atEnd:
		p.behind.Store(now.UnixNano())
	case !taken.IsZero():
		p.behind.Store(taken.UnixNano())
	}
	if moved {
		p.moved.Store(now.UnixNano())
	}
}
