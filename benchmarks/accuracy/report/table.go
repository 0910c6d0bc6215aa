package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// table writes a Markdown table with a heading row.
func table(w *strings.Builder, head []string, rows [][]string) {
	line := func(cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	dashes := make([]string, len(head))
	for i := range dashes {
		if dashes[i] = "---:"; i == 0 {
			dashes[i] = "---"
		}
	}
	line(dashes)
	for _, r := range rows {
		line(r)
	}
	w.WriteByte('\n')
}

// percent is a share in percent, or a dash where there is none.
func percent(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.1f", 100*v)
}

func within(i stats.Interval) string {
	if math.IsNaN(i.Low) {
		return "–"
	}
	return percent(i.Low) + "–" + percent(i.High)
}

func seconds(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}

func number(n int) string { return fmt.Sprint(n) }

// text is safe in a cell.
func text(s string) string { return strings.NewReplacer("|", "/", "\n", " ").Replace(s) }
