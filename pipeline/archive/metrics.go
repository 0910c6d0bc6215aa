package archive

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/earshot/earshot/pipeline"
)

// Metrics counts what an archiver does. Every name begins with earshot_archiver_.
type Metrics struct {
	*pipeline.ConsumerMetrics
	calls     *prometheus.CounterVec // source
	refused   *prometheus.CounterVec // topic, reason
	cut       prometheus.Counter
	retries   prometheus.Counter
	flushes   prometheus.Histogram
	decided   *prometheus.CounterVec // decision
	undecided prometheus.Gauge
	sweeps    *prometheus.CounterVec // result
}

// NewMetrics registers an archiver's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	const prefix = "earshot_archiver_"
	f := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	}
	m := &Metrics{
		ConsumerMetrics: pipeline.NewConsumerMetrics(r, prefix),
		calls:           counters("calls_total", "Calls whose audio was written (rtp, recording) or referred to (uri).", "source"),
		refused:         counters("refused_records_total", "Records that could not be used; the worker's dead letters say more.", "topic", "reason"),
		cut:             counter("cut_calls_total", "Calls whose audio is not kept to its end: it is longer than calls may take."),
		retries:         counter("write_retries_total", "Writes that the evidence store did not take and that were tried again."),
		flushes: f.NewHistogram(prometheus.HistogramOpts{
			Name: prefix + "flush_seconds", Help: "Time until the evidence store has what a partition held, retries included, s.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
		}),
		decided:   counters("decided_total", "Decisions on the audio of judged calls: flagged, sampled, removed, extended, expired.", "decision"),
		undecided: f.NewGauge(prometheus.GaugeOpts{Name: prefix + "undecided_calls", Help: "Calls whose audio waits for them to be judged."}),
		sweeps:    counters("sweeps_total", "Looks at what may stay and what must go, by how they ended: ok, error.", "result"),
	}
	for _, result := range []string{"ok", "error"} { // of a counter that appears with the first error Prometheus sees no increase
		m.sweeps.WithLabelValues(result)
	}
	return m
}
