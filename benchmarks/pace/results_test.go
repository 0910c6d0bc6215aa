package main

import (
	"strings"
	"testing"
)

// Ratios are of the least times, and the other programs' to Earshot's on the typical call, which comes first.
func TestTable(t *testing.T) {
	r := &results{Rounds: 3}
	r.add("Earshot", "all", []float64{0.3, 0.4, 0.5})
	r.add("other", "part", []float64{0.75, 0.8, 0.9})
	r.Folder = &catalogue{Files: 2, Megabytes: 100, Rows: []result{{"Earshot", "", 10, 11, 12}, {"other", "", 40, 41, 42}}}
	r.Start = &result{Median: 0.021, Least: 0.02, Most: 0.03}
	for _, want := range []string{
		"| Earshot | 10.00 | 11.00 | 10.00–12.00 | 10 |  |",
		"| other | 40.00 | 41.00 | 40.00–42.00 | 2 | 4.00 × |",
		"takes 21 ms in all, by the clock on the wall (median of 25; 20–30)",
		"| Earshot | all | 0.300 | 0.300–0.500 | 12,000 |  |",
		"| other | part | 0.750 | 0.750–0.900 | 4,800 | 2.50 × |",
	} {
		if !strings.Contains(r.table(), want) {
			t.Errorf("the table lacks %q:\n%s", want, r.table())
		}
	}
}
