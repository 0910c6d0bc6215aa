package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/earshot/earshot/pipeline/store/chain"
)

// Steps reads a flag's steps, those that came second among them, in the order of the chain: see chain.Walk.
func (s *Store) Steps(ctx context.Context, scope Scope, flagID string) ([]StepRow, error) {
	c := s.where(scope)
	c.and("flag_id = ?", flagID)
	return s.steps(ctx, c, stepColumns)
}

func (s *Store) steps(ctx context.Context, c *conditions, columns []column[StepRow]) ([]StepRow, error) {
	return selectRows(ctx, s, "steps", columns, "SELECT "+names(columns)+" FROM "+s.database+".reviews WHERE "+c.String()+
		" ORDER BY flag_id, number, at, id LIMIT 1 BY id", c.args...)
}

// AppendStep adds a step after the one it names, or gives a *StepConflict with the one that was taken instead. Written
// again with the same id, after an error say, it is the same step.
//
// Two writers may read the same last step and both follow it. ClickHouse then takes the insert that comes first, since
// both bear the same token, and drops the other without a word; reading back tells which it was. Tokens are forgotten
// after some thousands of inserts, so a step that was long followed is looked for first. And if for any reason two
// steps should follow one, all readers agree on the earlier: chain.Walk.
func (s *Store) AppendStep(ctx context.Context, step StepRow) error {
	fail := func(err error) error { return fmt.Errorf("cannot add a step to flag %q: %w", step.FlagID, err) }
	if step.ID == "" || step.FlagID == "" || step.Number == 0 || (step.Follows == "") != (step.Number == 1) {
		return fail(fmt.Errorf("id %q, number %d after %q; expected an id, and number 1 for the first alone", step.ID, step.Number, step.Follows))
	}
	for what, at := range map[string]error{"at": CheckTime(step.At), "started_at": CheckTime(step.StartedAt), "flag_at": CheckTime(step.FlagAt)} {
		if at != nil {
			return fail(fmt.Errorf("%s: %w", what, at))
		}
	}
	first, err := appendOne(ctx, s, "reviews", stepColumns, step, link[StepRow]{
		token: "step/" + step.FlagID + "/" + step.Follows, id: func(r *StepRow) string { return r.ID }, earlier: earlierStep,
		rivals: func(ctx context.Context) ([]StepRow, error) {
			c := s.where(Everything)
			c.and("started_at = "+timeSQL+" AND call_id = ? AND flag_id = ? AND follows = ?", step.StartedAt.UnixMicro(), step.CallID, step.FlagID, step.Follows)
			return s.steps(ctx, c, stepColumns)
		},
	})
	if err != nil {
		return fail(err)
	}
	// Whoever came second writes it too: the first may have died before it did.
	if err := s.moveCases(ctx, []StepRow{first}); err != nil {
		return fail(err)
	}
	if first.ID != step.ID {
		return fail(&StepConflict{First: first})
	}
	return nil
}

func earlierStep(a, b *StepRow) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }

// link is how a row is appended to a chain: the token that all rows with its place would bear, and how rows that follow
// the same one are found and compared.
type link[R any] struct {
	token   string
	id      func(*R) string
	earlier func(a, b *R) int
	rivals  func(context.Context) ([]R, error)
}

// appendOne inserts a row unless its place is taken, and returns the row that has it.
func appendOne[R any](ctx context.Context, s *Store, table string, columns []column[R], row R, l link[R]) (R, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	// The token is the place's alone; if it is remembered from an insert of which nothing is left, one of the row's own
	// gets it in.
	for _, token := range []string{"", l.token, l.token + "/" + l.id(&row)} {
		if token != "" {
			if err := insert(ctx, s, table, columns, []R{row}, token); err != nil {
				return row, err
			}
		}
		rivals, err := l.rivals(ctx)
		if err != nil {
			return row, err
		}
		if len(rivals) > 0 {
			list := make([]*R, len(rivals))
			for i := range rivals {
				list[i] = &rivals[i]
			}
			return *chain.First(list, l.earlier), nil
		}
	}
	return row, errors.New("ClickHouse took the row and does not show it")
}
