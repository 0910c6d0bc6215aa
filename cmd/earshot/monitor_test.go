package main

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/earshot/earshot/pipeline"
)

// A worker in an outage of ClickHouse is alive and not ready, and says why.
func TestMonitor(t *testing.T) {
	m := newMonitor()
	expect := func(path string, status int, body ...string) {
		t.Helper()
		w := httptest.NewRecorder()
		m.handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != status {
			t.Errorf("%s: status %d, expected %d: %s", path, w.Code, status, w.Body)
		}
		for _, b := range body {
			if !strings.Contains(w.Body.String(), b) {
				t.Errorf("%s says %q; expected %q in it", path, w.Body, b)
			}
		}
	}
	expect("/livez", 200, "ok")
	expect("/readyz", 503, "starting")

	h := pipeline.NewHealth(pipeline.HealthGroup, pipeline.HealthClickHouse)
	h.Register(m.registry, "earshot_")
	m.health = append(m.health, h)
	h.Report(pipeline.HealthGroup, nil)
	h.Report(pipeline.HealthClickHouse, nil)
	expect("/readyz", 200, "ready")

	h.Report(pipeline.HealthClickHouse, errors.New("connection refused"))
	expect("/readyz", 503, "not ready", "clickhouse: connection refused")
	expect("/livez", 200)
	expect("/healthz", 200)
	expect("/metrics", 200, `earshot_ready{need="clickhouse"} 0`, `earshot_ready{need="group"} 1`, `earshot_build_info{version="dev"} 1`, "process_start_time_seconds")
}
