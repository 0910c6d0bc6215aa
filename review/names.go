package review

import (
	"context"
	"sync"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// names are what agents and accounts are called, read again now and then: a page shows many.
type names struct {
	store  *store.Store
	mu     sync.Mutex
	known  *nameTable
	readAt time.Time
}

type nameTable struct {
	agents   map[string]string // agent id → name
	accounts map[string]string // account → name
	teams    []string          // all there are
}

// account is what an account is called.
func (t *nameTable) account(id string) string {
	if n := t.accounts[id]; n != "" {
		return n
	}
	return id
}

const namesFresh = 30 * time.Second

func (n *names) get(ctx context.Context, now time.Time) (*nameTable, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known != nil && now.Sub(n.readAt) < namesFresh {
		return n.known, nil
	}
	agents, err := n.store.Agents(ctx, store.Everything)
	if err != nil {
		return nil, err
	}
	accounts, err := n.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	teams, err := n.store.Teams(ctx, store.Everything, now)
	if err != nil {
		return nil, err
	}
	t := &nameTable{teams: teams, agents: map[string]string{}, accounts: map[string]string{}}
	for _, a := range agents {
		t.agents[a.AgentID] = a.Name
	}
	for _, a := range accounts {
		t.accounts[a.Account] = a.Name
	}
	n.known, n.readAt = t, now
	return t, nil
}

// forget has the names read again.
func (n *names) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known = nil
}

// teams are those whose calls the reader sees.
func (s *Server) teams(v *visit) ([]string, error) {
	if !v.who.all {
		return v.who.teams, nil
	}
	t, err := s.names.get(v.r.Context(), s.now())
	if err != nil {
		return nil, err
	}
	return t.teams, nil
}
