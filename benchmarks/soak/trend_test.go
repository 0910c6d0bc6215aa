package main

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// A leak is found under the noise of a run; noise alone, and a warm-up, are none.
func TestVerdict(t *testing.T) {
	day := func(heap, goroutines func(hours float64) float64) []sample {
		rng := rand.New(rand.NewPCG(1, 1))
		var samples []sample
		for i := 1; i <= 96; i++ {
			h := float64(i) / 4
			samples = append(samples, sample{Hours: h, Heap: heap(h) * (0.9 + 0.2*rng.Float64()), Goroutines: goroutines(h) + float64(rng.IntN(3))})
		}
		return samples
	}
	flat := func(v float64) func(float64) float64 { return func(float64) float64 { return v } }
	for name, c := range map[string]struct {
		samples []sample
		want    string
	}{
		"flat":            {day(flat(40<<20), flat(60)), ""},
		"warm-up":         {day(func(h float64) float64 { return min(h, 5) * (8 << 20) }, flat(60)), ""},
		"leak per call":   {day(func(h float64) float64 { return 40<<20 + h*5000*100 }, flat(60)), "live heap grows"},
		"goroutine leak":  {day(flat(40<<20), func(h float64) float64 { return 60 + h }), "goroutines grows"},
		"too few samples": {day(flat(1), flat(1))[:5], "tell no trend"},
	} {
		err := verdict(io.Discard, c.samples)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
}
