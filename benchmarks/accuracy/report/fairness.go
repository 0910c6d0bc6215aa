package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

// judgesVoice are the rules that judge how an agent speaks, which must not depend on whose voice it is.
var judgesVoice = []string{"raised-voice", "interruption"}

// rate counts calls with a false flag among those that should have none.
type rate struct{ falsely, calls int }

func (r rate) share() float64 { return float64(r.falsely) / float64(r.calls) }

// falseRates are the rates of a rule by a property of the agent's voice, over the calls in which it is assessable and
// nothing of it is true.
func (r *Report) falseRates(rule string, by func(score.Voice) string) map[string]rate {
	rates := map[string]rate{}
	for _, o := range r.outcomes {
		c := o.Rules[rule]
		if c.Hits+c.Missed > 0 || slices.Contains(o.Truth.NotAssessable, rule) || slices.Contains(o.Truth.Undecided, rule) {
			continue
		}
		name := cmp.Or(by(o.Truth.Agent), "unknown")
		x := rates[name]
		x.calls++
		if c.False > 0 {
			x.falsely++
		}
		rates[name] = x
	}
	return rates
}

func (r *Report) fairness(w *strings.Builder) {
	fmt.Fprintf(w, "## Fairness\n\nCalls with a false flag among those that should have none, by the agent's voice, in percent. The difference of the\n"+
		"sexes with its interval after Newcombe: where that holds 0, no difference is shown.\n\n")
	var rows [][]string
	for _, rule := range judgesVoice {
		rates := r.falseRates(rule, func(v score.Voice) string { return v.Sex })
		for _, sex := range sortedKeys(rates) {
			rows = append(rows, rateRow(rule, "sex "+sex, rates[sex]))
		}
		f, m := rates["f"], rates["m"]
		difference := math.NaN()
		if f.calls > 0 && m.calls > 0 {
			difference = f.share() - m.share()
		}
		rows = append(rows, []string{rule + ", f less m", "", "", percent(difference), within(stats.Difference(f.falsely, f.calls, m.falsely, m.calls))})
		rates = r.falseRates(rule, func(v score.Voice) string { return v.Language })
		for _, language := range sortedKeys(rates) {
			rows = append(rows, rateRow(rule, "language "+language, rates[language]))
		}
	}
	table(w, []string{"rule, agent's voice", "calls", "with a false flag", "%", "95 %"}, rows)
}

func rateRow(rule, who string, x rate) []string {
	return []string{rule + ", " + text(who), number(x.calls), number(x.falsely), percent(x.share()), within(stats.Wilson(x.falsely, x.calls))}
}
