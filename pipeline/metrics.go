package pipeline

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// ConsumerMetrics counts what a consumer reads.
type ConsumerMetrics struct {
	records   *prometheus.CounterVec // topic
	bytes     *prometheus.CounterVec // topic
	tails     prometheus.Counter
	markers   prometheus.Counter
	lost      *prometheus.CounterVec // topic
	sequence  *prometheus.CounterVec // what
	openCalls *prometheus.GaugeVec   // topic, partition
	openLimit prometheus.Gauge
	evicted   prometheus.Counter
	committed *prometheus.GaugeVec // topic, partition
	lag       *prometheus.GaugeVec // topic, partition
	assigned  prometheus.Gauge
	standings *standings
}

// recordCounts are the metrics of a partition that each record changes: to look them up costs more than to change them.
type recordCounts struct {
	records, bytes prometheus.Counter
	lag            prometheus.Gauge
}

func (m *ConsumerMetrics) counts(topic string, partition int) recordCounts {
	return recordCounts{m.records.WithLabelValues(topic), m.bytes.WithLabelValues(topic), m.lag.WithLabelValues(topic, strconv.Itoa(partition))}
}

// Metrics counts what the worker does. Every name begins with earshot_.
type Metrics struct {
	*ConsumerMetrics
	calls          *prometheus.CounterVec // source, state
	flags          *prometheus.CounterVec // rule, state
	deadLetters    *prometheus.CounterVec // topic, reason
	audio          prometheus.Counter
	inserts        prometheus.Histogram
	insertRetries  prometheus.Counter
	rows           *prometheus.CounterVec // table
	produceRetries *prometheus.CounterVec // topic
	heldLimit      prometheus.Gauge
	dropped        prometheus.Counter
	unsent         *prometheus.CounterVec // topic
}

// NewConsumerMetrics registers the metrics of a consumer. Their names begin with the prefix.
func NewConsumerMetrics(r prometheus.Registerer, prefix string) *ConsumerMetrics {
	f := promauto.With(r)
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	}
	gauges := func(name, help string) *prometheus.GaugeVec {
		return f.NewGaugeVec(prometheus.GaugeOpts{Name: prefix + name, Help: help}, []string{"topic", "partition"})
	}
	return &ConsumerMetrics{
		records: counters("records_total", "Records taken from Kafka.", "topic"),
		bytes:   counters("record_bytes_total", "Bytes of the records taken from Kafka.", "topic"),
		tails: f.NewCounter(prometheus.CounterOpts{Name: prefix + "dropped_tail_records_total",
			Help: "Records of calls that were finished, or never begun, as far as this process can know."}),
		markers: f.NewCounter(prometheus.CounterOpts{Name: prefix + "transaction_markers_total",
			Help: "Notes with which Kafka ends senders' transactions, passed over. What an aborted transaction held is taken all the same."}),
		lost:      counters("lost_records_total", "Records that Kafka no longer had: retention was shorter than the lag, or the partition ends before what was read of it.", "topic"),
		sequence:  counters("sequence_faults_total", "Records missing from a call's sequence (gap), or in it twice (repeat).", "fault"),
		openCalls: gauges("open_calls", "Calls that go on."),
		openLimit: f.NewGauge(prometheus.GaugeOpts{Name: prefix + "open_calls_limit", Help: "Calls that may go on at once in a partition."}),
		evicted: f.NewCounter(prometheus.CounterOpts{Name: prefix + "evicted_calls_total",
			Help: "Calls that were ended because more than may had begun: those that had waited longest for a record."}),
		committed: gauges("committed_offset", "Offset committed."),
		lag:       gauges("lag_records", "Records behind the end of the partition."),
		assigned: f.NewGauge(prometheus.GaugeOpts{Name: prefix + "assigned_partitions",
			Help: "Partitions that the group has given to this process."}),
		standings: newStandings(r, prefix),
	}
}

// expect shows from the start, as 0, what is to be 0: of a counter that appears with the first loss Prometheus sees no increase.
func (m *ConsumerMetrics) expect(topics []string) {
	for _, topic := range topics {
		m.lost.WithLabelValues(topic)
	}
	m.sequence.WithLabelValues("gap")
}

// expect does the same for the worker's own.
func (m *Metrics) expect(cfg *Config) {
	for _, topic := range []string{cfg.Calls, cfg.Recordings} {
		for _, r := range []Reason{ReasonUndecodable, ReasonInvalid, ReasonMedia, ReasonRecording, ReasonFailed} {
			m.deadLetters.WithLabelValues(topic, string(r))
		}
	}
	for _, topic := range []string{cfg.Flags, cfg.DeadLetters} {
		m.produceRetries.WithLabelValues(topic)
		m.unsent.WithLabelValues(topic)
	}
	for _, source := range []string{"rtp", "recording"} {
		m.calls.WithLabelValues(source, "failed")
	}
}

// NewMetrics registers the worker's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	f := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: "earshot_" + name, Help: help})
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: "earshot_" + name, Help: help}, labels)
	}
	return &Metrics{
		ConsumerMetrics: NewConsumerMetrics(r, "earshot_"),
		calls:           counters("calls_total", "Calls judged, by how they came and ended.", "source", "state"),
		flags:           counters("flags_total", "Flags written, by rule and state.", "rule", "state"),
		deadLetters:     counters("dead_letters_total", "Records sent to the dead-letter topic.", "topic", "reason"),
		audio:           counter("audio_seconds_total", "Length of the calls judged, s."),
		inserts: f.NewHistogram(prometheus.HistogramOpts{
			Name: "earshot_insert_seconds", Help: "Time until ClickHouse has acknowledged a batch, retries included, s.",
			Buckets: prometheus.ExponentialBuckets(0.002, 2, 16),
		}),
		insertRetries:  counter("insert_retries_total", "Inserts that ClickHouse did not acknowledge and that were tried again."),
		produceRetries: counters("produce_retries_total", "Writes to a topic, of flags or of dead letters, that Kafka did not take and that were tried again.", "topic"),
		rows:           counters("rows_written_total", "Rows that ClickHouse has acknowledged.", "table"),
		heldLimit: f.NewGauge(prometheus.GaugeOpts{Name: "earshot_held_bytes_limit",
			Help: "What a partition may hold for ClickHouse before it stops reading, bytes."}),
		unsent:  counters("unsent_messages_total", "Alarms and dead letters that were left out: they were too large for their topic.", "topic"),
		dropped: counter("dropped_segments_total", "Segments that were forgotten before their call was judged: it had more of a kind than are kept."),
	}
}
