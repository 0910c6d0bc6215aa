package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Ready is what is heard of every need, not of the last one, and not what has not been heard of.
func TestHealth(t *testing.T) {
	h := NewHealth(HealthGroup, HealthClickHouse)
	registry := prometheus.NewRegistry()
	h.Register(registry, "earshot_")
	expect := func(want ...string) {
		t.Helper()
		err := h.Ready()
		if len(want) == 0 {
			if err != nil {
				t.Errorf("not ready: %v", err)
			}
			return
		}
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("Ready says %v; expected something of %q", err, w)
			}
		}
	}
	expect("group: nothing", "clickhouse: nothing")
	h.Report(HealthGroup, nil)
	expect("clickhouse: nothing")
	h.Report(HealthClickHouse, nil)
	h.Report("web", errors.New("no need of this one"))
	expect()
	h.ReportOf(HealthClickHouse, "calls/0", errors.New("too slow"))
	h.ReportOf(HealthClickHouse, "calls/1", nil) // which says nothing of the other
	expect("clickhouse: too slow")
	h.ReportOf(HealthClickHouse, "calls/0", nil)
	expect()
	h.Report(HealthClickHouse, errors.New("refused"))
	expect("clickhouse: refused")
	families, err := registry.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("gathered %v, error %v; expected earshot_ready", families, err)
	}
	for _, m := range families[0].Metric {
		need, well := m.Label[0].GetValue(), m.Gauge.GetValue()
		if want := map[string]float64{HealthGroup: 1, HealthClickHouse: 0}[need]; well != want {
			t.Errorf("%s{need=%q} is %v; expected %v", families[0].GetName(), need, well, want)
		}
	}
}

// One that never answers is not well, however long nobody says so.
func TestWatchWaitsForNobody(t *testing.T) {
	h := NewHealth(HealthClickHouse)
	h.Report(HealthClickHouse, nil)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{}, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Watch(ctx, HealthClickHouse, time.Millisecond, func(ctx context.Context) error {
			asked <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	<-asked
	<-asked // the first has been reported
	if err := h.Ready(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Ready says %v of a ClickHouse that does not answer", err)
	}
	cancel()
	go func() {
		for range asked {
		}
	}()
	<-done
}
