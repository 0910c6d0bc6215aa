package store

import (
	"context"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Counts is how many cases pass a filter. Each map counts by the values of one field, without what the filter itself
// asks of that field, so that it says what another choice would give.
type Counts struct {
	Total                           uint64
	Rules, Classes, Statuses, Teams map[string]uint64 // Classes: an alert is "alert"
}

// Counts counts the cases that pass the filter. While the filter asks only for what waits, Statuses counts only that.
func (s *Store) Counts(ctx context.Context, scope Scope, f Filter) (Counts, error) {
	c := s.where(scope)
	f.askRest(c)
	if f.onlyWaiting() {
		c.in("status", waiting)
	}
	sql, args := s.casesSQL(&f, c, "flag_id, status, rule, class, team, agent_id, appeal", "")
	n := Counts{Rules: map[string]uint64{}, Classes: map[string]uint64{}, Statuses: map[string]uint64{}, Teams: map[string]uint64{}}
	// Of those that name no team the agent's is counted, as it is filtered by.
	sql = `SELECT toString(status), toString(rule), if(class = '', 'alert', toString(class)),
			toString(if(team = '', ifNull(agents.agent_team, ''), cases.team)) AS one_team, appeal IN ('refused', 'granted') AS decided, sum(n)
		FROM (SELECT status, rule, class, team, if(team = '', agent_id, '') AS agent_id, appeal, count() AS n FROM (` + sql + `)
			GROUP BY status, rule, class, team, agent_id, appeal) AS cases
		LEFT ANY JOIN (SELECT agent_id, team AS agent_team FROM ` + s.database + `.agents FINAL) AS agents USING (agent_id)
		GROUP BY ALL`
	asked := f.statuses()
	return n, s.each(ctx, "counts of cases", sql, args, func(r driver.Rows) error {
		var status, rule, class, team string
		var decided bool
		var count uint64
		if err := r.Scan(&status, &rule, &class, &team, &decided, &count); err != nil {
			return err
		}
		ok := [4]bool{
			passes(f.Rules, rule), passes(f.Classes, class), passes(f.Teams, team),
			slices.Contains(asked, status) || decided && slices.Contains(asked, "decided"),
		}
		others := func(but int) bool { // all but one field pass
			for i, yes := range ok {
				if i != but && !yes {
					return false
				}
			}
			return true
		}
		for i, into := range []map[string]uint64{n.Rules, n.Classes, n.Teams, n.Statuses} {
			if others(i) {
				into[[]string{rule, class, team, status}[i]] += count
			}
		}
		if others(3) && decided {
			n.Statuses["decided"] += count
		}
		if others(-1) {
			n.Total += count
		}
		return nil
	})
}

func passes(asked []string, value string) bool {
	return len(asked) == 0 || slices.Contains(asked, value)
}
