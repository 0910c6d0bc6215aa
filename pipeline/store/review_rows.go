package store

import "time"

// StepRow is one step taken on a flag, as the table reviews describes it column by column. What a flag is follows from
// its steps: see review/conduct.
type StepRow struct {
	ID, Follows     string // Follows: the step this one was taken after; empty = the first
	Number          uint32 // place in the chain, from 1
	CallID, FlagID  string
	StartedAt       time.Time // of the call
	At              time.Time // of the step
	By, Role        string
	Session         string // hash of the session's key
	Step            string // confirm, reject, unsure, raise, undo, appeal, grant, refuse
	Reason, Words   string
	Before, Status  string // of the flag, before and after
	Appeal          string // after: leader, manager, refused, granted; empty = none
	AppealAt        time.Time
	VerdictBy       string // whose verdict stands after it
	VerdictAt       time.Time
	Manual          bool // a person raised the flag
	Rule, Leg       string
	Start, End      float64 // of the flag, seconds from the call's start
	FlagAt          time.Time
	Measured, Limit float64
	Margin          float64
	Comparison      string
	Points          float64
	Class, Clause   string
	State           string // of the machine, when the step was taken
	Confidence      float64
	AgentID, Seat   string
	Team, Queue     string
	RulebookVersion string
}

// Case is one flag as it stands with people: what was raised, by the machine or by a person, and what came of it.
type Case struct {
	FlagID, CallID  string
	StartedAt       time.Time // of the call
	At              time.Time // when it happened: StartedAt + Start
	Status          string    // pending, confirmed, rejected, unsure, appealed; exonerated, withdrawn
	Grade           uint8     // 3 = grave, 2 = serious, 1 = minor, 0 = an alert
	Manual          bool
	Rule, Leg       string
	Start, End      float64 // seconds from the call's start
	Measured, Limit float64
	Margin          float64
	Comparison      string
	Points          float64
	Class, Clause   string
	State           string // of the machine: open, final, exonerated, withdrawn
	Confidence      float64
	AgentID, Seat   string
	Team, Queue     string
	RulebookVersion string
	LastStep        string // what the next step must follow; empty = no step yet
	Number          uint32 // of steps
	Appeal          string // leader, manager = waits for one; refused, granted; empty = none
	AppealAt        time.Time
	VerdictBy       string
	VerdictAt       time.Time
	Reason          string
}

// ClaimRow is an inspector's claim on a call.
type ClaimRow struct {
	ID, Follows string
	Number      uint32
	CallID, By  string
	At, Until   time.Time
}

// AccessRow is one reading of a call's audio.
type AccessRow struct {
	ID                  string
	At                  time.Time
	By, Role            string
	CallID              string
	AgentID, Team       string
	What, Leg           string // What: audio, peaks, spectrogram
	FirstByte, LastByte int64  // -1: not bounded
	Start, End          float64
	Address, UserAgent  string
	Session             string
}

// AgentRow is one agent.
type AgentRow struct {
	AgentID, Name, Team, Shift string
	Removed                    bool
	Version                    uint64 // microseconds since 1970; 0 = now
}

// PeaksRow is the waveform of one leg of a call as it is drawn: least and greatest sample of each bucket, two signed
// bytes each.
type PeaksRow struct {
	CallID, Leg           string
	StartedAt             time.Time
	SampleRate, PerBucket uint32
	Samples               uint64
	Data                  []byte
	Version               uint64
}

// AccountRow is one account of the web application.
type AccountRow struct {
	Account, Name, Role, AgentID string
	Teams                        []string
	AllTeams                     bool
	Password                     string // argon2id in PHC form; empty = none
	Issuer, Subject              string // OpenID Connect
	Invitation                   string // SHA-256 of a one-time key, hex
	InvitedUntil                 time.Time
	Language                     string
	Disabled, Demo               bool
	CreatedAt, ChangedAt         time.Time
	ChangedBy, Change            string
	Version                      uint64 // number of the change it was read at; 0 = new
}

// SignInRow is one attempt to sign in.
type SignInRow struct {
	At                        time.Time
	Account, Address, Outcome string // Outcome: in, wrong, locked, disabled, reset
	UserAgent                 string
}

// SessionRow is one session of the web application.
type SessionRow struct {
	ID, Account                  string // ID: SHA-256 of the key in the cookie, hex
	CreatedAt, SeenAt, ExpiresAt time.Time
	Ended                        bool
	Address, UserAgent           string
}
