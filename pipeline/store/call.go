package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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

// Call reads a call with all its columns, or gives ErrNotFound.
func (s *Store) Call(ctx context.Context, scope Scope, callID string) (CallPage, error) {
	return s.callPage(ctx, scope, callID, time.Time{}, callColumns, segmentColumns, stepColumns)
}

// What a call's page shows. Every column is a file that the engine opens and unpacks, and most of the time goes there.
var (
	shownOfCall = pick(callColumns, "call_id", "agent_id", "seat", "team", "queue", "customer", "direction", "started_at", "duration", "legs", "ended_by",
		"state", "error", "not_assessable.rule", "not_assessable.reason_en", "not_assessable.reason_zh", "loss", "mos", "rulebook_version",
		"events.kind", "events.by", "events.at")
	shownOfSegment = pick(segmentColumns, "kind", "leg", "start", "end", "source")
	shownOfStep    = pick(stepColumns, "id", "follows", "number", "flag_id", "at", "by", "role", "session", "step", "reason", "words", "before", "status", "rule")
	// seenOfCall is who may see it.
	seenOfCall = pick(callColumns, "call_id", "agent_id", "team", "started_at")
)

// CallPage reads of a call what its page shows, or gives ErrNotFound. When the call began, if the reader knows it, finds it
// sooner; a time at which no such call began is as none.
func (s *Store) CallPage(ctx context.Context, scope Scope, callID string, began time.Time) (CallPage, error) {
	return s.callPage(ctx, scope, callID, began, shownOfCall, shownOfSegment, shownOfStep)
}

// Seen reads whose a call is and when it began, or gives ErrNotFound.
func (s *Store) Seen(ctx context.Context, scope Scope, callID string) (CallRow, error) {
	return s.callRow(ctx, scope, callID, time.Time{}, seenOfCall)
}

func (s *Store) callPage(ctx context.Context, scope Scope, callID string, began time.Time, ofCall []column[CallRow], ofSegment []column[SegmentRow], ofStep []column[StepRow]) (CallPage, error) {
	var page CallPage
	if CheckTime(began) == nil { // all at once: what is read besides is given out only if the scope sees the call
		group, within := errgroup.WithContext(ctx)
		group.Go(func() (err error) { page.Call, err = s.callRow(within, scope, callID, began, ofCall); return err })
		group.Go(func() error { return s.ofCall(within, &page, s.begun(callID, began), ofSegment, ofStep) })
		if err := group.Wait(); err == nil {
			return s.finished(ctx, page)
		} else if !errors.Is(err, ErrNotFound) {
			return CallPage{}, err
		}
		page = CallPage{}
	}
	var err error
	if page.Call, err = s.callRow(ctx, scope, callID, time.Time{}, ofCall); err != nil {
		return CallPage{}, err
	}
	if err := s.ofCall(ctx, &page, s.begun(callID, page.Call.StartedAt), ofSegment, ofStep); err != nil {
		return CallPage{}, err
	}
	return s.finished(ctx, page)
}

// begun are the conditions of a call's rows. Each table is ordered by these two. The scope is asked whether it sees the
// call, and all of these are the call's: to ask for it again would take as long as the rest.
func (s *Store) begun(callID string, began time.Time) *conditions {
	c := s.where(Everything)
	c.and("started_at = "+timeSQL+" AND call_id = ?", began.UnixMicro(), callID)
	return c
}

// ofCall reads what a call has. The newest version of a row is taken by hand, since FINAL would read more.
func (s *Store) ofCall(ctx context.Context, page *CallPage, c *conditions, ofSegment []column[SegmentRow], ofStep []column[StepRow]) error {
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		page.Segments, err = selectRows(within, s, "segments", ofSegment, "SELECT "+names(ofSegment)+" FROM "+s.database+
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
		page.Steps, err = s.steps(within, c, ofStep)
		return err
	})
	return group.Wait()
}

// finished has the page's cases stand where their steps say, and name their teams.
func (s *Store) finished(ctx context.Context, page CallPage) (CallPage, error) {
	if err := s.mend(ctx, &page, s.begun(page.Call.CallID, page.Call.StartedAt)); err != nil {
		return CallPage{}, err
	}
	return page, s.nameTeams(ctx, page.Cases)
}

// callRow finds the call's row, or makes one of what a flag says of a call that goes on. Its team is its own or its agent's.
// When it began may be given; it is the zero time otherwise.
func (s *Store) callRow(ctx context.Context, scope Scope, callID string, began time.Time, columns []column[CallRow]) (CallRow, error) {
	// Whether the scope sees a row is looked at here: asked in SQL, agents would be read for every call.
	c := s.where(Everything)
	if c.and("call_id = ?", callID); !began.IsZero() {
		c = s.begun(callID, began)
	}
	calls, err := selectRows(ctx, s, "a call", columns, "SELECT "+names(columns)+" FROM "+s.database+".calls WHERE "+
		c.String()+" ORDER BY started_at DESC, version DESC LIMIT 1 BY started_at", c.args...)
	if err != nil {
		return CallRow{}, err
	}
	if call, ok, err := s.firstSeen(ctx, scope, calls); ok || err != nil {
		return call, err
	}
	cases, err := selectRows(ctx, s, "a call's flag", caseColumns, "SELECT "+names(caseColumns)+" FROM "+s.database+".cases WHERE "+
		c.String()+" ORDER BY started_at DESC, version DESC LIMIT 1 BY started_at", c.args...)
	if err != nil {
		return CallRow{}, err
	}
	calls = calls[:0]
	for _, one := range cases {
		calls = append(calls, CallRow{CallID: callID, AgentID: one.AgentID, Seat: one.Seat, Team: one.Team, Queue: one.Queue, StartedAt: one.StartedAt,
			State: "open", RulebookVersion: one.RulebookVersion})
	}
	call, ok, err := s.firstSeen(ctx, scope, calls)
	if err == nil && !ok {
		err = fmt.Errorf("cannot read call %q: %w", callID, ErrNotFound)
	}
	return call, err
}

// firstSeen is the first of some calls that the scope sees: an id that the switch has given twice may be of two teams.
func (s *Store) firstSeen(ctx context.Context, scope Scope, calls []CallRow) (CallRow, bool, error) {
	var teams map[string]string
	for _, call := range calls {
		if call.Team == "" && call.AgentID != "" {
			if teams == nil {
				var err error
				if teams, err = s.agentTeams(ctx); err != nil {
					return CallRow{}, false, err
				}
			}
			call.Team = teams[call.AgentID]
		}
		if scope.sees(call.Team, call.AgentID) {
			return call, true, nil
		}
	}
	return CallRow{}, false, nil
}

// visible gives ErrNotFound unless the scope sees the call.
func (s *Store) visible(ctx context.Context, scope Scope, callID string) error {
	_, err := s.Seen(ctx, scope, callID)
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
