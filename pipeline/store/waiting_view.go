package store

import (
	"cmp"
	"slices"
	"sort"
)

// waitingCase is a case that waits, or did when it was read.
type waitingCase struct {
	caseRow
	call int32 // number of its call in the list
}

func (c *waitingCase) place() place { return placeOf(&c.Case) }

// waitingView is the cases that wait as they were at a moment. It never changes: many read it side by side.
type waitingView struct {
	rows  []*waitingCase    // in the order of the inbox
	ofs   []int32           // call → where its rows begin in byCall; one more at the end
	calls []int32           // indices into rows, call by call
	teams map[string]string // agent → team, for cases that name none
}

func newWaitingView(rows []*waitingCase, calls int, teams map[string]string) *waitingView {
	v := &waitingView{rows: rows, ofs: make([]int32, calls+1), calls: make([]int32, len(rows)), teams: teams}
	for _, r := range rows {
		v.ofs[r.call+1]++
	}
	for i := range calls {
		v.ofs[i+1] += v.ofs[i]
	}
	next := slices.Clone(v.ofs)
	for i, r := range rows {
		v.calls[next[r.call]] = int32(i)
		next[r.call]++
	}
	return v
}

// team is the one whose scope sees the case.
func (v *waitingView) team(c *Case) string { return cmp.Or(c.Team, v.teams[c.AgentID]) }

// passing is what a reader may see and asks for.
func (v *waitingView) passing(scope Scope, f *Filter) func(*Case) bool {
	return func(c *Case) bool {
		team := v.team(c)
		return scope.sees(team, c.AgentID) && f.passes(c, team)
	}
}

// after is the index of the first row that comes after a place.
func (v *waitingView) after(p place) int {
	return sort.Search(len(v.rows), func(i int) bool { return v.rows[i].place().compare(p) > 0 })
}

// shown is the case as readers get it.
func (v *waitingView) shown(i int32) Case {
	c := v.rows[i].Case
	c.Team = v.team(&c)
	return c
}

func (v *waitingView) inbox(scope Scope, f *Filter, from, limit int) InboxPage {
	passes := v.passing(scope, f)
	var page InboxPage
	for i := from; i < len(v.rows); i++ {
		if !passes(&v.rows[i].Case) {
			continue
		}
		if len(page.Cases) == limit {
			page.Next = placeOf(&page.Cases[limit-1]).String()
			break
		}
		page.Cases = append(page.Cases, v.shown(int32(i)))
	}
	return page
}

// groups are calls in the order of each one's first case that passes: at a later one it has been on this page or before.
func (v *waitingView) groups(scope Scope, f *Filter, from, limit int) GroupPage {
	passes := v.passing(scope, f)
	var page GroupPage
	for i := from; i < len(v.rows); i++ {
		r := v.rows[i]
		if !passes(&r.Case) {
			continue
		}
		var cases []Case
		first := true
		for _, other := range v.calls[v.ofs[r.call]:v.ofs[r.call+1]] {
			if !passes(&v.rows[other].Case) {
				continue
			}
			if first = int(other) >= i; !first {
				break
			}
			cases = append(cases, v.shown(other))
		}
		if !first {
			continue
		}
		if len(page.Groups) == limit {
			page.Next = page.Groups[limit-1].first().String()
			break
		}
		slices.SortFunc(cases, byPlaceInCall)
		page.Groups = append(page.Groups, CallGroup{r.CallID, r.AgentID, r.Seat, v.team(&r.Case), r.StartedAt, cases})
	}
	return page
}

func (v *waitingView) counts(scope Scope, f *Filter) Counts {
	tallies := map[tally]uint64{}
	for _, r := range v.rows {
		team := v.team(&r.Case)
		if scope.sees(team, r.AgentID) && f.passesRest(&r.Case) {
			tallies[tally{status: r.Status, rule: r.Rule, class: r.Class, team: team}]++
		}
	}
	list := make([]tally, 0, len(tallies))
	for t, n := range tallies {
		t.n = n
		list = append(list, t)
	}
	return f.count(list)
}
