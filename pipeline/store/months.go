package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// AgentTotal is what an agent did in a time, in figures.
type AgentTotal struct {
	AgentID, Team         string
	Calls                 uint64
	Confirmed, Rejected   uint64  // flags; one under appeal is confirmed until the verdict is reversed
	Pending, Appealed     uint64  // flags without a verdict, unsure ones too; and those under appeal
	Points, PendingPoints float64 // of the confirmed, and of those without a verdict
}

// AgentTotals counts, agent by agent, calls that began and flags that happened in [from, to). Team is the agent's own or,
// for one whom the table agents does not know, that of a call.
func (s *Store) AgentTotals(ctx context.Context, scope Scope, from, to time.Time) ([]AgentTotal, error) {
	cases, calls := s.where(scope), s.where(scope)
	cases.happened(from, to)
	cases.and("agent_id != ''")
	calls.and("started_at >= "+timeSQL+" AND started_at < "+timeSQL+" AND agent_id != ''", from.UnixMicro(), to.UnixMicro())
	sql := `SELECT agent_id, if(max(known) != '', max(known), max(seen)), sum(calls), sum(confirmed), sum(rejected), sum(pending), sum(appealed),
			sum(points), sum(pending_points)
		FROM (
			SELECT agent_id, '' AS known, max(toString(team)) AS seen, count() AS calls, 0 AS confirmed, 0 AS rejected, 0 AS pending, 0 AS appealed,
				0. AS points, 0. AS pending_points
			FROM ` + s.database + `.calls FINAL WHERE ` + calls.String() + ` GROUP BY agent_id
			UNION ALL
			SELECT agent_id, '', max(toString(team)), 0, countIf(status IN ('confirmed', 'appealed')), countIf(status = 'rejected'),
				countIf(status IN ('pending', 'unsure')), countIf(status = 'appealed'),
				sumIf(cases.points, status IN ('confirmed', 'appealed')), sumIf(cases.points, status IN ('pending', 'unsure'))
			FROM ` + s.database + `.cases FINAL WHERE ` + cases.String() + ` GROUP BY agent_id
			UNION ALL
			SELECT agent_id, toString(team), '', 0, 0, 0, 0, 0, 0., 0. FROM ` + s.database + `.agents FINAL
		) GROUP BY agent_id HAVING sum(calls) + sum(confirmed) + sum(rejected) + sum(pending) > 0 ORDER BY agent_id
		SETTINGS do_not_merge_across_partitions_select_final = 1`
	var totals []AgentTotal
	return totals, s.each(ctx, "agents' totals", sql, append(append([]any{}, calls.args...), cases.args...), func(r driver.Rows) error {
		var t AgentTotal
		err := r.Scan(&t.AgentID, &t.Team, &t.Calls, &t.Confirmed, &t.Rejected, &t.Pending, &t.Appealed, &t.Points, &t.PendingPoints)
		totals = append(totals, t)
		return err
	})
}

// AgentCases reads all cases of an agent that happened in [from, to), in the order in which they happened, those without
// anything to judge left out.
func (s *Store) AgentCases(ctx context.Context, scope Scope, agentID string, from, to time.Time) ([]Case, error) {
	c := s.where(scope)
	c.happened(from, to)
	c.and("status NOT IN ('exonerated', 'withdrawn')")
	// All versions of a case are of one agent, so that others' can be left out before versions are compared.
	cases, err := selectRows(ctx, s, "cases", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+".cases FINAL PREWHERE agent_id = ? WHERE "+
		c.String()+" ORDER BY at, flag_id SETTINGS do_not_merge_across_partitions_select_final = 1", append([]any{agentID}, c.args...)...)
	if err != nil {
		return nil, err
	}
	return cases, s.nameTeams(ctx, cases)
}

// Slips reads the confirmed violations that happened in [from, to), in the order in which they happened; team empty = all
// of the scope. Alerts, which break no rule of the ordinance, are none.
func (s *Store) Slips(ctx context.Context, scope Scope, team string, from, to time.Time) ([]Case, error) {
	c := s.where(scope)
	if team != "" {
		s.inTeams(c, []string{team})
	}
	c.happened(from, to)
	c.and("status IN ('confirmed', 'appealed') AND class != ''")
	return s.casesInOrder(ctx, c, "at, flag_id", "")
}

// Appeals reads cases whose appeal is at one of stages (leader, manager, refused, granted), those that wait longest first;
// limit 0 = 1,000.
func (s *Store) Appeals(ctx context.Context, scope Scope, stages []string, limit int) ([]Case, error) {
	c := s.where(scope)
	c.and("appeal IN ?", stages)
	if limit <= 0 {
		limit = 1000
	}
	return s.casesInOrder(ctx, c, "appeal_at, flag_id", fmt.Sprintf("LIMIT %d", limit))
}

func (s *Store) casesInOrder(ctx context.Context, c *conditions, order, limit string) ([]Case, error) {
	cases, err := selectRows(ctx, s, "cases", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+".cases FINAL WHERE "+c.String()+
		" ORDER BY "+order+" "+limit+" SETTINGS do_not_merge_across_partitions_select_final = 1", c.args...)
	if err != nil {
		return nil, err
	}
	return cases, s.nameTeams(ctx, cases)
}
