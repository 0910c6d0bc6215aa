package report

import (
	"fmt"
	"strings"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// confidenceTables show whether a confidence means what it says.
func (r *Report) confidenceTables(w *strings.Builder) {
	fmt.Fprintf(w, "## Confidence\n\nIn each bin: mean confidence → share right (how many), in percent. Error: the expected calibration error.\n"+
		"A segment is right if at least half of it is what it says, a quarrel if it should be flagged.\n\n")
	r.reliability(w, "segments", func(o *score.Outcome) map[string]*stats.Reliability { return o.SegmentClaims })
	r.reliability(w, "flags", func(o *score.Outcome) map[string]*stats.Reliability { return o.FlagClaims })
}

func (r *Report) reliability(w *strings.Builder, what string, of func(*score.Outcome) map[string]*stats.Reliability) {
	all := map[string]*stats.Reliability{}
	for _, o := range r.outcomes {
		for name, c := range of(o) {
			if all[name] == nil {
				all[name] = new(stats.Reliability)
			}
			all[name].Merge(c)
		}
	}
	head := []string{what, "number", "error"}
	for i := range stats.Bins {
		head = append(head, fmt.Sprintf("%.1f–%.1f", float64(i)/stats.Bins, float64(i+1)/stats.Bins))
	}
	var rows [][]string
	for _, name := range sortedKeys(all) {
		c := all[name]
		row := []string{name, number(c.N()), percent(c.Error())}
		for _, b := range c.Bins {
			if b.N == 0 {
				row = append(row, "")
				continue
			}
			row = append(row, fmt.Sprintf("%.0f → %.0f (%d)", 100*b.Confidence(), 100*b.Share(), b.N))
		}
		rows = append(rows, row)
	}
	table(w, head, rows)
}
