package conduct

import "time"

// Flag is what scores, ladders and slips are computed from: one flag as it stands with people.
type Flag struct {
	ID, CallID string
	Rule       string
	Class      string // minor, serious, grave; empty = an alert, no violation
	Clause     string
	AgentID    string
	Seat, Team string
	At         time.Time // when it happened
	Points     float64
	Measured   float64
	Status     Status
	Manual     bool
	VerdictBy  string
	VerdictAt  time.Time
}

// violation tells whether the flag, once confirmed, is a violation of somebody.
func (f *Flag) violation() bool { return f.Class != "" && f.AgentID != "" }
