package rulebook

import (
	"maps"
	"slices"
)

// Text is a text in both languages of the web application.
type Text struct{ ZH, EN string }

// Class is how grave a violation is.
type Class string

// The classes of the regulations: 一般, 较严重违纪, 严重违纪.
const (
	Minor   Class = "minor"
	Serious Class = "serious"
	Grave   Class = "grave"
)

// Basis is who set a rule's points and class.
type Basis string

// Points and class come from the regulations, from Earshot where the regulations give none, or from the owner.
const (
	Regulation Basis = "regulation"
	Default    Basis = "default"
	Owner      Basis = "owner"
)

// Rule is a rule as it reads.
type Rule struct {
	ID    string
	Title Text
	// About explains to an inspector what the flag means.
	About   Text
	Clauses []string
	Basis   Basis
	// On are the kinds of segment that are judged; none for a rule that is judged once a call.
	On    []string
	Needs []string
	// When, Where, Measure and Unless are CEL; all but Measure may be empty.
	When, Where, Measure, Unless string
	// Unit of the measured value and the limit, such as s or dB.
	Unit string
	// Comparison is above, at_least, below or at_most: how a violation relates to the limit.
	Comparison string
	Limit      float64
	// Confidence is how sure the analyzer must at least be of a segment for it to count, 0 to 1.
	Confidence float64
	Points     float64
	Class      Class
	Live       bool
	Enabled    bool
	// Evidence is the kind of segment to listen to when the rule is judged once a call.
	Evidence string
}

// rule is a rule ready to be evaluated.
type rule struct {
	Rule
	line                         int
	clause                       string
	comparison                   comparison
	needs                        []*need
	when, where, measure, unless *expression
	// kinds are the kinds of segment that the verdict depends on.
	kinds map[string]bool
}

// need is a condition on the call without which a rule cannot be judged.
type need struct {
	name   string
	that   *expression
	reason Text
}

// comparison says when a measured value breaks a limit.
type comparison struct {
	name     string
	broken   func(measured, limit float64) bool
	downward bool
}

func comparisons() []comparison {
	return []comparison{
		{name: "above", broken: func(m, l float64) bool { return m > l }},
		{name: "at_least", broken: func(m, l float64) bool { return m >= l }},
		{name: "below", broken: func(m, l float64) bool { return m < l }, downward: true},
		{name: "at_most", broken: func(m, l float64) bool { return m <= l }, downward: true},
	}
}

// margin is how far the measured value is past the limit.
func (c comparison) margin(measured, limit float64) float64 {
	if c.downward {
		return limit - measured
	}
	return measured - limit
}

// onCall says that the rule is judged once a call, not for each segment.
func (r *rule) onCall() bool { return len(r.On) == 0 }

// expressions are those of the rule that are there, by their key. The needs are not among them.
func (r *rule) expressions() map[string]*expression {
	all := map[string]*expression{"when": r.when, "where": r.where, "measure": r.measure, "unless": r.unless}
	maps.DeleteFunc(all, func(_ string, e *expression) bool { return e == nil })
	return all
}

// dependsOn gathers the kinds of segment that the rule's verdict depends on.
func (r *rule) dependsOn() map[string]bool {
	kinds := map[string]bool{}
	for _, k := range r.On {
		kinds[k] = true
	}
	if r.Evidence != "" {
		kinds[r.Evidence] = true
	}
	for _, e := range r.expressions() {
		maps.Copy(kinds, e.kinds)
	}
	for _, n := range r.needs {
		maps.Copy(kinds, n.that.kinds)
	}
	return kinds
}

// usesCall says that the verdict depends on facts of the call.
func (r *rule) usesCall() bool {
	for _, e := range r.expressions() {
		if e.usesCall {
			return true
		}
	}
	return false
}

// checkLive refuses a live rule that reads facts of the call: while the call goes on they are not complete, so that
// it would judge by guesses. Its needs may: they are asked when the call has ended.
func (r *rule) checkLive(line int, p *problems) {
	if !r.Live {
		return
	}
	all := r.expressions()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if all[key].usesCall {
			p.add(line, "expressions on segments only, or a need, or live: false",
				"the live rule %s reads a fact of the call in %s", r.ID, key)
		}
	}
}
