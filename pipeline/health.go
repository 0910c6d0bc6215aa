package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What a consumer needs in order to do its work, as Health names it.
const (
	// HealthGroup is its place in the consumer group.
	HealthGroup = "group"
	// HealthClickHouse is ClickHouse's answer to a ping.
	HealthClickHouse = "clickhouse"
	// HealthWrites is the last write of what came of calls, of each partition: to ClickHouse and to Kafka, or to the evidence store.
	HealthWrites = "writes"
)

// Health says whether a consumer can do its work now: what it needs, and what was last heard of each. It is ready when
// all of that is well. One that is not ready is alive all the same: it waits, and loses nothing by it. It is safe for
// concurrent use, and a nil Health takes reports and forgets them.
type Health struct {
	mu    sync.Mutex
	needs []string
	heard map[string]map[string]error // by need and by who says so: what is wrong
}

var errUnheard = errors.New("nothing has been heard of it yet")

// NewHealth is of a consumer that needs these. It is not ready before each has been reported well.
func NewHealth(needs ...string) *Health {
	h := &Health{needs: needs, heard: map[string]map[string]error{}}
	for _, n := range needs {
		h.heard[n] = map[string]error{"": errUnheard}
	}
	return h
}

// Report notes what was heard of a need; nil is well. What is no need of this consumer is not noted.
func (h *Health) Report(need string, err error) { h.ReportOf(need, "", err) }

// ReportOf is Report where several say something of one need, each under a name of its own: it is well when all say so.
func (h *Health) ReportOf(need, who string, err error) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !slices.Contains(h.needs, need):
	case err == nil:
		delete(h.heard[need], who)
	default:
		h.heard[need][who] = err
	}
}

// Ready is nil, or says what is missing.
func (h *Health) Ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var missing []error
	for _, n := range h.needs {
		if wrong := h.heard[n]; len(wrong) > 0 {
			first := slices.Min(slices.Collect(maps.Keys(wrong))) // of many partitions, which most likely say the same
			missing = append(missing, fmt.Errorf("%s: %w", n, wrong[first]))
		}
	}
	return errors.Join(missing...)
}

// Watch reports what ask says of a need, every so often until ctx ends. An answer may take as long as that.
func (h *Health) Watch(ctx context.Context, need string, every time.Duration, ask func(context.Context) error) {
	for ctx.Err() == nil {
		patience, cancel := context.WithTimeout(ctx, every)
		err := ask(patience)
		cancel()
		if ctx.Err() == nil {
			h.Report(need, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

// Register shows the health as the metric PREFIXready, by need: 1 is well.
func (h *Health) Register(r prometheus.Registerer, prefix string) {
	for _, n := range h.needs {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: prefix + "ready", Help: "What is needed in order to work, as last heard: 1 is well.",
			ConstLabels: prometheus.Labels{"need": n},
		}, func() float64 {
			h.mu.Lock()
			defer h.mu.Unlock()
			if len(h.heard[n]) > 0 {
				return 0
			}
			return 1
		}))
	}
}
