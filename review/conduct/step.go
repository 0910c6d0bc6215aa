package conduct

import "time"

// Step is one thing done to a flag. Steps are only ever added.
type Step struct {
	ID      string
	Follows string // the step it was taken after; empty = the first
	Number  int    // place in the chain, from 1
	FlagID  string
	At      time.Time
	By      string // account
	Role    Role
	Session string
	Action  Action
	Reason  Reason
	Words   string
}

// Actor is who wants to take a step.
type Actor struct {
	Account string
	Role    Role
	AgentID string // the agent that the account's owner is; empty = none
	Session string
}

// Request is what somebody wants to do to a flag.
type Request struct {
	Action Action
	Reason Reason // of Reject
	Words  string
}
