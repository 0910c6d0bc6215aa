package store

import "slices"

// Scope bounds what a reader may see. Every method that reads calls, flags, steps or the log of who listened takes one;
// the zero Scope sees nothing, so that one who forgets to say learns it at once.
type Scope struct {
	// All sees every team, and calls of no team.
	All bool
	// Teams are those whose calls are seen. A call's team is the one it names or, when it names none, its agent's.
	Teams []string
	// AgentID, if set, is the one agent whose calls are seen; All and Teams then say nothing.
	AgentID string
}

// Everything is the scope of one who sees all.
var Everything = Scope{All: true}

// where begins the conditions of a query on a table with agent_id and team: every such query is built of them, and a test
// finds one that is not.
func (s *Store) where(scope Scope) *conditions {
	c := &conditions{}
	switch {
	case scope.AgentID != "":
		c.and("agent_id = ?", scope.AgentID)
	case scope.All:
	case len(scope.Teams) > 0:
		s.inTeams(c, scope.Teams)
	default:
		c.and("0")
	}
	return c
}

// sees says of what is in memory what where asks of what is in the store; team is the call's own or its agent's.
func (sc *Scope) sees(team, agent string) bool {
	switch {
	case sc.AgentID != "":
		return agent == sc.AgentID
	case sc.All:
		return true
	default:
		return team != "" && slices.Contains(sc.Teams, team)
	}
}

// inTeams asks that a call is of one of the teams. No name is no team, and never stands for calls of none.
func (s *Store) inTeams(c *conditions, teams []string) {
	named := slices.DeleteFunc(slices.Clone(teams), func(t string) bool { return t == "" })
	if len(named) == 0 {
		c.and("0")
		return
	}
	c.and("(team IN ? OR (team = '' AND agent_id IN (SELECT agent_id FROM "+s.database+".agents FINAL WHERE team IN ?)))", named, named)
}
