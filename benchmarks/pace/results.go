package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// results are the figures, and where and when they were measured.
type results struct {
	Commit  string   `json:"commit"`
	Date    string   `json:"date"`
	Machine string   `json:"machine"`
	Go      string   `json:"go"`
	Load    string   `json:"load_average"`
	Rounds  int      `json:"rounds"`
	Rows    []result `json:"rows"`
}

// result is a program's: processor seconds for an hour of one leg, least, median and most.
type result struct {
	Name   string  `json:"name"`
	Does   string  `json:"does"`
	Least  float64 `json:"least_s"`
	Median float64 `json:"median_s"`
	Most   float64 `json:"most_s"`
}

func (r result) times() float64 { return 3600 / r.Least }

func newResults(ctx context.Context, rounds int) *results {
	r := &results{Date: time.Now().UTC().Format(time.DateOnly), Go: runtime.Version(), Rounds: rounds, Machine: runtime.GOARCH}
	if out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		r.Commit = strings.TrimSpace(string(out))
	}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(info); m != nil {
			r.Machine = fmt.Sprintf("%s, %d cores", m[1], runtime.NumCPU())
		}
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		r.Load, _, _ = strings.Cut(string(load), " ")
	}
	return r
}

// add takes a program's times in ascending order.
func (r *results) add(name, does string, seconds []float64) {
	r.Rows = append(r.Rows, result{name, does, seconds[0], seconds[len(seconds)/2], seconds[len(seconds)-1]})
}

func (r *results) table() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# How fast, beside others\n\n")
	fmt.Fprintf(&b, "`make pace` at %s, %s, %s, %s, load average %s, the least of %d interleaved runs each. Processor time of one core for an\n",
		r.Commit, r.Date, r.Machine, r.Go, r.Load, r.Rounds)
	fmt.Fprintf(&b, "hour of one leg of 8 kHz; Earshot is given both legs in one file, from its start to its verdict, and its time is halved.\n\n")
	fmt.Fprintf(&b, "| program | does | s per leg hour | spread | × real time | Earshot is faster by |\n|---|---|--:|--:|--:|--:|\n")
	for _, row := range r.Rows {
		faster := ""
		if !strings.HasPrefix(row.Name, "Earshot") {
			faster = fmt.Sprintf("%.2f ×", row.Least/r.Rows[0].Least)
		}
		fmt.Fprintf(&b, "| %s | %s | %.3f | %.3f–%.3f | %s | %s |\n", row.Name, row.Does, row.Least, row.Least, row.Most, thousands(row.times()), faster)
	}
	return b.String()
}

func thousands(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	if n := len(s); n > 3 {
		s = s[:n-3] + "," + s[n-3:]
	}
	return s
}

func (r *results) write(markdown, file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	fmt.Print(r.table())
	if err := os.WriteFile(file, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(markdown, []byte(r.table()), 0o644)
}
