package review

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/signin"
)

const (
	sessionCookie = "__Host-earshot"
	themeCookie   = "theme"

	// A session ends by itself after a shift, or when nobody has used it for a while.
	sessionLength = 12 * time.Hour
	sessionIdle   = 2 * time.Hour
	// sessionFresh is how long a session is trusted without asking the store again: one that was ended elsewhere ends
	// here at most so much later.
	sessionFresh = 3 * time.Second
	// sessionNote is how often it is noted that a session is in use.
	sessionNote = 5 * time.Minute
)

// sessions reads sessions and their accounts, and remembers them for a moment: a page asks several times.
type sessions struct {
	store *store.Store
	mu    sync.Mutex
	known map[string]remembered
}

type remembered struct {
	session store.SessionRow
	account store.AccountRow
	read    time.Time
}

func newSessions(st *store.Store) *sessions {
	return &sessions{store: st, known: map[string]remembered{}}
}

// errNoSession says that a cookie is of no session that goes on.
var errNoSession = errors.New("no session")

func (s *sessions) get(ctx context.Context, id string, now time.Time) (store.SessionRow, store.AccountRow, error) {
	s.mu.Lock()
	k, ok := s.known[id]
	s.mu.Unlock()
	if ok && now.Sub(k.read) < sessionFresh && now.Before(k.session.ExpiresAt) {
		return k.session, k.account, nil
	}
	session, err := s.store.Session(ctx, id, now)
	if errors.Is(err, store.ErrNotFound) || (err == nil && now.Sub(session.SeenAt) > sessionIdle) {
		s.forget(id)
		return session, store.AccountRow{}, errNoSession
	}
	if err != nil {
		return session, store.AccountRow{}, err
	}
	account, err := s.store.Account(ctx, session.Account)
	if errors.Is(err, store.ErrNotFound) || (err == nil && account.Disabled) {
		s.forget(id)
		return session, account, errNoSession
	}
	if err != nil {
		return session, account, err
	}
	if now.Sub(session.SeenAt) > sessionNote {
		session.SeenAt = now
		if err := s.store.SaveSession(ctx, session); err != nil {
			return session, account, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, k := range s.known {
		if now.Sub(k.read) > sessionFresh {
			delete(s.known, id)
		}
	}
	s.known[id] = remembered{session, account, now}
	return session, account, nil
}

func (s *sessions) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, id)
}

// forgetAccount drops what is remembered of an account's sessions.
func (s *sessions) forgetAccount(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, k := range s.known {
		if k.account.Account == account {
			delete(s.known, id)
		}
	}
}

// identify finds who is signed in, if anybody is. What the browser says of a role or of teams is never asked: they come
// from the account.
func (s *Server) identify(v *visit) error {
	cookie, err := v.r.Cookie(sessionCookie)
	if err != nil || cookie.Value == "" {
		return nil
	}
	id := signin.Fingerprint(cookie.Value)
	_, account, err := s.sessions.get(v.r.Context(), id, s.now())
	if errors.Is(err, errNoSession) {
		return nil
	}
	if err != nil {
		return err
	}
	role := roleOf(account.Role)
	if role == 0 || (role == agent && account.AgentID == "") {
		return nil // an account that may nothing
	}
	v.who = &person{
		name: account.Account, display: account.Name, role: role, teams: slices.Clone(account.Teams), all: account.AllTeams,
		agent: account.AgentID, session: id, local: account.Password != "",
	}
	if v.who.display == "" {
		v.who.display = account.Account
	}
	return nil
}

// scope is what a person may see.
func (p *person) scope() store.Scope {
	if p.role == agent {
		return store.Scope{AgentID: p.agent}
	}
	return store.Scope{All: p.all, Teams: p.teams}
}

// begin signs an account in.
func (s *Server) begin(v *visit, account store.AccountRow) error {
	token, now := signin.Token(), s.now()
	err := s.store.SaveSession(v.r.Context(), store.SessionRow{
		ID: signin.Fingerprint(token), Account: account.Account, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLength),
		Address: s.client(v.r), UserAgent: v.r.UserAgent(),
	})
	if err != nil {
		return err
	}
	// The session there was, if any, ends: a key from before signing in is worth nothing after it.
	if v.who != nil {
		s.sessions.forget(v.who.session)
		if err := s.store.EndSession(v.r.Context(), v.who.session); err != nil {
			return err
		}
	}
	v.cookie(sessionCookie, token, sessionLength)
	if account.Language != "" {
		if _, err := v.r.Cookie("lang"); err != nil {
			v.cookie("lang", account.Language, 365*24*time.Hour)
		}
	}
	return nil
}
