package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// series is a figure over commits.
type series struct {
	file, name, unit string
	points           []point
}

type point struct {
	version
	value float64
}

// figure is one that a version of a file has.
type figure struct {
	name, unit string
	value      float64
}

// file says what figures a committed file has.
type file struct {
	path    string
	figures func(data []byte) ([]figure, error)
}

var files = []file{
	{"benchmarks/pace.json", pace}, {"benchmarks/load.json", load}, {"benchmarks/scale.json", scale},
	{"benchmarks/guard.json", guard}, {"benchmarks/accuracy.json", accuracy}, {"benchmarks/bench.txt", bench},
}

// read gives the file's series, in the order that figures first came in.
func (f file) read(ctx context.Context) ([]series, error) {
	all, err := versions(ctx, f.path)
	if err != nil {
		return nil, err
	}
	return f.series(all)
}

func (f file) series(all []version) ([]series, error) {
	var list []series
	at := map[string]int{}
	for _, v := range all {
		figures, err := f.figures(v.data)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s of commit %s: %w", f.path, v.commit, err)
		}
		for _, one := range figures {
			i, known := at[one.name]
			if !known {
				i = len(list)
				at[one.name] = i
				list = append(list, series{file: f.path, name: one.name, unit: one.unit})
			}
			list[i].points = append(list[i].points, point{v, one.value})
		}
	}
	return list, nil
}

func pace(data []byte) (all []figure, err error) {
	type row struct {
		Name  string  `json:"name"`
		Least float64 `json:"least_s"`
	}
	var r struct {
		Rows   []row                 `json:"rows"`
		Folder *struct{ Rows []row } `json:"folder"`
		Start  *struct {
			Median float64 `json:"median_s"`
		} `json:"start"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	for _, row := range r.Rows {
		all = append(all, figure{row.Name, "× real time, a leg on a core", 3600 / row.Least})
	}
	if r.Folder != nil {
		for _, row := range r.Folder.Rows {
			all = append(all, figure{"a folder: " + row.Name, "s", row.Least})
		}
	}
	if r.Start != nil {
		all = append(all, figure{"start-up", "ms", 1000 * r.Start.Median})
	}
	return all, nil
}

func load(data []byte) ([]figure, error) {
	var r struct {
		Best *struct {
			Calls float64 `json:"calls"`
			P99   float64 `json:"fact_to_flag_p99_s"`
			Heap  float64 `json:"worker_heap_bytes_per_call"`
			GC    float64 `json:"worker_gc_share"`
		} `json:"best"`
	}
	if err := json.Unmarshal(data, &r); err != nil || r.Best == nil {
		return nil, err
	}
	return []figure{
		{"live calls", "at once", r.Best.Calls}, {"from fact to flag, p99", "s", r.Best.P99},
		{"memory of a call", "KiB", r.Best.Heap / 1024}, {"garbage collection's share", "%", 100 * r.Best.GC},
	}, nil
}

func scale(data []byte) (all []figure, err error) {
	type row struct {
		Calls  int     `json:"calls"`
		Length float64 `json:"length_s"`
		CPU    float64 `json:"cpu_us_per_call_second"`
	}
	var r struct {
		Counts  []row `json:"by_number_of_calls"`
		Lengths []row `json:"by_length"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	for _, row := range r.Counts {
		all = append(all, figure{fmt.Sprintf("%d calls at once", row.Calls), "µs for a second of a call", row.CPU})
	}
	for _, row := range r.Lengths {
		all = append(all, figure{fmt.Sprintf("calls of %g min", row.Length/60), "µs for a second of a call", row.CPU})
	}
	return all, nil
}

func guard(data []byte) (all []figure, err error) {
	var r struct {
		Workloads []struct {
			Name  string  `json:"name"`
			Unit  string  `json:"unit"`
			Count float64 `json:"count"`
		} `json:"workloads"`
	}
	err = json.Unmarshal(data, &r)
	for _, w := range r.Workloads {
		all = append(all, figure{w.Name, w.Unit, w.Count})
	}
	return all, err
}

func accuracy(data []byte) (all []figure, err error) {
	var r struct {
		Figures []struct {
			Name  string  `json:"name"`
			Value float64 `json:"value"`
		} `json:"figures"`
	}
	err = json.Unmarshal(data, &r)
	for _, f := range r.Figures {
		all = append(all, figure{f.Name, "", f.Value})
	}
	return all, err
}

// bench gives the whole hour's figures, each the mean of its runs.
func bench(data []byte) (all []figure, err error) {
	var runs []float64
	at := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || !strings.HasPrefix(fields[0], "BenchmarkHour") {
			continue
		}
		for i := 3; i < len(fields); i += 2 {
			if !strings.HasPrefix(fields[i], "x-") {
				continue
			}
			v, err := strconv.ParseFloat(fields[i-1], 64)
			if err != nil {
				return nil, err
			}
			name := fields[0] + " " + fields[i]
			n, known := at[name]
			if !known {
				n = len(all)
				at[name] = n
				all, runs = append(all, figure{name, "times faster than real time", 0}), append(runs, 0)
			}
			runs[n]++
			all[n].value += (v - all[n].value) / runs[n]
		}
	}
	return all, nil
}
