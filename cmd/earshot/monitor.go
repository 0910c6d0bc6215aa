package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/earshot/earshot/pipeline"
)

// pingEvery is how often ClickHouse is asked whether it answers, and how long it may take to.
const pingEvery = 5 * time.Second

// monitor is what a process says of itself: metrics, and whether it can do its work.
type monitor struct {
	registry *prometheus.Registry
	started  time.Time
	troubles *troubles // nil: nobody remembers them
	mu       sync.Mutex
	health   []*pipeline.Health // of the worker, the archiver
	prefix   string             // of the metrics that /status reads: the worker's, if there is one
}

func newMonitor() *monitor {
	m := &monitor{registry: prometheus.NewRegistry(), started: time.Now()}
	// Also how the processor's time is spent, garbage collection and idling apart.
	times := collectors.WithGoCollectorRuntimeMetrics(collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/cpu/classes/(gc/total|idle|total):`)})
	m.registry.MustRegister(collectors.NewGoCollector(times), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.about(m.registry)
	return m
}

// about registers what is said of the process as a whole.
func (m *monitor) about(r prometheus.Registerer) {
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "earshot_build_info", Help: "1, by the version of Earshot.", ConstLabels: prometheus.Labels{"version": version},
	}, func() float64 { return 1 }))
}

// watch adds a consumer, whose ClickHouse it pings until ctx ends. Its metrics begin with the prefix.
func (m *monitor) watch(ctx context.Context, prefix string, ping func(context.Context) error) *pipeline.Health {
	h := pipeline.NewHealth(pipeline.HealthGroup, pipeline.HealthClickHouse, pipeline.HealthWrites)
	h.Report(pipeline.HealthWrites, nil) // until one fails
	h.Register(m.registry, prefix)
	m.mu.Lock()
	m.health = append(m.health, h)
	if m.prefix == "" || len(prefix) < len(m.prefix) {
		m.prefix = prefix
	}
	m.mu.Unlock()
	go h.Watch(ctx, pipeline.HealthClickHouse, pingEvery, ping)
	return h
}

// ready is nil when everything in the process can do its work.
func (m *monitor) ready() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.health) == 0 {
		return errors.New("starting")
	}
	var missing []error
	for _, h := range m.health {
		missing = append(missing, h.Ready())
	}
	return errors.Join(missing...)
}

// handler answers /metrics; /livez as long as the process can answer at all; /readyz with 200 when it can do its work, and
// with 503 and what is missing when it waits; /status with all that `earshot status` wants to know.
func (m *monitor) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	alive := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := m.ready(); err != nil {
			http.Error(w, fmt.Sprintf("not ready\n%v", err), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.HandleFunc("GET /status", m.serveStatus)
	return mux
}

// serve answers on the address until stop is called; on none if it is empty.
func (m *monitor) serve(listen string, s *streams) (stop func(), err error) {
	m.troubles = s.troubles
	return serveHTTP("metrics", listen, m.handler(), s)
}

func serveHTTP(what, listen string, h http.Handler, s *streams) (stop func(), err error) {
	if listen == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("cannot serve %s: %w", what, err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error(what+" stopped", "error", err)
		}
	}()
	return func() { server.Close() }, nil
}
