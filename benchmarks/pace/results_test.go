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
	for _, want := range []string{
		"| Earshot | all | 0.300 | 0.300–0.500 | 12,000 |  |",
		"| other | part | 0.750 | 0.750–0.900 | 4,800 | 2.50 × |",
	} {
		if !strings.Contains(r.table(), want) {
			t.Errorf("the table lacks %q:\n%s", want, r.table())
		}
	}
}
