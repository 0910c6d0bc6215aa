package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
)

// Account reads an account, or gives ErrNotFound.
func (s *Store) Account(ctx context.Context, account string) (AccountRow, error) {
	return s.account(ctx, fmt.Sprintf("account %q", account), "account = ?", account)
}

// AccountOf reads the account that an issuer knows as subject, or gives ErrNotFound.
func (s *Store) AccountOf(ctx context.Context, issuer, subject string) (AccountRow, error) {
	if issuer == "" || subject == "" { // an account without them is not found by their lack
		return AccountRow{}, fmt.Errorf("cannot read the account of %q at %q: %w", subject, issuer, ErrNotFound)
	}
	return s.account(ctx, fmt.Sprintf("the account of %q at %q", subject, issuer), "issuer = ? AND subject = ?", issuer, subject)
}

// AccountInvited reads the account whose invitation this is, the SHA-256 of its key in hex, or gives ErrNotFound. Whether
// it is still open is in InvitedUntil.
func (s *Store) AccountInvited(ctx context.Context, invitation string) (AccountRow, error) {
	if invitation == "" {
		return AccountRow{}, fmt.Errorf("cannot read an invitation: %w", ErrNotFound)
	}
	return s.account(ctx, "an invitation", "invitation = ?", invitation)
}

func (s *Store) account(ctx context.Context, what, where string, args ...any) (AccountRow, error) {
	rows, err := selectRows(ctx, s, what, accountColumns, "SELECT "+names(accountColumns)+" FROM "+s.database+
		".accounts FINAL WHERE "+where+" ORDER BY account LIMIT 1", args...)
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("cannot read %s: %w", what, ErrNotFound)
	}
	if err != nil {
		return AccountRow{}, err
	}
	return rows[0], nil
}

// Accounts reads all accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]AccountRow, error) {
	return selectRows(ctx, s, "accounts", accountColumns, "SELECT "+names(accountColumns)+" FROM "+s.database+".accounts FINAL ORDER BY account")
}

// SaveAccount writes an account over the version it was read at (0 = a new one) and returns it as saved, or gives an
// *AccountConflict with what another has made of it since. Of two who save over the same version one is told, as with
// AppendStep: so an invitation is used once.
func (s *Store) SaveAccount(ctx context.Context, row AccountRow) (AccountRow, error) {
	fail := func(err error) (AccountRow, error) {
		return AccountRow{}, fmt.Errorf("cannot save account %q: %w", row.Account, err)
	}
	if row.Account == "" {
		return fail(errors.New("no name"))
	}
	now, err := s.Account(ctx, row.Account)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fail(err)
	}
	if now.Version != row.Version {
		return fail(&AccountConflict{First: now})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fail(err)
	}
	row.Version, row.Change = row.Version+1, id.String()
	first, err := appendOne(ctx, s, "accounts", accountColumns, row, link[AccountRow]{
		token: fmt.Sprintf("account/%s/%d", row.Account, row.Version), id: func(r *AccountRow) string { return r.Change },
		earlier: func(a, b *AccountRow) int { return a.ChangedAt.Compare(b.ChangedAt) },
		rivals: func(ctx context.Context) ([]AccountRow, error) {
			return selectRows(ctx, s, "accounts", accountColumns, "SELECT "+names(accountColumns)+" FROM "+s.database+
				".accounts FINAL WHERE account = ? AND version >= ?", row.Account, row.Version)
		},
	})
	if err != nil {
		return fail(err)
	}
	if first.Change != row.Change {
		return fail(&AccountConflict{First: first})
	}
	return row, nil
}

// NoteSignIn adds an attempt to sign in.
func (s *Store) NoteSignIn(ctx context.Context, row SignInRow) error {
	return insert(ctx, s, "sign_ins", signInColumns, []SignInRow{row}, "")
}

// WrongSignIns counts an account's wrong passwords since a time, and since it was last signed in to or its lock taken
// off; last is when the last of them was given.
func (s *Store) WrongSignIns(ctx context.Context, account string, since time.Time) (wrong int, last time.Time, err error) {
	var n uint64
	err = s.each(ctx, "attempts to sign in", `SELECT countIf(outcome = 'wrong' AND at > done), maxIf(at, outcome = 'wrong' AND at > done)
		FROM (SELECT at, outcome, maxIf(at, outcome IN ('in', 'reset')) OVER () AS done FROM `+s.database+`.sign_ins WHERE account = ? AND at >= `+timeSQL+`)`,
		[]any{account, since.UnixMicro()}, func(r driver.Rows) error { return r.Scan(&n, &last) })
	if n == 0 {
		last = time.Time{}
	}
	return int(n), last, err
}
