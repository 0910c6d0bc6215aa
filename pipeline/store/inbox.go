package store

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
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
	sql, args := s.casesSQL(&f, c, names(caseColumns), fmt.Sprintf("ORDER BY %s LIMIT %d", order, limit+1))
	cases, err := selectRows(ctx, s, "cases", caseColumns,
		"SELECT "+names(caseColumns)+" FROM ("+sql+fmt.Sprintf(") ORDER BY %s LIMIT %d", order, limit+1), args...)
	if err != nil {
		return InboxPage{}, err
	}
	page := InboxPage{Cases: cases}
	if len(cases) > limit {
		page.Cases = cases[:limit]
		page.Next = placeOf(&page.Cases[limit-1]).String()
	}
	return page, s.nameTeams(ctx, page.Cases)
}

// casesSQL selects columns, and urgency and late, of the cases that meet the conditions. Each part of it ends with tail.
//
// Cases that wait are those of the table waiting which nobody has changed since it was made, and those changed since as
// they are now. A machine may have written anew what a person has judged long ago: that is no change, and what tells is
// that there are steps. The time since which is generous, so that no case falls between a new table and an old one.
func (s *Store) casesSQL(f *Filter, c *conditions, columns, tail string) (string, []any) {
	db := s.database
	if !f.onlyWaiting() {
		return "SELECT " + urgent + ", " + columns + " FROM " + db + ".cases FINAL WHERE " + c.String() + " " + tail +
			" SETTINGS do_not_merge_across_partitions_select_final = 1", c.args
	}
	sql := `WITH (SELECT max(made_at) FROM ` + db + `.waiting WHERE urgency = 0 AND late = -9223372036854775808) - INTERVAL 15 MINUTE AS since
		SELECT urgency, late, ` + columns + ` FROM ` + db + `.waiting
		WHERE flag_id != '' AND flag_id NOT IN (SELECT flag_id FROM ` + db + `.changes WHERE written_at >= since) AND ` + c.String() + ` ` + tail + `
		UNION ALL
		SELECT ` + urgent + `, ` + columns + ` FROM (
			SELECT * FROM ` + db + `.changes WHERE written_at >= since ORDER BY flag_id, version DESC LIMIT 1 BY flag_id)
		WHERE NOT (number = 0 AND flag_id IN (SELECT flag_id FROM ` + db + `.reviews WHERE (started_at, call_id) IN (
			SELECT started_at, call_id FROM ` + db + `.changes WHERE written_at >= since AND number = 0))) AND ` + c.String() + ` ` + tail
	return sql, append(append([]any{}, c.args...), c.args...)
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
