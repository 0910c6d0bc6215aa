package main

import (
	"fmt"
	"strings"
)

const (
	plotWidth, panelHeight = 800, 150
	left, right, gap       = 70, 20, 40
)

// plot draws the samples over event time, a panel for each figure, each from zero.
func plot(samples []sample) string {
	panels := []struct {
		title  string
		figure func(sample) float64
	}{
		{"live heap with no call open, MiB", func(s sample) float64 { return s.Heap / (1 << 20) }},
		{"resident memory, MiB", func(s sample) float64 { return s.RSS / (1 << 20) }},
		{"goroutines", func(s sample) float64 { return s.Goroutines }},
		{"open calls when the last record was taken", func(s sample) float64 { return s.Open }},
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		plotWidth, len(panels)*(panelHeight+gap)+gap)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	hours := samples[len(samples)-1].Hours
	for i, p := range panels {
		top := gap + i*(panelHeight+gap)
		most := 1.0
		for _, s := range samples {
			most = max(most, p.figure(s)*1.15)
		}
		x := func(h float64) float64 { return left + h/hours*(plotWidth-left-right) }
		y := func(v float64) float64 { return float64(top+panelHeight) - v/most*panelHeight }
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", left, top-8, p.title)
		for step := range 3 {
			v := most * float64(step) / 2
			fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.0f</text>`+"\n",
				left, y(v), plotWidth-right, left-6, y(v)+4, v)
		}
		var line strings.Builder
		for _, s := range samples {
			fmt.Fprintf(&line, " %.1f,%.1f", x(s.Hours), y(p.figure(s)))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="#1565c0" stroke-width="1.5"/>`+"\n", strings.TrimSpace(line.String()))
		if i == len(panels)-1 {
			for n := range 5 {
				h := hours * float64(n) / 4
				fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%.4g h</text>`+"\n", x(h), top+panelHeight+18, h)
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
