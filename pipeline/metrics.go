package pipeline

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what the worker does. Every name begins with earshot_.
type Metrics struct {
	records       *prometheus.CounterVec // topic
	bytes         *prometheus.CounterVec // topic
	calls         *prometheus.CounterVec // source, state
	flags         *prometheus.CounterVec // rule, state
	deadLetters   *prometheus.CounterVec // topic, reason
	tails         prometheus.Counter
	lost          *prometheus.CounterVec // topic
	sequence      *prometheus.CounterVec // what
	openCalls     *prometheus.GaugeVec   // topic, partition
	committed     *prometheus.GaugeVec   // topic, partition
	lag           *prometheus.GaugeVec   // topic, partition
	audio         prometheus.Counter
	inserts       prometheus.Histogram
	insertRetries prometheus.Counter
	rows          *prometheus.CounterVec // table
}

// NewMetrics registers the worker's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "earshot_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "earshot_" + name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	gauges := func(name, help string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "earshot_" + name, Help: help}, []string{"topic", "partition"})
		r.MustRegister(g)
		return g
	}
	inserts := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "earshot_insert_seconds", Help: "Time until ClickHouse has acknowledged a batch, retries included, s.",
		Buckets: prometheus.ExponentialBuckets(0.002, 2, 16),
	})
	r.MustRegister(inserts)
	return &Metrics{
		records:       counters("records_total", "Records taken from Kafka.", "topic"),
		bytes:         counters("record_bytes_total", "Bytes of the records taken from Kafka.", "topic"),
		calls:         counters("calls_total", "Calls judged, by how they came and ended.", "source", "state"),
		flags:         counters("flags_total", "Flags written, by rule and state.", "rule", "state"),
		deadLetters:   counters("dead_letters_total", "Records sent to the dead-letter topic.", "topic", "reason"),
		tails:         counter("dropped_tail_records_total", "Records of calls that were finished, or never begun, as far as this worker can know."),
		lost:          counters("lost_records_total", "Records that Kafka no longer had: retention was shorter than the lag.", "topic"),
		sequence:      counters("sequence_faults_total", "Records missing from a call's sequence (gap), or in it twice (repeat).", "fault"),
		openCalls:     gauges("open_calls", "Calls that go on."),
		committed:     gauges("committed_offset", "Offset committed."),
		lag:           gauges("lag_records", "Records behind the end of the partition."),
		audio:         counter("audio_seconds_total", "Length of the calls judged, s."),
		inserts:       inserts,
		insertRetries: counter("insert_retries_total", "Inserts that ClickHouse did not acknowledge and that were tried again."),
		rows:          counters("rows_written_total", "Rows that ClickHouse has acknowledged.", "table"),
	}
}
