package main

import (
	"fmt"

	"github.com/earshot/earshot/benchmarks/plot"
)

// picture draws the samples over event time.
func picture(samples []sample) string {
	axis := plot.Axis{To: samples[len(samples)-1].Hours}
	for n := range 5 {
		h := axis.To * float64(n) / 4
		axis.Ticks = append(axis.Ticks, plot.Tick{At: h, Label: fmt.Sprintf("%.4g h", h)})
	}
	panel := func(title string, figure func(sample) float64) plot.Panel {
		p := plot.Panel{Title: title}
		for _, s := range samples {
			p.X, p.Y = append(p.X, s.Hours), append(p.Y, figure(s))
		}
		return p
	}
	return plot.SVG(axis,
		panel("live heap with no call open, MiB", func(s sample) float64 { return s.Heap / (1 << 20) }),
		panel("resident memory, MiB", func(s sample) float64 { return s.RSS / (1 << 20) }),
		panel("goroutines", func(s sample) float64 { return s.Goroutines }),
		panel("open calls when the last record was taken", func(s sample) float64 { return s.Open }))
}
