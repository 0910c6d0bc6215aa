package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/earshot/earshot/benchmarks/plot"
	"github.com/earshot/earshot/benchmarks/stamp"
)

type report struct {
	stamp.Stamp
	Counts  []point `json:"by_number_of_calls"`
	Lengths []point `json:"by_length"`
}

func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What a call costs, by how many there are and how long they last\n\n`make scale` at %s.\n\n", r.Stamp)
	fmt.Fprintf(&b, "Processor time of one core for a second of a two-leg live call, from its records to its segments and flags, without Kafka and\n")
	fmt.Fprintf(&b, "ClickHouse; and what the heap holds of a call just before its end. Calls are taken in turns, %v of each leg at a time.\n\n", batch)
	fmt.Fprintf(&b, "| calls at once, %v each | µs for a second of a call | KiB a call |\n|--:|--:|--:|\n", each)
	for _, p := range r.Counts {
		fmt.Fprintf(&b, "| %d | %.0f | %.1f |\n", p.Calls, p.CPU, p.Bytes/1024)
	}
	least, most := spread(r.Counts)
	fmt.Fprintf(&b, "\nFrom the cheapest to the dearest it is %.2f ×: the work is proportional to the calls; what grows is how much of their state the\nprocessor's caches do not hold.\n\n", most/least)
	fmt.Fprintf(&b, "![cost by number of calls](scale-calls.svg)\n\n| a call lasts | µs for a second of it | KiB |\n|--:|--:|--:|\n")
	for _, p := range r.Lengths {
		fmt.Fprintf(&b, "| %s | %.0f | %.1f |\n", brief(p.length()), p.CPU, p.Bytes/1024)
	}
	least, most = spread(r.Lengths)
	fmt.Fprintf(&b, "\nFrom the cheapest to the dearest it is %.2f ×. A call's memory grows with the segments that are kept until it is judged, 4,096 of a kind at\nmost.\n\n![cost by length](scale-length.svg)\n", most/least)
	return b.String()
}

func (p point) length() time.Duration { return time.Duration(p.Length * float64(time.Second)) }

// brief is a time without the zeros that Go tells it with.
func brief(d time.Duration) string {
	if d >= time.Hour {
		return fmt.Sprintf("%g h", d.Hours())
	}
	return fmt.Sprintf("%g min", d.Minutes())
}

func spread(points []point) (least, most float64) {
	least = points[0].CPU
	for _, p := range points {
		least, most = min(least, p.CPU), max(most, p.CPU)
	}
	return least, most
}

// picture draws points over what they differ in, on a logarithmic axis.
func picture(points []point, over func(point) float64, label func(point) string) string {
	axis := plot.Axis{From: over(points[0]), To: over(points[len(points)-1]), Log: true}
	cpu, bytes := plot.Panel{Title: "processor time for a second of a call, µs", Dots: true}, plot.Panel{Title: "heap, KiB a call", Dots: true}
	for _, p := range points {
		x := over(p)
		axis.Ticks = append(axis.Ticks, plot.Tick{At: x, Label: label(p)})
		cpu.X, cpu.Y = append(cpu.X, x), append(cpu.Y, p.CPU)
		bytes.X, bytes.Y = append(bytes.X, x), append(bytes.Y, p.Bytes/1024)
	}
	return plot.SVG(axis, cpu, bytes)
}

func (r *report) write(dir string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	fmt.Print(r)
	for file, text := range map[string]string{
		"scale.json":       string(data) + "\n",
		"scale.md":         r.String(),
		"scale-calls.svg":  picture(r.Counts, func(p point) float64 { return float64(p.Calls) }, func(p point) string { return fmt.Sprint(p.Calls) }),
		"scale-length.svg": picture(r.Lengths, func(p point) float64 { return p.Length }, func(p point) string { return brief(p.length()) }),
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			return fmt.Errorf("cannot keep the result: %w", err)
		}
	}
	return nil
}
