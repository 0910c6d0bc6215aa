package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
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
func (s *Store) InboxCalls(ctx context.Context, scope Scope, f Filter, p Page) (GroupPage, error) {
	after, more, err := parsePlace(p.After)
	if err != nil {
		return GroupPage{}, err
	}
	c := s.where(scope)
	f.ask(s, c)
	limit := p.limit()
	sql, args := s.casesSQL(&f, c, "flag_id, call_id, started_at", "")
	sql = "SELECT call_id, started_at, min((urgency, late, flag_id)) AS first, first.1, first.2, first.3 FROM (" + sql + ") GROUP BY call_id, started_at"
	if more {
		sql += " HAVING first > (?, ?, ?)"
		args = append(args, after.Urgency, after.Late, after.ID)
	}
	sql = "SELECT call_id, started_at, `first.1`, `first.2`, `first.3` FROM (" + sql + fmt.Sprintf(") ORDER BY first LIMIT %d", limit+1)
	var page GroupPage
	var places []place
	if err := s.each(ctx, "calls of cases", sql, args, func(r driver.Rows) error {
		var g CallGroup
		var at place
		err := r.Scan(&g.CallID, &g.StartedAt, &at.Urgency, &at.Late, &at.ID)
		page.Groups, places = append(page.Groups, g), append(places, at)
		return err
	}); err != nil {
		return GroupPage{}, err
	}
	if len(page.Groups) > limit {
		page.Groups, page.Next = page.Groups[:limit], places[limit-1].String()
	}
	return page, s.fillGroups(ctx, scope, f, page.Groups)
}

func (s *Store) fillGroups(ctx context.Context, scope Scope, f Filter, groups []CallGroup) error {
	if len(groups) == 0 {
		return nil
	}
	at := map[string]int{}
	c := s.where(scope)
	f.ask(s, c)
	list := ""
	var args []any
	for i, g := range groups {
		at[g.CallID] = i
		if i > 0 {
			list += ", "
		}
		list += "(" + timeSQL + ", ?)"
		args = append(args, g.StartedAt.UnixMicro(), g.CallID)
	}
	cases, err := selectRows(ctx, s, "cases", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+
		".cases FINAL WHERE (started_at, call_id) IN ("+list+") AND "+c.String()+" SETTINGS do_not_merge_across_partitions_select_final = 1",
		append(args, c.args...)...)
	if err != nil {
		return err
	}
	if err := s.nameTeams(ctx, cases); err != nil {
		return err
	}
	for _, one := range cases {
		g := &groups[at[one.CallID]]
		g.AgentID, g.Seat, g.Team = one.AgentID, one.Seat, one.Team
		g.Cases = append(g.Cases, one)
	}
	for i := range groups {
		slices.SortFunc(groups[i].Cases, byPlaceInCall)
	}
	return nil
}

func byPlaceInCall(a, b Case) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.FlagID, b.FlagID))
}
