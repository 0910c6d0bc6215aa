package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// grouping is a way to divide calls; a call may be in several groups, or in none.
type grouping struct {
	name string
	of   func(*score.Truth) []string
}

var groupings = []grouping{
	{"scenario and variant", func(t *score.Truth) []string { return []string{kindOf(t)} }},
	{"degradation", func(t *score.Truth) []string {
		if len(t.Degradations) == 0 {
			return []string{"none"}
		}
		return t.Degradations
	}},
	{"language", func(t *score.Truth) []string { return []string{t.Agent.Language, t.Customer.Language} }},
	{"voice", func(t *score.Truth) []string { return []string{t.Agent.Name, t.Customer.Name} }},
	{"package", func(t *score.Truth) []string { return []string{t.Package} }},
	{"track", func(t *score.Truth) []string { return []string{t.Track} }},
}

// kindOf is the scenario and the variant of a call: its id without the number.
func kindOf(t *score.Truth) string {
	kind, _ := path.Split(t.ID)
	return strings.TrimSuffix(kind, "/")
}

// groupTable shows how the calls of each group fared.
func (r *Report) groupTable(w *strings.Builder, g grouping) {
	type group struct {
		calls int
		flags stats.Counts
		holds stats.Counts
	}
	groups := map[string]*group{}
	for _, o := range r.outcomes {
		names := slices.Clone(g.of(o.Truth))
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			if name == "" {
				continue
			}
			if groups[name] == nil {
				groups[name] = new(group)
			}
			x := groups[name]
			x.calls++
			x.flags.Add(o.Flags())
			x.holds.Add(o.Hold.Counts)
		}
	}
	var rows [][]string
	for _, name := range sortedKeys(groups) {
		x := groups[name]
		f1 := "–"
		if x.flags.Any() {
			f1 = within(stats.WilsonF1(x.flags.Hits, x.flags.Missed, x.flags.False))
		}
		rows = append(rows, []string{text(name), number(x.calls), number(x.flags.Hits + x.flags.Missed), percent(x.flags.F1()), f1,
			number(x.flags.Missed), number(x.flags.False), percent(x.holds.F1()), number(x.holds.Missed), number(x.holds.False)})
	}
	fmt.Fprintf(w, "## By %s\n\nF1 over the flags of all rules together.\n\n", g.name)
	table(w, []string{g.name, "calls", "flags to raise", "F1", "95 %", "missed", "false", "hold F1", "missed", "false"}, rows)
}

// nearTable shows the near misses of each scenario: below a limit every flag is false, above it every one is due.
func (r *Report) nearTable(w *strings.Builder) {
	counts := map[string]stats.Counts{}
	calls := map[string]int{}
	for _, o := range r.outcomes {
		if near(o) {
			k := kindOf(o.Truth)
			scenario, _, _ := strings.Cut(k, "/")
			c := counts[k]
			c.Add(o.Rules[scenario])
			counts[k] = c
			calls[k]++
		}
	}
	var rows [][]string
	for _, k := range sortedKeys(calls) {
		c := counts[k]
		rows = append(rows, []string{k, number(calls[k]), number(c.Hits + c.Missed), number(c.Hits), number(c.Missed), number(c.False)})
	}
	fmt.Fprintf(w, "## Near misses\n\nCalls just below and just above a limit: the flags of the rule that the call is about.\n\n")
	table(w, []string{"scenario", "calls", "to raise", "raised", "missed", "false"}, rows)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Worst are the calls that a person should listen to first.
func (r *Report) Worst(n int) []*score.Outcome {
	worst := slices.DeleteFunc(slices.Clone(r.outcomes), func(o *score.Outcome) bool { return len(o.Mistakes) == 0 })
	slices.SortStableFunc(worst, func(a, b *score.Outcome) int { return cmp.Compare(b.Weight(), a.Weight()) })
	return worst[:min(n, len(worst))]
}
