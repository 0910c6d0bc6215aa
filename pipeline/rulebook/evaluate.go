package rulebook

import (
	"cmp"
	"time"

	"github.com/earshot/earshot/analyzers"
)

// onSegment holds a segment against a rule. It gives a flag, final or exonerated, if the limit is broken.
func (j *Judge) onSegment(r *rule, s *analyzers.Segment) (Flag, bool, error) {
	if s.Open && (!r.Live || r.comparison.downward) || s.Confidence < r.Confidence {
		return Flag{}, false, nil
	}
	j.scope.item.segment = s
	f, broken, err := j.evaluate(r)
	if err != nil || !broken {
		return Flag{}, false, err
	}
	f.ID = FlagID(j.callID, r.ID, s.Start)
	f.Leg, f.Start, f.End, f.Confidence = s.Leg.Name(), s.Start, s.End, s.Confidence
	return f, true, nil
}

// onCall holds the call as a whole, which lasts until end, against a rule.
func (j *Judge) onCall(r *rule, end time.Duration) (Flag, bool, error) {
	j.scope.item.segment = nil
	f, broken, err := j.evaluate(r)
	if err != nil || !broken {
		return Flag{}, false, err
	}
	f.ID = FlagID(j.callID, r.ID, 0)
	f.End, f.Confidence = end, 1
	if at, ok := j.segments.span(r.Evidence, j.scope.facts.counts); ok {
		f.Leg, f.Start, f.End, f.Confidence = at.leg, at.start, at.end, at.confidence
	}
	return f, true, nil
}

// evaluate asks the rule's expressions in the scope that is set.
func (j *Judge) evaluate(r *rule) (Flag, bool, error) {
	j.scope.facts.judged(r)
	if candidate, err := r.when.holds(&j.scope); err != nil || !candidate {
		return Flag{}, false, err
	}
	measured, err := r.measure.figure(&j.scope)
	err = cmp.Or(err, j.scope.facts.failed)
	if err != nil || !r.comparison.broken(measured, r.Limit) {
		return Flag{}, false, err
	}
	f := Flag{
		CallID: j.callID, Rule: r.ID, Measured: measured, Limit: r.Limit, Margin: r.comparison.margin(measured, r.Limit),
		Comparison: r.Comparison, Points: r.Points, Class: r.Class, Clause: r.clause, State: Final,
		RulebookVersion: j.book.version,
	}
	if r.unless != nil {
		excused, err := r.unless.holds(&j.scope)
		if err != nil {
			return Flag{}, false, err
		}
		if excused {
			f.State, f.Reason = Exonerated, "excused: "+r.Unless
		}
	}
	return f, true, nil
}

// flagged says whether a rule would flag the segment when the call ends, as far as that can be known by now: a rule
// that depends on facts of the call is taken to.
func (j *Judge) flagged(s *analyzers.Segment) bool {
	for _, r := range j.book.rules {
		if !r.Enabled {
			continue
		}
		for _, kind := range r.On {
			if kind != s.Kind {
				continue
			}
			if r.usesCall() {
				return true
			}
			if _, ok, err := j.onSegment(r, s); ok || err != nil {
				return true
			}
		}
	}
	return false
}
