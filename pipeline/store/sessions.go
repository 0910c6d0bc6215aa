package store

import (
	"context"
	"fmt"
	"time"
)

// SaveSession writes a session: a new one, or one seen again. One that was ended stays so.
func (s *Store) SaveSession(ctx context.Context, row SessionRow) error {
	if row.ID == "" {
		return fmt.Errorf("cannot save a session of %q: no id", row.Account)
	}
	return insert(ctx, s, "sessions", sessionColumns, []SessionRow{row}, "")
}

// Session reads a session that goes on at a time, or gives ErrNotFound.
func (s *Store) Session(ctx context.Context, id string, now time.Time) (SessionRow, error) {
	rows, err := s.sessions(ctx, "id = ?", id)
	if err != nil {
		return SessionRow{}, err
	}
	if len(rows) == 0 || rows[0].Ended || !rows[0].ExpiresAt.After(now) {
		return SessionRow{}, fmt.Errorf("cannot read the session: %w", ErrNotFound)
	}
	return rows[0], nil
}

// Sessions reads the sessions of an account that go on at a time, the one seen last first.
func (s *Store) Sessions(ctx context.Context, account string, now time.Time) ([]SessionRow, error) {
	return s.sessions(ctx, "account = ? AND NOT ended AND expires_at > "+timeSQL, account, now.UnixMicro())
}

// EndSession ends a session for good. To end what there is not is no error.
func (s *Store) EndSession(ctx context.Context, id string) error {
	return s.end(ctx, "id = ?", id)
}

// EndSessions ends all sessions of an account, as after a change of its password or role.
func (s *Store) EndSessions(ctx context.Context, account string) error {
	return s.end(ctx, "account = ?", account)
}

func (s *Store) end(ctx context.Context, where string, args ...any) error {
	rows, err := s.sessions(ctx, where, args...)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Ended = true
	}
	return insert(ctx, s, "sessions", sessionColumns, rows, "")
}

func (s *Store) sessions(ctx context.Context, where string, args ...any) ([]SessionRow, error) {
	return selectRows(ctx, s, "sessions", sessionColumns, "SELECT "+names(sessionColumns)+" FROM "+s.database+".sessions FINAL WHERE "+where+
		" ORDER BY seen_at DESC, id", args...)
}
