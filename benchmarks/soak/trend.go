package main

import (
	"errors"
	"fmt"
	"io"

	"gonum.org/v1/gonum/stat"
)

// warmUp is the part of the run in which pools fill and maps find their size.
const warmUp = 0.25

// trend is a straight line through a figure after the warm-up.
type trend struct {
	begins, ends float64
}

func through(samples []sample, figure func(sample) float64) trend {
	samples = samples[int(warmUp*float64(len(samples))):]
	var x, y []float64
	for _, s := range samples {
		x, y = append(x, s.Hours), append(y, figure(s))
	}
	at, slope := stat.LinearRegression(x, y, nil, false)
	return trend{at + slope*x[0], at + slope*x[len(x)-1]}
}

// grows says whether the line rises by more than a tenth of where it begins, and by more than slack.
func (t trend) grows(slack float64) bool {
	rise := t.ends - t.begins
	return rise > 0.1*t.begins && rise > slack
}

// verdict tells the trends, and fails when the heap or the goroutines grow. RSS follows the heap with the collector's whims
// and is told only.
func verdict(out io.Writer, samples []sample) error {
	if len(samples) < 8 {
		return fmt.Errorf("%d samples tell no trend: expected 8 or more", len(samples))
	}
	var grown []error
	tell := func(name, unit string, scale, slack float64, fails bool, figure func(sample) float64) {
		t := through(samples, figure)
		fmt.Fprintf(out, "%-12s %8.1f → %8.1f %s\n", name, t.begins/scale, t.ends/scale, unit)
		if fails && t.grows(slack) {
			grown = append(grown, fmt.Errorf("%s grows: from %.1f to %.1f %s", name, t.begins/scale, t.ends/scale, unit))
		}
	}
	tell("live heap", "MiB", 1<<20, 1<<19, true, func(s sample) float64 { return s.Heap })
	tell("goroutines", "", 1, 3, true, func(s sample) float64 { return s.Goroutines })
	tell("RSS", "MiB", 1<<20, 0, false, func(s sample) float64 { return s.RSS })
	tell("open calls", "", 1, 0, false, func(s sample) float64 { return s.Open })
	return errors.Join(grown...)
}
