package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// Every committed file gives figures, and one that is new in a later version is a series that begins there.
func TestSeries(t *testing.T) {
	for _, f := range files {
		data, err := os.ReadFile("../../" + f.path)
		if errors.Is(err, os.ErrNotExist) {
			continue // nobody has committed figures yet
		} else if err != nil {
			t.Fatal(err)
		}
		if all, err := f.figures(data); err != nil || len(all) == 0 {
			t.Errorf("%s: %d figures, %v", f.path, len(all), err)
		}
	}
	at := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	all, err := file{"benchmarks/guard.json", guard}.series([]version{
		{"aaa", "begin", at(1), []byte(`{"workloads":[{"name":"a","unit":"s","count":1}]}`)},
		{"bbb", "go <on>", at(2), []byte(`{"workloads":[{"name":"a","unit":"s","count":2},{"name":"b","unit":"s","count":7}]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || len(all[0].points) != 2 || all[0].points[1].value != 2 || len(all[1].points) != 1 || all[1].points[0].commit != "bbb" {
		t.Errorf("series: %+v", all)
	}
	if p := page(all); !strings.Contains(p, "go &lt;on&gt;") || strings.Count(p, "<circle") != 3 {
		t.Errorf("the page: %s", p)
	}
}

func TestBenchIsTheMean(t *testing.T) {
	all, err := bench([]byte("BenchmarkHour \t 1\t 9 ns/op\t 100 x-leg-core\t 5 x-realtime\nBenchmarkHour \t 1\t 9 ns/op\t 300 x-leg-core\nBenchmarkX \t 1\t 9 ns/op\n"))
	if err != nil || len(all) != 2 || all[0].value != 200 || all[1].value != 5 {
		t.Errorf("%v, %v", all, err)
	}
}
