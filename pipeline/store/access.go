package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// LogAccess writes that somebody is about to read audio; when it returns nil, ClickHouse has it. Without an id it gives
// the row one.
func (s *Store) LogAccess(ctx context.Context, row AccessRow) error {
	if row.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("cannot log access to call %q: %w", row.CallID, err)
		}
		row.ID = id.String()
	}
	return insert(ctx, s, "access_log", accessColumns, []AccessRow{row}, "")
}

// AccessFilter says which entries are wanted; empty fields ask nothing.
type AccessFilter struct {
	CallID, By string
	From, To   time.Time // From ≤ at < To
}

// AccessPage is a page of the log, newest first.
type AccessPage struct {
	Rows []AccessRow
	Next string // Page.After of the next page; empty = there is none
}

// AccessLog reads who listened to what.
func (s *Store) AccessLog(ctx context.Context, scope Scope, f AccessFilter, p Page) (AccessPage, error) {
	after, more, err := parsePlace(p.After)
	if err != nil {
		return AccessPage{}, err
	}
	c := s.where(scope)
	if f.CallID != "" {
		c.and("call_id = ?", f.CallID)
	}
	if f.By != "" {
		c.and("by = ?", f.By)
	}
	if !f.From.IsZero() {
		c.and("at >= "+timeSQL, f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		c.and("at < "+timeSQL, f.To.UnixMicro())
	}
	if more {
		c.and("(at, id) < ("+timeSQL+", ?)", -after.Late, after.ID)
	}
	limit := p.limit()
	rows, err := selectRows(ctx, s, "the access log", accessColumns, "SELECT "+names(accessColumns)+" FROM "+s.database+".access_log WHERE "+
		c.String()+fmt.Sprintf(" ORDER BY at DESC, id DESC LIMIT %d", limit+1), c.args...)
	if err != nil {
		return AccessPage{}, err
	}
	page := AccessPage{Rows: rows}
	if len(rows) > limit {
		page.Rows = rows[:limit]
		last := &page.Rows[limit-1]
		page.Next = place{Late: -last.At.UnixMicro(), ID: last.ID}.String()
	}
	return page, nil
}
