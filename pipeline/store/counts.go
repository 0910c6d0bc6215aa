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
	v, _, err := s.heldFrom(ctx, &f, place{}, false)
	if err != nil {
		return Counts{}, err
	}
	if v != nil {
		return v.counts(scope, &f), nil
	}
	c := s.where(scope)
	f.askRest(c)
	if f.onlyWaiting() {
		c.in("status", waiting)
	}
	list, err := s.caseParts(ctx, &f, c, "status, rule, class, team, agent_id, appeal", "")
	if err != nil {
		return Counts{}, err
	}
	var all [2][]tally
	if err := list.each(ctx, func(ctx context.Context, i int, p part) error {
		return s.each(ctx, "counts of cases", `SELECT toString(status), toString(rule), toString(class), toString(team), if(team = '', toString(agent_id), '') AS agent,
			appeal IN ('refused', 'granted') AS decided, count() FROM (`+p.sql+`) GROUP BY status, rule, class, team, agent, decided`, p.args, func(r driver.Rows) error {
			var t tally
			err := r.Scan(&t.status, &t.rule, &t.class, &t.team, &t.agent, &t.decided, &t.n)
			all[i] = append(all[i], t)
			return err
		})
	}); err != nil {
		return Counts{}, err
	}
	tallies := slices.Concat(all[:]...)
	if err := s.nameTallies(ctx, tallies); err != nil {
		return Counts{}, err
	}
	return f.count(tallies), nil
}

// tally is how many cases have these values.
type tally struct {
	status, rule, class, team, agent string
	decided                          bool
	n                                uint64
}

// nameTallies gives those that name no team their agent's, as they are filtered by it.
func (s *Store) nameTallies(ctx context.Context, list []tally) error {
	if !slices.ContainsFunc(list, func(t tally) bool { return t.agent != "" }) {
		return nil
	}
	teams, err := s.agentTeams(ctx)
	for i := range list {
		if list[i].team == "" {
			list[i].team = teams[list[i].agent]
		}
	}
	return err
}

func (f *Filter) count(list []tally) Counts {
	n := Counts{Rules: map[string]uint64{}, Classes: map[string]uint64{}, Statuses: map[string]uint64{}, Teams: map[string]uint64{}}
	asked := f.statuses()
	for _, t := range list {
		if t.class == "" {
			t.class = "alert"
		}
		status := slices.Contains(asked, t.status) || t.decided && slices.Contains(asked, "decided")
		rule, class, team := passes(f.Rules, t.rule), passes(f.Classes, t.class), passes(f.Teams, t.team)
		if rule && class && team && status {
			n.Total += t.n
		}
		if class && team && status {
			n.Rules[t.rule] += t.n
		}
		if rule && team && status {
			n.Classes[t.class] += t.n
		}
		if rule && class && status {
			n.Teams[t.team] += t.n
		}
		if rule && class && team {
			n.Statuses[t.status] += t.n
			if t.decided {
				n.Statuses["decided"] += t.n
			}
		}
	}
	return n
}

func passes(asked []string, value string) bool {
	return len(asked) == 0 || slices.Contains(asked, value)
}
