package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// Markdown is the report as a page. It holds nothing that differs from run to run or from machine to machine.
func (r *Report) Markdown() string {
	w := new(strings.Builder)
	fmt.Fprintf(w, "# Accuracy\n\n")
	fmt.Fprintf(w, "%d calls, %.1f hours, of the split `%s`: seed %d, %d calls of each variant.", len(r.outcomes), r.hours(), r.Split, r.Seed, r.PerVariant)
	if r.Selection != "" {
		fmt.Fprintf(w, " Only %s.", r.Selection)
	}
	if r.Weights != "" {
		fmt.Fprintf(w, " With the weights of `%s`.", r.Weights)
	}
	fmt.Fprintf(w, "\n\nVoices and music of a split are in no other. Intervals are of %.0f %%: of F1 and of edges from %d resamples of whole calls, of plain\n"+
		"rates after Wilson. A flag is right where one of the same rule should be, within %.0f s; what is judged once a call counts once.\n"+
		"Written by `go run ./benchmarks/accuracy -update`.\n\n", 100*stats.Confidence, stats.Resamples, score.Slack.Seconds())
	r.goals(w)
	r.ruleTable(w)
	r.holdTable(w)
	r.assessTable(w)
	r.nearTable(w)
	for _, g := range groupings {
		r.groupTable(w, g)
	}
	r.confidenceTables(w)
	r.fairness(w)
	r.worstTable(w)
	return w.String()
}

func (r *Report) goals(w *strings.Builder) {
	res := r.Results()
	var rows [][]string
	for _, g := range Goals {
		f, met, known := res.Met(g)
		if !known {
			rows = append(rows, []string{g.Figure, "–", "–", fmt.Sprint(g.Want), "not measured"})
			continue
		}
		verdict, sign := "**not met**", "≥ "
		if met {
			verdict = "met"
		}
		if f.Lower {
			sign = "≤ "
		}
		rows = append(rows, []string{g.Figure, fmt.Sprintf("%.3f", f.Value), fmt.Sprintf("%.3f–%.3f", f.Low, f.High), sign + fmt.Sprint(g.Want), verdict})
	}
	fmt.Fprintf(w, "## Goals\n\nShares of 1, and seconds.\n\n")
	table(w, []string{"figure", "value", "95 %", "goal", ""}, rows)
}

func (r *Report) ruleTable(w *strings.Builder) {
	fmt.Fprintf(w, "## Rules\n\nIn percent. Precision: how many of the raised flags are right. Recall: how many of those to raise were raised.\n"+
		"Undecided: flags raised in calls of which nobody knows whether they break the rule, of so many such calls. They count neither way.\n\n")
	var rows [][]string
	for _, id := range r.rules {
		calls := r.rule(id)
		c := sum(calls)
		if !c.Any() {
			rows = append(rows, []string{id, "0", "–", "–", "–", "–", "–", "–", "0", "0", r.undecided(id)})
			continue
		}
		rows = append(rows, []string{
			id, number(c.Hits + c.Missed),
			percent(c.Precision()), within(stats.Wilson(c.Hits, c.Hits+c.False)),
			percent(c.Recall()), within(stats.Wilson(c.Hits, c.Hits+c.Missed)),
			percent(c.F1()), within(r.f1(calls)),
			number(c.Missed), number(c.False), r.undecided(id),
		})
	}
	all := r.counts((*score.Outcome).Flags)
	c := sum(all)
	rows = append(rows, []string{"all flags", number(c.Hits + c.Missed),
		percent(c.Precision()), within(stats.Wilson(c.Hits, c.Hits+c.False)),
		percent(c.Recall()), within(stats.Wilson(c.Hits, c.Hits+c.Missed)),
		percent(c.F1()), within(r.f1(all)), number(c.Missed), number(c.False), ""})
	macro := func(name string, in func(*score.Outcome) bool) {
		f1, i := r.macro(in)
		rows = append(rows, []string{name, "", "", "", "", "", "**" + percent(f1) + "**", within(i), "", "", ""})
	}
	macro("mean of the rules (macro F1)", always)
	macro("the same without near misses", func(o *score.Outcome) bool { return !near(o) })
	table(w, []string{"rule", "to raise", "precision", "95 %", "recall", "95 %", "F1", "95 %", "missed", "false", "undecided"}, rows)
}

// undecided tells in how many calls the truth of a rule is not known, and how often it was flagged there.
func (r *Report) undecided(rule string) string {
	calls, flags := 0, 0
	for _, o := range r.outcomes {
		if slices.Contains(o.Truth.Undecided, rule) {
			calls++
			flags += o.Undecided[rule]
		}
	}
	if calls == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", flags, calls)
}

func (r *Report) holdTable(w *strings.Builder) {
	holds := r.counts(func(o *score.Outcome) stats.Counts { return o.Hold.Counts })
	c := sum(holds)
	fmt.Fprintf(w, "## Holds and speech\n\n%d holds: F1 %s %% (%s), %d missed, %d false.\n", c.Hits+c.Missed, percent(c.F1()), within(r.f1(holds)), c.Missed, c.False)
	speech := r.counts(func(o *score.Outcome) stats.Counts { return o.Speech })
	s := sum(speech)
	fmt.Fprintf(w, "Speech, by frames of 20 ms: precision %s %%, recall %s %%, F1 %s %% (%s).\n\nErrors of the holds' edges in seconds. From music alone: where the switch said nothing.\n\n",
		percent(s.Precision()), percent(s.Recall()), percent(s.F1()), within(r.f1(speech)))
	var rows [][]string
	for _, e := range edges {
		n := 0
		for _, o := range r.outcomes {
			n += len(e.of(&o.Hold))
		}
		row := []string{e.name, number(n)}
		for _, q := range quantiles {
			v, i := r.edge(e.of, q.p)
			row = append(row, seconds(v), seconds(i.Low)+"–"+seconds(i.High))
		}
		rows = append(rows, row)
	}
	table(w, []string{"edge", "holds", "median", "95 %", "p90", "95 %", "p99", "95 %"}, rows)
}

func (r *Report) assessTable(w *strings.Builder) {
	fmt.Fprintf(w, "## Not assessable\n\nHow often a rule was said not to be assessable: when it is not, when it is, and how often that was not said.\n\n")
	var rows [][]string
	for _, id := range r.rules {
		var a score.Assess
		for _, o := range r.outcomes {
			x := o.Assess[id]
			a.Rightly, a.Wrongly, a.Missed = a.Rightly+x.Rightly, a.Wrongly+x.Wrongly, a.Missed+x.Missed
		}
		rows = append(rows, []string{id, number(a.Rightly), number(a.Wrongly), number(a.Missed)})
	}
	c := r.assessed()
	rows = append(rows, []string{"all", number(c.Hits), number(c.False), number(c.Missed)})
	table(w, []string{"rule", "rightly", "wrongly", "not said"}, rows)
}

// Mistakes are all mistakes of all calls, a line each.
func (r *Report) Mistakes() string {
	w := new(strings.Builder)
	for _, o := range r.outcomes {
		for _, m := range o.Mistakes {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.1f\t%s\n", o.Truth.ID, o.Truth.Agent.Name, o.Truth.Customer.Name,
				strings.Join(o.Truth.Degradations, ","), m.At.Seconds(), m.What)
		}
	}
	return w.String()
}

func (r *Report) worstTable(w *strings.Builder) {
	fmt.Fprintf(w, "## The worst\n\nWritten as WAV, sidecar and truth into `.cache/accuracy/worst/`, to be listened to.\n\n")
	var rows [][]string
	for i, o := range r.Worst(10) {
		for k, m := range o.Mistakes {
			name := ""
			if k == 0 {
				name = fmt.Sprintf("%d. %s", i+1, o.Truth.ID)
			}
			rows = append(rows, []string{name, fmt.Sprintf("%.1f", m.At.Seconds()), text(m.What)})
		}
	}
	table(w, []string{"call", "at, s", "what is wrong"}, rows)
}
