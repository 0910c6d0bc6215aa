package store

import (
	"context"
	"fmt"
	"time"
)

// CallKey is what a call's rows are found by.
type CallKey struct {
	CallID    string
	StartedAt time.Time
}

// Outcome is what became of a call, as far as its audio is concerned.
type Outcome struct {
	Judged  bool
	Flagged bool   // by the machine or by a person; what was withdrawn does not count
	Class   string // the gravest of its flags': grave, serious, minor; empty = an alert
	Appeal  bool   // somebody has yet to decide an appeal
}

// Outcomes says what became of calls, of whatever team: it is for the archiver, not for what anybody is shown. A call that is
// not known is not among them.
func (s *Store) Outcomes(ctx context.Context, calls []CallKey) (map[string]Outcome, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	ids, starts := make([]string, len(calls)), make([]int64, len(calls))
	for i, c := range calls {
		ids[i], starts[i] = c.CallID, c.StartedAt.UnixMicro()
	}
	// By the start too: the tables are ordered by it.
	where := " FINAL WHERE started_at IN (SELECT fromUnixTimestamp64Micro(arrayJoin(?), 'UTC')) AND has(?, call_id)"
	found := map[string]Outcome{}
	// Calls first: a call's flags are written before it.
	rows, err := s.conn.Query(ctx, "SELECT DISTINCT call_id FROM "+s.database+".calls"+where, starts, ids)
	if err != nil {
		return nil, fmt.Errorf("cannot ask ClickHouse for calls: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("cannot read a call id: %w", err)
		}
		found[id] = Outcome{Judged: true}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot ask ClickHouse for calls: %w", err)
	}
	rows, err = s.conn.Query(ctx, "SELECT call_id, argMax(class, grade), countIf(appeal IN ('leader', 'manager')) > 0 FROM "+
		s.database+".cases"+where+" AND status != 'withdrawn' GROUP BY call_id", starts, ids)
	if err != nil {
		return nil, fmt.Errorf("cannot ask ClickHouse for cases: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, class string
		var appeal bool
		if err := rows.Scan(&id, &class, &appeal); err != nil {
			return nil, fmt.Errorf("cannot read a case: %w", err)
		}
		found[id] = Outcome{Judged: found[id].Judged, Flagged: true, Class: class, Appeal: appeal}
	}
	return found, rows.Err()
}
