//go:build load

package load

import (
	"fmt"
	"time"

	"github.com/earshot/earshot/internal/processes"
)

// Step is what was measured at one number of calls. CPU is in cores.
type Step struct {
	Calls   int     `json:"calls"`
	Open    float64 `json:"open_calls"`
	P50     float64 `json:"fact_to_flag_p50_s"`
	P99     float64 `json:"fact_to_flag_p99_s"`
	Live    int     `json:"flags_while_calling"`
	Final   int     `json:"flags_at_the_end"`
	Missing int     `json:"flags_missing"`

	LagFirst float64 `json:"lag_first_third_s"`
	LagLast  float64 `json:"lag_last_third_s"`
	LagMost  float64 `json:"lag_most_s"`
	Sender99 float64 `json:"sender_late_p99_s"`

	Worker float64 `json:"cpu_worker"`
	Broker float64 `json:"cpu_broker"`
	Engine float64 `json:"cpu_engine"`
	Sender float64 `json:"cpu_sender"`
	Others float64 `json:"cpu_other_processes"`

	GC      float64 `json:"worker_gc_share"`
	Heap    float64 `json:"worker_heap_bytes_per_call"`
	RSS     float64 `json:"worker_rss_bytes_per_call"`
	Records float64 `json:"records_per_s"`
	MBytes  float64 `json:"megabytes_per_s"`

	Failed string `json:"failed,omitempty"`
}

// graceful is how long after the window its flags may still come.
const graceful = 4 * time.Second

// measure watches so many calls, which have begun.
func (s *site) measure(sender *sender, f *flags, calls int) Step {
	s.t.Helper()
	sender.lateness()
	f.between(time.Now(), time.Now()) // what was before is forgotten
	s.record(*profile, *window)
	before := s.usage()
	var lags []float64
	for time.Since(before.at) < *window {
		sleep(s.t, time.Second)
		m, err := processes.Scrape(s.metrics)
		if err != nil {
			s.t.Fatal(err)
		}
		lags = append(lags, m.Most("earshot_lag_seconds"))
		if err := sender.err(); err != nil {
			s.t.Fatalf("cannot send: %v", err)
		}
	}
	after := s.usage()
	late := sender.lateness()
	sleep(s.t, graceful)
	live, final, missing := f.between(before.at, after.at)
	took := after.at.Sub(before.at).Seconds()
	grown := func(name string) float64 { return after.metrics.Sum(name) - before.metrics.Sum(name) }
	third := len(lags) / 3
	one := Step{
		Calls: calls, Open: after.metrics.Sum("earshot_open_calls"),
		P50: percentile(append(live, final...), 0.5), P99: percentile(append(live, final...), 0.99),
		Live: len(live), Final: len(final), Missing: missing,
		LagFirst: mean(lags[:third]), LagLast: mean(lags[len(lags)-third:]), LagMost: percentile(lags, 1), Sender99: late,
		Worker: (after.worker - before.worker) / took, Broker: (after.broker - before.broker) / took,
		Engine: (after.engine - before.engine) / took, Sender: (after.sender - before.sender) / took, Others: (after.others - before.others) / took,
		Records: grown("earshot_records_total") / took, MBytes: grown("earshot_record_bytes_total") / took / 1e6,
	}
	if busy := grown("go_cpu_classes_total_cpu_seconds_total") - grown("go_cpu_classes_idle_cpu_seconds_total"); busy > 0 {
		one.GC = grown("go_cpu_classes_gc_total_cpu_seconds_total") / busy
	}
	one.RSS = float64(after.rss) / one.Open
	one.Heap = s.heap() / one.Open
	one.judge()
	return one
}

// judge says why a step has failed, if it has.
func (s *Step) judge() {
	switch {
	case s.Live+s.Final < 20:
		s.Failed = fmt.Sprintf("%d flags tell nothing", s.Live+s.Final)
	case s.Missing > 0:
		s.Failed = fmt.Sprintf("%d flags did not come within %v", s.Missing, graceful)
	case s.P99 > inTime.Seconds():
		s.Failed = fmt.Sprintf("p99 is %.2f s", s.P99)
	case s.LagLast > s.LagFirst+0.5:
		s.Failed = fmt.Sprintf("the lag grows from %.1f to %.1f s", s.LagFirst, s.LagLast)
	}
}

func (s Step) String() string {
	return fmt.Sprintf("%5d calls: fact to flag p50 %.2f s, p99 %.2f s (%d+%d flags); lag %.2f → %.2f s; cores: worker %.2f, broker %.2f, engine %.2f, sender %.2f, others %.2f; GC %.1f %%; %.1f KiB heap, %.1f KiB RSS a call; %.0f records/s, %.0f MB/s; sender late %.0f ms %s",
		s.Calls, s.P50, s.P99, s.Live, s.Final, s.LagFirst, s.LagLast, s.Worker, s.Broker, s.Engine, s.Sender, s.Others,
		100*s.GC, s.Heap/1024, s.RSS/1024, s.Records, s.MBytes, 1000*s.Sender99, s.Failed)
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}
