package rulebook

import (
	"cmp"
	"slices"

	"github.com/earshot/earshot/analyzers"
)

// Judge judges one call. It belongs to one goroutine at a time; the rulebook behind it may be shared.
type Judge struct {
	book     *Rulebook
	callID   string
	segments timelines
	raised   map[string]Flag
	scope    scope
}

// NewJudge returns a judge for a call.
func (b *Rulebook) NewJudge(callID string) *Judge {
	j := &Judge{book: b, raised: map[string]Flag{}}
	j.Keep(DefaultKept)
	j.Reset(callID)
	return j
}

// Reset makes the judge as new, for another call.
func (j *Judge) Reset(callID string) {
	j.callID = callID
	j.segments.reset()
	clear(j.raised)
	j.scope = scope{facts: facts{segments: &j.segments}}
}

// Keep bounds how many segments of each kind are kept until the call is judged; DefaultKept if n is 0. Of more than that, those
// that a rule flags stay, and of the others the oldest is forgotten.
func (j *Judge) Keep(n int) { j.segments.most = cmp.Or(n, DefaultKept) }

// Dropped is how many segments the judge could not keep. The functions count and total know of them nevertheless.
func (j *Judge) Dropped() int {
	n := 0
	for _, line := range j.segments.kinds {
		n += line.dropped
	}
	return n
}

// Segment takes a segment, open or closed; one of the same kind, leg and start replaces what was known of it. It
// returns the flags of live rules that are raised now for the first time. They are open: only End tells which stand.
//
// Needs are not asked, since the call's facts are not complete, and a rule with a lower limit waits for a segment to close.
func (j *Judge) Segment(s *analyzers.Segment) []Flag {
	if !j.book.Needs(s.Kind) {
		return nil
	}
	stored := j.segments.put(s, j.flagged)
	if stored == nil {
		return nil
	}
	var raised []Flag
	j.scope.facts.call = Call{}
	for _, r := range j.book.rules {
		if !r.Enabled || !r.Live {
			continue
		}
		var f Flag
		var ok bool
		switch {
		case r.onCall() && r.kinds[s.Kind]:
			f, ok, _ = j.onCall(r, j.segments.end())
		case slices.Contains(r.On, s.Kind):
			f, ok, _ = j.onSegment(r, stored)
		}
		if _, before := j.raised[f.ID]; !ok || before || f.State != Final {
			continue
		}
		f.State = Open
		j.raised[f.ID] = f
		raised = append(raised, f)
	}
	return raised
}

// End judges the whole call anew, from its final segments and what is known of it. It changes nothing, so that it
// may be asked again.
func (j *Judge) End(c Call) Verdict {
	var v Verdict
	withdrawn := map[string]string{} // by rule: why its live flags do not stand
	confirmed := map[string]bool{}
	j.scope.facts.call = c
	for _, r := range j.book.rules {
		if !r.Enabled {
			continue
		}
		flags, not := j.rule(r, c)
		if not != nil {
			v.NotAssessable = append(v.NotAssessable, *not)
			withdrawn[r.ID] = "not assessable: " + not.Reason
		}
		for _, f := range flags {
			confirmed[f.ID] = true
			if f.State == Final {
				v.Points += f.Points
			}
		}
		v.Flags = append(v.Flags, flags...)
	}
	confirmedUntil := len(v.Flags)
	for id, f := range j.raised {
		if confirmed[id] {
			continue
		}
		f.State = Withdrawn
		f.Reason = cmp.Or(withdrawn[f.Rule], "the whole call does not confirm it")
		v.Flags = append(v.Flags, f)
	}
	slices.SortFunc(v.Flags[confirmedUntil:], func(a, b Flag) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.ID, b.ID))
	})
	v.Score = max(0, 100-v.Points)
	return v
}

// rule judges one rule for the ended call: its flags in the order of time, or why it is not assessable.
func (j *Judge) rule(r *rule, c Call) ([]Flag, *NotAssessable) {
	j.scope.item.segment = nil
	j.scope.facts.judged(r)
	for _, n := range r.needs {
		holds, err := n.that.holds(&j.scope)
		if err != nil {
			return nil, unusable(r, err)
		}
		if !holds {
			return nil, &NotAssessable{Rule: r.ID, Reason: n.reason.EN, ReasonZH: n.reason.ZH}
		}
	}
	if r.onCall() {
		f, ok, err := j.onCall(r, c.Duration)
		switch {
		case err != nil:
			return nil, unusable(r, err)
		case ok:
			return []Flag{f}, nil
		}
		return nil, nil
	}
	var flags []Flag
	for _, kind := range r.On {
		line := j.segments.of(kind)
		for i := range line.segments {
			f, ok, err := j.onSegment(r, &line.segments[i].Segment)
			if err != nil {
				return nil, unusable(r, err)
			}
			if ok {
				flags = append(flags, f)
			}
		}
	}
	return distinct(flags), nil
}

// distinct keeps one flag of those with the same id, as segments of two legs or kinds that begin together have: one
// that stands before an exonerated one, and the worse before the better.
func distinct(flags []Flag) []Flag {
	slices.SortStableFunc(flags, func(a, b Flag) int {
		stands := func(f Flag) int {
			if f.State == Final {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Start.Milliseconds(), b.Start.Milliseconds()),
			cmp.Compare(stands(a), stands(b)), cmp.Compare(b.Margin, a.Margin))
	})
	return slices.CompactFunc(flags, func(a, b Flag) bool { return a.ID == b.ID })
}

func unusable(r *rule, err error) *NotAssessable {
	return &NotAssessable{Rule: r.ID, Reason: "measurement not usable: " + err.Error(), ReasonZH: "测量值无效：" + err.Error()}
}
