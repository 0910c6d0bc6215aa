package store

import (
	"context"
	"time"
)

// CallPage is all there is to know of a call.
type CallPage struct {
	Call     CallRow
	Segments []SegmentRow
	Cases    []Case    // flags by machine and people, by where they begin
	Steps    []StepRow // of all its flags, by flag and place in the chain
}

// AgentTotal is what an agent did in a time, in figures.
type AgentTotal struct {
	AgentID, Team         string
	Calls                 uint64
	Confirmed, Rejected   uint64  // flags; under appeal counts as confirmed, since the verdict stands until it is reversed
	Pending, Appealed     uint64  // flags without a verdict (unsure ones too), and flags under appeal
	Points, PendingPoints float64 // of confirmed flags, and of those without a verdict
}

func (s *Store) Inbox(ctx context.Context, scope Scope, f Filter, p Page) (InboxPage, error) {
	return InboxPage{}, errSoon
}
func (s *Store) InboxCalls(ctx context.Context, scope Scope, f Filter, p Page) (GroupPage, error) {
	return GroupPage{}, errSoon
}
func (s *Store) Counts(ctx context.Context, scope Scope, f Filter) (Counts, error) {
	return Counts{}, errSoon
}

// Call reads a call, or gives ErrNotFound.
func (s *Store) Call(ctx context.Context, scope Scope, callID string) (CallPage, error) {
	return CallPage{}, errSoon
}

// Case reads one flag, or gives ErrNotFound.
func (s *Store) Case(ctx context.Context, scope Scope, flagID string) (Case, error) {
	return Case{}, errSoon
}

// Steps reads a flag's steps in the order of its chain.
func (s *Store) Steps(ctx context.Context, scope Scope, flagID string) ([]StepRow, error) {
	return nil, errSoon
}

// AppendStep adds a step, or gives a *StepConflict.
func (s *Store) AppendStep(ctx context.Context, step StepRow) error { return errSoon }

// Claim takes a call for an account until a time, or gives a *ClaimConflict. Who holds it renews it.
func (s *Store) Claim(ctx context.Context, callID, account string, now, until time.Time) (ClaimRow, error) {
	return ClaimRow{}, errSoon
}

// Release lets go of what Claim took. One who does not hold it has nothing to let go of, which is no error.
func (s *Store) Release(ctx context.Context, callID, account string, now time.Time) error {
	return errSoon
}

// Claims reads the claims on calls that hold at a time.
func (s *Store) Claims(ctx context.Context, callIDs []string, now time.Time) (map[string]ClaimRow, error) {
	return nil, errSoon
}

// AgentTotals counts, agent by agent, what happened in [from, to).
func (s *Store) AgentTotals(ctx context.Context, scope Scope, from, to time.Time) ([]AgentTotal, error) {
	return nil, errSoon
}

// AgentCases reads all cases of an agent that happened in [from, to), in the order in which they happened.
func (s *Store) AgentCases(ctx context.Context, scope Scope, agentID string, from, to time.Time) ([]Case, error) {
	return nil, errSoon
}

// Slips reads the confirmed violations that happened in [from, to), by team and time; team empty = all of the scope.
func (s *Store) Slips(ctx context.Context, scope Scope, team string, from, to time.Time) ([]Case, error) {
	return nil, errSoon
}

// Appeals reads cases whose appeal is one of stages (leader, manager, refused, granted), those that wait longest first.
func (s *Store) Appeals(ctx context.Context, scope Scope, stages []string, limit int) ([]Case, error) {
	return nil, errSoon
}

// LogAccess writes that somebody is about to read audio; when it returns nil, ClickHouse has it.
func (s *Store) LogAccess(ctx context.Context, row AccessRow) error { return errSoon }

// AccessFilter says which entries are wanted; empty fields ask nothing.
type AccessFilter struct {
	CallID, By string
	From, To   time.Time
}

// AccessPage is a page of the log, newest first.
type AccessPage struct {
	Rows []AccessRow
	Next string
}

func (s *Store) AccessLog(ctx context.Context, scope Scope, f AccessFilter, p Page) (AccessPage, error) {
	return AccessPage{}, errSoon
}

// Agents reads the agents of a scope by id, those who left not among them.
func (s *Store) Agents(ctx context.Context, scope Scope) ([]AgentRow, error) { return nil, errSoon }
func (s *Store) SaveAgents(ctx context.Context, rows []AgentRow) error       { return errSoon }

// Teams names the teams of a scope, of calls lately judged and of agents.
func (s *Store) Teams(ctx context.Context, scope Scope) ([]string, error) { return nil, errSoon }

// Peaks reads the waveforms of a call, one row a leg; none = not computed yet.
func (s *Store) Peaks(ctx context.Context, scope Scope, callID string) ([]PeaksRow, error) {
	return nil, errSoon
}
func (s *Store) SavePeaks(ctx context.Context, rows []PeaksRow) error { return errSoon }

// Account reads an account, or gives ErrNotFound.
func (s *Store) Account(ctx context.Context, account string) (AccountRow, error) {
	return AccountRow{}, errSoon
}

// AccountOf reads the account that an issuer knows as subject, or gives ErrNotFound.
func (s *Store) AccountOf(ctx context.Context, issuer, subject string) (AccountRow, error) {
	return AccountRow{}, errSoon
}
func (s *Store) Accounts(ctx context.Context) ([]AccountRow, error) { return nil, errSoon }

// SaveAccount writes an account over the version it was read at (0 = a new one) and returns it as saved, or gives an
// *AccountConflict.
func (s *Store) SaveAccount(ctx context.Context, row AccountRow) (AccountRow, error) {
	return AccountRow{}, errSoon
}

// NoteSignIn adds an attempt to sign in.
func (s *Store) NoteSignIn(ctx context.Context, row SignInRow) error { return errSoon }

// WrongSignIns counts an account's wrong passwords since a time, and since it was last signed in to or reset.
func (s *Store) WrongSignIns(ctx context.Context, account string, since time.Time) (int, error) {
	return 0, errSoon
}

// SaveSession writes a session: a new one, or one seen again.
func (s *Store) SaveSession(ctx context.Context, row SessionRow) error { return errSoon }

// Session reads a session that goes on at a time, or gives ErrNotFound.
func (s *Store) Session(ctx context.Context, id string, now time.Time) (SessionRow, error) {
	return SessionRow{}, errSoon
}

// EndSession ends a session for good.
func (s *Store) EndSession(ctx context.Context, id string) error { return errSoon }

// EndSessions ends all sessions of an account.
func (s *Store) EndSessions(ctx context.Context, account string) error { return errSoon }
