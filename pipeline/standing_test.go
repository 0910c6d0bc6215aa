package pipeline

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What a partition's ages are is worked out when they are asked for: one that hangs in a write falls behind without a
// word of its own.
func TestStanding(t *testing.T) {
	registry := prometheus.NewRegistry()
	s := newStandings(registry, "earshot_")
	p, leave := s.enter("earshot.calls", 3)
	ages := func() map[string]float64 {
		t.Helper()
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			for _, m := range f.Metric {
				got[f.GetName()] = m.GetGauge().GetValue()
			}
		}
		return got
	}
	about := func(what string, got, want float64) {
		t.Helper()
		if got < want || got > want+60 {
			t.Errorf("%s is %.1f s; expected %.0f", what, got, want)
		}
	}
	now := time.Now()
	p.note(now, now.Add(-10*time.Minute), false, true)
	about("lag", ages()["earshot_lag_seconds"], 600)
	about("watermark age", ages()["earshot_watermark_age_seconds"], 0)

	p.note(now.Add(-5*time.Minute), now.Add(-10*time.Minute), true, false) // five minutes ago, at the end
	about("lag of one that was at its end and hangs", ages()["earshot_lag_seconds"], 300)

	p.note(now, time.Time{}, false, false)
	about("lag of one that hears nothing, not even that it is at the end", ages()["earshot_lag_seconds"], 300)

	about("age of no write", ages()["earshot_write_age_seconds"], 0)
	p.writing.Store(now.Add(-3 * time.Minute).UnixNano())
	about("age of a write that hangs", ages()["earshot_write_age_seconds"], 180)

	p.note(now.Add(-7*time.Minute), time.Time{}, true, true)
	about("watermark age of one that hangs", ages()["earshot_watermark_age_seconds"], 420)

	leave()
	if got := ages(); len(got) != 0 {
		t.Errorf("a partition given up is still shown: %v", got)
	}
}

// What is to be 0 is there before it is not: Prometheus sees no increase of a counter that appears with its first loss.
func TestLossesAreCountedFromZero(t *testing.T) {
	registry := prometheus.NewRegistry()
	if _, err := NewWorker(Config{Kafka: Kafka{Brokers: []string{"none:1"}}, Metrics: NewMetrics(registry), Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, f := range families {
		got[f.GetName()] = len(f.Metric)
	}
	for name, want := range map[string]int{
		"earshot_lost_records_total": 2, "earshot_dead_letters_total": 2 * 5, "earshot_calls_total": 2, "earshot_sequence_faults_total": 1,
	} {
		if got[name] != want {
			t.Errorf("%s has %d series from the start, expected %d", name, got[name], want)
		}
	}
}
