package store

import (
	"context"
	"fmt"
)

// Judged says which of the calls have been judged.
func (s *Store) Judged(ctx context.Context, ids []string) (map[string]bool, error) {
	rows, err := s.conn.Query(ctx, "SELECT DISTINCT call_id FROM "+s.database+".calls FINAL WHERE has(?, call_id)", ids)
	if err != nil {
		return nil, fmt.Errorf("cannot ask ClickHouse for calls: %w", err)
	}
	defer rows.Close()
	found := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("cannot read a call id: %w", err)
		}
		found[id] = true
	}
	return found, rows.Err()
}
