package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// CallPage is all there is to know of a call.
type CallPage struct {
	// Call is the call's row. While the call goes on there is none yet: then its State is "open" and only what its flags
	// say of it is known.
	Call     CallRow
	Segments []SegmentRow // by start
	Cases    []Case       // flags by machine and by people, by where they begin
	Steps    []StepRow    // of all its flags, by flag and place in the chain
}

// Call reads a call, or gives ErrNotFound.
func (s *Store) Call(ctx context.Context, scope Scope, callID string) (CallPage, error) {
	var page CallPage
	var err error
	if page.Call, err = s.callRow(ctx, scope, callID); err != nil {
		return CallPage{}, err
	}
	// Each table is ordered by these two; the newest version of a row is taken by hand, since FINAL would read more. The
	// scope sees the call, and all of these are the call's: to ask for it again would take as long as the rest.
	c := s.where(Everything)
	c.and("started_at = "+timeSQL+" AND call_id = ?", page.Call.StartedAt.UnixMicro(), callID)
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		page.Segments, err = selectRows(within, s, "segments", segmentColumns, "SELECT "+names(segmentColumns)+" FROM "+s.database+
			".segments WHERE "+c.String()+" ORDER BY kind, leg, start, version DESC LIMIT 1 BY kind, leg, start", c.args...)
		slices.SortStableFunc(page.Segments, func(a, b SegmentRow) int { return cmp.Compare(a.Start, b.Start) })
		return err
	})
	group.Go(func() (err error) {
		page.Cases, err = selectRows(within, s, "cases", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+
			".cases WHERE "+c.String()+" ORDER BY flag_id, version DESC LIMIT 1 BY flag_id", c.args...)
		slices.SortFunc(page.Cases, byPlaceInCall)
		return err
	})
	group.Go(func() (err error) {
		page.Steps, err = s.steps(within, c)
		return err
	})
	if err := group.Wait(); err != nil {
		return CallPage{}, err
	}
	if err := s.mend(ctx, &page); err != nil {
		return CallPage{}, err
	}
	if err := s.nameTeams(ctx, page.Cases); err != nil {
		return CallPage{}, err
	}
	if page.Call.Team == "" && page.Call.AgentID != "" {
		teams, err := s.agentTeams(ctx)
		page.Call.Team = teams[page.Call.AgentID]
		return page, err
	}
	return page, nil
}

// callRow finds the call's row, or makes one of what a flag says of a call that goes on.
func (s *Store) callRow(ctx context.Context, scope Scope, callID string) (CallRow, error) {
	c := s.where(scope)
	c.and("call_id = ?", callID)
	calls, err := selectRows(ctx, s, "a call", callColumns, "SELECT "+names(callColumns)+" FROM "+s.database+".calls WHERE "+
		c.String()+" ORDER BY started_at DESC, version DESC LIMIT 1", c.args...)
	if err != nil {
		return CallRow{}, err
	}
	if len(calls) > 0 {
		return calls[0], nil
	}
	cases, err := selectRows(ctx, s, "a call's flag", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+".cases WHERE "+
		c.String()+" ORDER BY started_at DESC, version DESC LIMIT 1", c.args...)
	if err != nil {
		return CallRow{}, err
	}
	if len(cases) == 0 {
		return CallRow{}, fmt.Errorf("cannot read call %q: %w", callID, ErrNotFound)
	}
	one := &cases[0]
	return CallRow{CallID: callID, AgentID: one.AgentID, Seat: one.Seat, Team: one.Team, Queue: one.Queue, StartedAt: one.StartedAt,
		State: "open", RulebookVersion: one.RulebookVersion}, nil
}

// visible gives ErrNotFound unless the scope sees the call.
func (s *Store) visible(ctx context.Context, scope Scope, callID string) error {
	_, err := s.callRow(ctx, scope, callID)
	return err
}

// Case reads one flag, or gives ErrNotFound.
func (s *Store) Case(ctx context.Context, scope Scope, flagID string) (Case, error) {
	c := s.where(scope)
	c.and("flag_id = ?", flagID)
	cases, err := selectRows(ctx, s, "a case", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+".cases WHERE "+
		c.String()+" ORDER BY version DESC LIMIT 1", c.args...)
	if err != nil {
		return Case{}, err
	}
	if len(cases) == 0 {
		return Case{}, fmt.Errorf("cannot read flag %q: %w", flagID, ErrNotFound)
	}
	return cases[0], s.nameTeams(ctx, cases)
}
