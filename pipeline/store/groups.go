package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// CallGroup is a call in the inbox with its cases that pass the filter.
type CallGroup struct {
	CallID, AgentID, Seat, Team string
	StartedAt                   time.Time
	Cases                       []Case // by where they begin
}

// GroupPage is a page of calls, in the order of each one's first case in the inbox.
type GroupPage struct {
	Groups []CallGroup
	Next   string // Page.After of the next page; empty = there is none
}

// InboxCalls reads a page of the calls that have cases which pass the filter.
//
// It walks the cases in the order of the inbox. A call stands where its first case does; at a later case of a call it has
// been on this page or one before, and is passed over.
func (s *Store) InboxCalls(ctx context.Context, scope Scope, f Filter, p Page) (GroupPage, error) {
	limit := p.limit()
	after, more, err := parsePlace(p.After)
	if err != nil {
		return GroupPage{}, err
	}
	v, from, err := s.heldFrom(ctx, &f, after, more)
	if err != nil {
		return GroupPage{}, err
	}
	if v != nil {
		return v.groups(scope, &f, from, limit), nil
	}
	var page GroupPage
	for cursor := p.After; ; {
		cases, err := s.Inbox(ctx, scope, f, Page{Limit: 2 * limit, After: cursor})
		if err != nil {
			return GroupPage{}, err
		}
		groups, err := s.groupsOf(ctx, scope, f, cases.Cases)
		if err != nil {
			return GroupPage{}, err
		}
		for i := range cases.Cases {
			c := &cases.Cases[i]
			g := groups[c.CallID]
			if g == nil || g.first() != placeOf(c) {
				continue
			}
			if len(page.Groups) == limit {
				last := &page.Groups[limit-1]
				page.Next = last.first().String()
				return page, nil
			}
			page.Groups = append(page.Groups, *g)
		}
		if cursor = cases.Next; cursor == "" {
			return page, nil
		}
	}
}

// groupsOf reads the calls of cases with all their cases that pass the filter.
func (s *Store) groupsOf(ctx context.Context, scope Scope, f Filter, met []Case) (map[string]*CallGroup, error) {
	groups := map[string]*CallGroup{}
	keys := &conditions{}
	for i := range met {
		if groups[met[i].CallID] == nil {
			groups[met[i].CallID] = &CallGroup{CallID: met[i].CallID, StartedAt: met[i].StartedAt}
			// As text, which ClickHouse reads by the column's type and zone: a hundred calls of a function are slow to analyse.
			keys.and("(?, ?)", met[i].StartedAt.UTC().Format("2006-01-02 15:04:05.000000"), met[i].CallID)
		}
	}
	if len(groups) == 0 {
		return groups, nil
	}
	c := s.where(scope)
	f.ask(s, c)
	cases, err := selectRows(ctx, s, "cases", caseColumns, "SELECT "+names(caseColumns)+" FROM (SELECT * FROM "+s.database+
		".cases WHERE (started_at, call_id) IN ("+strings.Join(keys.sql, ", ")+") ORDER BY started_at, call_id, flag_id, version DESC LIMIT 1 BY started_at, call_id, flag_id) WHERE "+
		c.String(), append(keys.args, c.args...)...)
	if err != nil {
		return nil, err
	}
	if err := s.nameTeams(ctx, cases); err != nil {
		return nil, err
	}
	slices.SortFunc(cases, byPlaceInCall)
	for _, one := range cases {
		g := groups[one.CallID]
		g.AgentID, g.Seat, g.Team = one.AgentID, one.Seat, one.Team
		g.Cases = append(g.Cases, one)
	}
	return groups, nil
}

// first is the place of the call's first case in the inbox.
func (g *CallGroup) first() place {
	var first place
	for i := range g.Cases {
		if at := placeOf(&g.Cases[i]); i == 0 || at.compare(first) < 0 {
			first = at
		}
	}
	return first
}

func byPlaceInCall(a, b Case) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.FlagID, b.FlagID))
}
