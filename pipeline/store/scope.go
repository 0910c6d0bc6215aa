package store

// Scope bounds what a reader may see. Every method that reads calls, flags, steps or the log of who listened takes one;
// the zero Scope sees nothing, so that one who forgets to say learns it at once.
type Scope struct {
	// All sees every team, and calls of no team.
	All bool
	// Teams are those whose calls are seen. A call's team is the one it names or, when it names none, its agent's.
	Teams []string
	// AgentID, if set, further bounds the scope to calls of this agent, whatever the team.
	AgentID string
}
