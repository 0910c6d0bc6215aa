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
	again  bool // being read again
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

const (
	// namesFresh is how long names are taken as they are; up to namesOld who asks gets them and they are read again meanwhile.
	namesFresh = 30 * time.Second
	namesOld   = 15 * time.Minute
)

func (n *names) get(ctx context.Context, now time.Time) (*nameTable, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	age := now.Sub(n.readAt)
	switch {
	case n.known != nil && age < namesFresh:
		return n.known, nil
	case n.known != nil && age < namesOld:
		if !n.again {
			n.again = true
			go n.renew(context.WithoutCancel(ctx), now, n.known)
		}
		return n.known, nil
	}
	t, err := n.read(ctx, now)
	if err == nil {
		n.known, n.readAt = t, now
	}
	return t, err
}

// renew reads the names again, unless somebody has had those forgotten meanwhile. One that fails is tried by who asks next.
func (n *names) renew(ctx context.Context, now time.Time, was *nameTable) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	t, err := n.read(ctx, now)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.again = false; err == nil && n.known == was {
		n.known, n.readAt = t, now
	}
}

func (n *names) read(ctx context.Context, now time.Time) (*nameTable, error) {
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
