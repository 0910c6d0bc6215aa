package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Agents reads the agents of a scope by id, those who left not among them.
func (s *Store) Agents(ctx context.Context, scope Scope) ([]AgentRow, error) {
	c := s.where(scope)
	c.and("NOT removed")
	return selectRows(ctx, s, "agents", agentColumns, "SELECT "+names(agentColumns)+" FROM "+s.database+".agents FINAL WHERE "+
		c.String()+" ORDER BY agent_id", c.args...)
}

// SaveAgents writes agents over what is known of them. Of two who do so the later counts.
func (s *Store) SaveAgents(ctx context.Context, rows []AgentRow) error {
	rows = slices.Clone(rows)
	for i := range rows {
		if rows[i].AgentID == "" {
			return fmt.Errorf("cannot save agent %d: no agent id", i)
		}
		if rows[i].Version == 0 {
			rows[i].Version = uint64(time.Now().UnixMicro())
		}
	}
	return insert(ctx, s, "agents", agentColumns, rows, "")
}

// Teams names the teams of a scope: of agents, and of calls of the last 31 days.
func (s *Store) Teams(ctx context.Context, scope Scope, now time.Time) ([]string, error) {
	agents, calls := s.where(scope), s.where(scope)
	agents.and("NOT removed")
	calls.and("started_at >= "+timeSQL, now.AddDate(0, 0, -31).UnixMicro())
	var teams []string
	return teams, s.each(ctx, "teams", "SELECT DISTINCT toString(team) AS name FROM (SELECT team FROM "+s.database+".agents FINAL WHERE "+agents.String()+
		" UNION ALL SELECT team FROM "+s.database+".calls WHERE "+calls.String()+") WHERE name != '' ORDER BY name",
		append(append([]any{}, agents.args...), calls.args...), func(r driver.Rows) error {
			var team string
			err := r.Scan(&team)
			teams = append(teams, team)
			return err
		})
}
