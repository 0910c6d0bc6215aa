package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/earshot/earshot/benchmarks/stamp"
)

// results are the figures, and where and when they were measured.
type results struct {
	stamp.Stamp
	Rounds int      `json:"rounds"`
	Rows   []result `json:"rows"`
	// Folder is a back catalogue on all cores, Start a file of a second: by the clock on the wall, s.
	Folder *catalogue `json:"folder,omitempty"`
	Start  *result    `json:"start,omitempty"`
}

type catalogue struct {
	Files     int      `json:"files"`
	Megabytes float64  `json:"megabytes"`
	Rows      []result `json:"rows"`
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
	return &results{Stamp: stamp.New(ctx), Rounds: rounds}
}

// add takes a program's times in ascending order.
func (r *results) add(name, does string, seconds []float64) {
	r.Rows = append(r.Rows, newResult(name, does, seconds))
}

func newResult(name, does string, seconds []float64) result {
	return result{name, does, seconds[0], seconds[len(seconds)/2], seconds[len(seconds)-1]}
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
	if f := r.Folder; f != nil {
		fmt.Fprintf(&b, "\n## A folder\n\n%d composed calls, %.0f MB, on all cores by the clock on the wall, interleaved: `earshot analyze --json FOLDER`, and ffmpeg by xargs, as\n", f.Files, f.Megabytes)
		fmt.Fprintf(&b, "many at once as there are cores.\n\n| program | s, least | median | spread | MB/s | Earshot is faster by |\n|---|--:|--:|--:|--:|--:|\n")
		for _, row := range f.Rows {
			faster := ""
			if !strings.HasPrefix(row.Name, "Earshot") {
				faster = fmt.Sprintf("%.2f ×", row.Least/f.Rows[0].Least)
			}
			fmt.Fprintf(&b, "| %s | %.2f | %.2f | %.2f–%.2f | %.0f | %s |\n", row.Name, row.Least, row.Median, row.Least, row.Most, f.Megabytes/row.Least, faster)
		}
	}
	if s := r.Start; s != nil {
		fmt.Fprintf(&b, "\n## Start-up\n\n`earshot analyze` of a file of a second takes %.0f ms in all, by the clock on the wall (median of %d; %.0f–%.0f).\n", 1000*s.Median, starts, 1000*s.Least, 1000*s.Most)
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
