package model

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
)

const (
	sessionTimeout = 6 * time.Second
	idleEnd        = 15 * time.Second
	group          = "earshot"
)

var topics = []string{"earshot.calls", "earshot.recordings", "earshot.flags", "earshot.deadletters"}

// world is a Kafka, a ClickHouse, and workers between them.
type world struct {
	t       *testing.T
	rng     *rand.Rand
	book    *rulebook.Rulebook
	network kfake.VirtualNetwork
	cluster *kfake.Cluster
	tables  *tables
	log     *slog.Logger
	workers []*worker
	gone    []*worker // killed, or told to leave
	made    int
	mutex   sync.Mutex // over wrong: a worker's goroutine may find a fault
	wrong   []string
	highest map[string]int64 // committed so far

	batchRows int

	coordinator coordinator
}

// worker is a process: Earshot's worker, its way to Kafka and its way to ClickHouse.
type worker struct {
	name     string
	link     *link
	stop     context.CancelFunc
	done     chan error
	registry *prometheus.Registry
	dead     atomic.Bool
}

func newWorld(t *testing.T, rng *rand.Rand, book *rulebook.Rulebook) *world {
	w := &world{t: t, rng: rng, book: book, highest: map[string]int64{}, batchRows: []int{1, 4, 40}[rng.IntN(3)], log: slog.New(slog.DiscardHandler)}
	if *logged {
		w.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	w.tables = newTables(rand.New(rand.NewPCG(rng.Uint64(), 1)))
	var err error
	w.cluster, err = kfake.NewCluster(kfake.NumBrokers(2), kfake.Ports(9001, 9002), kfake.ListenFn(w.network.Listen), kfake.SeedTopics(2, topics[:1]...),
		kfake.SeedTopics(1, topics[1:]...), kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"}))
	if err != nil {
		t.Fatal(err)
	}
	w.coordinator.listen(w.cluster)
	return w
}

// start starts a worker.
func (w *world) start(group string, tables *tables) *worker {
	w.made++
	p := &worker{name: fmt.Sprintf("worker-%d", w.made), link: newLink(w.network.DialContext), done: make(chan error, 1), registry: prometheus.NewRegistry()}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	job, err := pipeline.NewWorker(pipeline.Config{
		Kafka: pipeline.Kafka{Brokers: w.cluster.ListenAddrs(), Dial: p.link.Dial}, Group: group,
		Store: &door{tables, p.link, p.dead.Load}, Rulebook: w.book,
		Metrics: pipeline.NewMetrics(p.registry), Log: w.log.With("worker", p.name), Version: "model",
		SessionTimeout: sessionTimeout, IdleEnd: idleEnd, BatchRows: w.batchRows, Drain: 2 * time.Second,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	go func() { p.done <- job.Run(ctx) }()
	return p
}

// kill ends a worker as SIGKILL does: nothing of it is heard any more.
func (w *world) kill(p *worker) {
	p.dead.Store(true)
	p.link.sever()
	p.link.thaw()
	p.stop()
	w.gone = append(w.gone, p)
}

// leave ends a worker as SIGTERM does.
func (w *world) leave(p *worker) {
	p.link.thaw()
	p.stop()
	w.gone = append(w.gone, p)
}

// buried waits until all that is gone has ended.
func (w *world) buried() {
	for _, p := range w.gone {
		if err := <-p.done; err != nil && !p.dead.Load() {
			w.fault("%s ended with %v", p.name, err)
		}
	}
	w.gone = nil
}

func (w *world) fault(format string, args ...any) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// publish sends the records at their times, each until Kafka has it, and closes sent after the last.
func (w *world) publish(epoch time.Time, records []sent, done chan<- struct{}) {
	defer close(done)
	link := newLink(w.network.DialContext)
	transport := &kafka.Transport{Dial: link.Dial}
	defer transport.CloseIdleConnections()
	writer := &kafka.Writer{Addr: kafka.TCP(w.cluster.ListenAddrs()...), Topic: topics[0], Transport: transport, Balancer: &kafka.Hash{},
		RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	defer writer.Close()
	for len(records) > 0 {
		time.Sleep(time.Until(epoch.Add(records[0].at)))
		var due []kafka.Message
		for len(records) > 0 && !epoch.Add(records[0].at).After(time.Now()) {
			due = append(due, kafka.Message{Key: []byte(records[0].call), Value: records[0].value, Time: epoch.Add(records[0].at)})
			records = records[1:]
		}
		for writer.WriteMessages(context.Background(), due...) != nil {
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// watch looks at the group: its committed offsets never go back.
func (w *world) watch() {
	info := w.cluster.GroupInfo(group)
	if info == nil {
		return
	}
	w.help(info)
	for topic, partitions := range info.Commits {
		for id, c := range partitions {
			key := fmt.Sprintf("%s/%d", topic, id)
			if c.Offset < w.highest[key] {
				w.fault("the committed offset of %s went back from %d to %d", key, w.highest[key], c.Offset)
			}
			w.highest[key] = max(w.highest[key], c.Offset)
		}
	}
}

// behind says what has not been committed of what is in the calls topic.
func (w *world) behind() string {
	var b strings.Builder
	info := w.cluster.GroupInfo(group)
	for _, p := range w.cluster.PartitionInfos(topics[0]) {
		if committed := info.Commits[topics[0]][p.Partition].Offset; committed != p.HighWatermark {
			fmt.Fprintf(&b, " partition %d: %d of %d;", p.Partition, committed, p.HighWatermark)
		}
	}
	return b.String()
}

// open is how many calls a worker has open, and how many records it is behind.
func (p *worker) open() float64 { return p.sum("earshot_open_calls") + p.sum("earshot_lag_records") }

// sum is what a worker's metric says, over all partitions.
func (p *worker) sum(metric string) (n float64) {
	families, err := p.registry.Gather()
	if err != nil {
		panic(err)
	}
	for _, f := range families {
		if f.GetName() == metric {
			for _, m := range f.Metric {
				n += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return n
}
