package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"
)

// InboxPage is a page of cases, gravest and then newest first.
type InboxPage struct {
	Cases []Case
	Next  string // Page.After of the next page; empty = there is none
}

// order is how a list of cases is ordered, in the terms of the two columns that every source of cases has.
const order = "urgency, late, flag_id"

// urgent is what the table waiting has as columns and other tables must compute.
const urgent = "toUInt8(3 - grade) AS urgency, -toUnixTimestamp64Micro(at) AS late"

// Inbox reads a page of the cases that pass the filter.
func (s *Store) Inbox(ctx context.Context, scope Scope, f Filter, p Page) (InboxPage, error) {
	after, more, err := parsePlace(p.After)
	if err != nil {
		return InboxPage{}, err
	}
	c := s.where(scope)
	f.ask(s, c)
	if more {
		c.and("(urgency, late, flag_id) > (?, ?, ?)", after.Urgency, after.Late, after.ID)
	}
	limit := p.limit()
	if v, from, err := s.heldFrom(ctx, &f, after, more); v != nil || err != nil {
		if err != nil {
			return InboxPage{}, err
		}
		return v.inbox(scope, &f, from, limit), nil
	}
	parts, err := s.caseParts(ctx, &f, c, names(caseColumns), fmt.Sprintf("ORDER BY %s LIMIT %d", order, limit+1))
	if err != nil {
		return InboxPage{}, err
	}
	found := make([][]Case, len(parts))
	if err := parts.each(ctx, func(ctx context.Context, i int, p part) (err error) {
		found[i], err = selectRows(ctx, s, "cases", caseColumns, "SELECT "+names(caseColumns)+" FROM ("+p.sql+")", p.args...)
		return err
	}); err != nil {
		return InboxPage{}, err
	}
	page := InboxPage{Cases: slices.Concat(found...)}
	slices.SortFunc(page.Cases, func(a, b Case) int { return placeOf(&a).compare(placeOf(&b)) })
	if len(page.Cases) > limit {
		page.Cases = page.Cases[:limit]
		page.Next = placeOf(&page.Cases[limit-1]).String()
	}
	return page, s.nameTeams(ctx, page.Cases)
}

// heldFrom is what waits and where in it a page begins; nil when the filter asks for more or it is too much to hold.
func (s *Store) heldFrom(ctx context.Context, f *Filter, after place, more bool) (v *waitingView, from int, err error) {
	if !f.onlyWaiting() {
		return nil, 0, nil
	}
	if v, err = s.waitingNow(ctx); v != nil && more {
		from = v.after(after)
	}
	return v, from, err
}

// part is a query for some of the cases that are asked for: no case is in two parts.
type part struct {
	sql  string
	args []any
}

type parts []part

// each asks all parts side by side.
func (list parts) each(ctx context.Context, ask func(ctx context.Context, i int, p part) error) error {
	group, within := errgroup.WithContext(ctx)
	for i, p := range list {
		group.Go(func() error { return ask(within, i, p) })
	}
	return group.Wait()
}

// caseParts are queries for columns, and urgency and late, of the cases that meet the conditions. Each ends with tail.
//
// Cases that wait are those of the table waiting which nobody has changed since it was made, and those changed since as
// they are now. A machine may have written anew what a person has judged long ago: that is no change, and what tells is
// that there are steps.
func (s *Store) caseParts(ctx context.Context, f *Filter, c *conditions, columns, tail string) (parts, error) {
	db := s.database
	if !f.onlyWaiting() {
		return parts{{"SELECT " + urgent + ", " + columns + " FROM " + db + ".cases FINAL WHERE " + c.String() + " " + tail +
			" SETTINGS do_not_merge_across_partitions_select_final = 1", c.args}}, nil
	}
	made, err := s.waitingMade(ctx)
	if err != nil {
		return nil, err
	}
	changed := s.changedSince(made)
	return parts{
		{"SELECT urgency, late, " + columns + " FROM " + db + ".waiting WHERE flag_id != '' AND flag_id NOT IN (SELECT flag_id FROM " + changed +
			") AND " + c.String() + " " + tail, c.args},
		{"SELECT " + urgent + ", " + columns + " FROM (SELECT * FROM " + changed + ") WHERE " + c.String() + " " + tail, c.args},
	}, nil
}

// changedSince selects, after FROM, the cases written since a time, in microseconds since 1970, as they were written last.
func (s *Store) changedSince(at int64) string {
	since := s.database + ".changes WHERE written_at >= fromUnixTimestamp64Micro(" + strconv.FormatInt(at, 10) + ", 'UTC')"
	return "(SELECT * FROM " + since + " ORDER BY flag_id, version DESC LIMIT 1 BY flag_id) WHERE NOT (number = 0 AND flag_id IN (SELECT flag_id FROM " +
		s.database + ".reviews WHERE (started_at, call_id) IN (SELECT started_at, call_id FROM " + since + " AND number = 0)))"
}

// margin is longer than an insert takes from its begin, whose time it bears, to its end, when it is seen.
const margin = 2 * time.Minute

// waitingMade is a time, in microseconds since 1970, such that the table waiting holds all that was written before. What it
// says is used for some seconds: a time too early is no harm, since what it adds are changes that the table holds as well.
func (s *Store) waitingMade(ctx context.Context) (int64, error) {
	if m := s.made.Load(); m != nil && time.Since(m.asked) < 5*time.Second {
		return m.at, nil
	}
	m := made{asked: time.Now()}
	var at time.Time
	if err := s.each(ctx, "when waiting was made", "SELECT max(made_at) FROM "+s.database+
		".waiting WHERE urgency = 0 AND late = -9223372036854775808", nil, func(r driver.Rows) error { return r.Scan(&at) }); err != nil {
		return 0, err
	}
	m.at = max(at.Add(-margin).UnixMicro(), 0)
	s.made.Store(&m)
	return m.at, nil
}

type made struct {
	asked time.Time
	at    int64
}

// nameTeams gives cases that name no team their agent's.
func (s *Store) nameTeams(ctx context.Context, cases []Case) error {
	var teams map[string]string
	for i := range cases {
		if cases[i].Team != "" || cases[i].AgentID == "" {
			continue
		}
		if teams == nil {
			var err error
			if teams, err = s.agentTeams(ctx); err != nil {
				return err
			}
		}
		cases[i].Team = teams[cases[i].AgentID]
	}
	return nil
}

func (s *Store) agentTeams(ctx context.Context) (map[string]string, error) {
	teams := map[string]string{}
	return teams, s.each(ctx, "agents", "SELECT agent_id, toString(team) FROM "+s.database+".agents FINAL", nil, func(r driver.Rows) error {
		var agent, team string
		err := r.Scan(&agent, &team)
		teams[agent] = team
		return err
	})
}
