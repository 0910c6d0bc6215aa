package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Claim takes a call for an account until a time, or gives a *ClaimConflict with the claim that holds. Who holds it
// already renews it.
func (s *Store) Claim(ctx context.Context, callID, account string, now, until time.Time) (ClaimRow, error) {
	if !until.After(now) {
		return ClaimRow{}, fmt.Errorf("cannot claim call %q: until %s; expected a time after %s", callID, until, now)
	}
	return s.claim(ctx, callID, account, now, until)
}

// Release lets go of what Claim took. One who does not hold it has nothing to let go of, which is no error.
func (s *Store) Release(ctx context.Context, callID, account string, now time.Time) error {
	held, err := s.Claims(ctx, []string{callID}, now)
	if err != nil || held[callID].By != account {
		return err
	}
	_, err = s.claim(ctx, callID, account, now, now)
	return err
}

func (s *Store) claim(ctx context.Context, callID, account string, now, until time.Time) (ClaimRow, error) {
	fail := func(err error) (ClaimRow, error) {
		return ClaimRow{}, fmt.Errorf("cannot claim call %q: %w", callID, err)
	}
	last, err := s.lastClaims(ctx, []string{callID})
	if err != nil {
		return fail(err)
	}
	before := last[callID]
	if before.Until.After(now) && before.By != account {
		return fail(&ClaimConflict{First: before})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fail(err)
	}
	row := ClaimRow{ID: id.String(), Follows: before.ID, Number: before.Number + 1, CallID: callID, By: account, At: now, Until: until}
	first, err := appendOne(ctx, s, "claims", claimColumns, row, link[ClaimRow]{
		token: "claim/" + callID + "/" + before.ID, id: func(r *ClaimRow) string { return r.ID }, earlier: earlierClaim,
		rivals: func(ctx context.Context) ([]ClaimRow, error) {
			return selectRows(ctx, s, "claims", claimColumns, "SELECT "+names(claimColumns)+" FROM "+s.database+
				".claims WHERE call_id = ? AND number = ? AND follows = ? LIMIT 1 BY id", callID, row.Number, row.Follows)
		},
	})
	if err != nil {
		return fail(err)
	}
	if first.ID != row.ID && first.By != account {
		return fail(&ClaimConflict{First: first})
	}
	return first, nil
}

// Claims reads the claims on calls that hold at a time. Claims tell who works where, not what is in a call, and so have
// no scope; only ids that the reader got within one are to be asked for.
func (s *Store) Claims(ctx context.Context, callIDs []string, now time.Time) (map[string]ClaimRow, error) {
	held, err := s.lastClaims(ctx, callIDs)
	for call, c := range held {
		if !c.Until.After(now) {
			delete(held, call)
		}
	}
	return held, err
}

func (s *Store) lastClaims(ctx context.Context, callIDs []string) (map[string]ClaimRow, error) {
	last := map[string]ClaimRow{}
	if len(callIDs) == 0 {
		return last, nil
	}
	rows, err := selectRows(ctx, s, "claims", claimColumns, "SELECT "+names(claimColumns)+" FROM "+s.database+
		".claims WHERE call_id IN ? ORDER BY call_id, number DESC, at, id LIMIT 1 BY call_id", callIDs)
	for _, r := range rows {
		last[r.CallID] = r
	}
	return last, err
}

func earlierClaim(a, b *ClaimRow) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }
