package conduct

// Role is what an account may do, from least to most.
type Role string

const (
	Agent     Role = "agent"     // sees and appeals what is his own
	Inspector Role = "inspector" // judges flags
	Leader    Role = "leader"    // shift leader: judges flags, decides appeals first
	Manager   Role = "manager"   // decides appeals last
	Admin     Role = "admin"     // keeps accounts; may what a manager may
)

// Roles are all there are.
var Roles = []Role{Agent, Inspector, Leader, Manager, Admin}

// Judges tells whether the role judges flags.
func (r Role) Judges() bool { return r == Inspector || r.decides() }

func (r Role) decides() bool { return r == Leader || r.decidesLast() }

func (r Role) decidesLast() bool { return r == Manager || r == Admin }

// Status is where a flag stands with people.
type Status string

const (
	Pending   Status = "pending"   // waits for a verdict
	Confirmed Status = "confirmed" // the violation is so, and counts
	Rejected  Status = "rejected"  // it is not, for a reason
	Unsure    Status = "unsure"    // an inspector could not tell: waits for another one
	Appealed  Status = "appealed"  // confirmed, and the agent appeals; counts until the verdict is reversed
	Withdrawn Status = "withdrawn" // a manual flag taken back, or one the machine withdrew
	// Exonerated is a flag that the machine itself excuses: nothing to judge.
	Exonerated Status = "exonerated"
)

// Counts tells whether a flag of this status costs its points.
func (s Status) Counts() bool { return s == Confirmed || s == Appealed }

// Waits tells whether a flag of this status waits for a verdict.
func (s Status) Waits() bool { return s == Pending || s == Unsure }

// Action is what a step does.
type Action string

const (
	Confirm Action = "confirm"
	Reject  Action = "reject"
	NotSure Action = "unsure"
	Raise   Action = "raise"  // a flag the machine missed; confirmed by whoever raises it
	Undo    Action = "undo"   // of one's own last step, in the same session
	Appeal  Action = "appeal" // by the agent; of a leader's refusal, again to the manager
	Grant   Action = "grant"  // the appeal is right: the flag is rejected
	Refuse  Action = "refuse" // the verdict stands
)

// Reason says why a flag was rejected.
type Reason string

const (
	NotSo     Reason = "not-so"     // what was measured is not so
	Music     Reason = "music"      // music was taken for speech, or speech for music
	LineFault Reason = "line-fault" // the line, not the agent
	Justified Reason = "justified"  // it is so, and the agent had cause
	Other     Reason = "other"      // in the words
)

// Reasons are all there are.
var Reasons = []Reason{NotSo, Music, LineFault, Justified, Other}

// Stage is where an appeal stands.
type Stage string

const (
	NoAppeal     Stage = ""
	AtLeader     Stage = "leader"
	AtManager    Stage = "manager"
	RefusedStage Stage = "refused" // by the shift leader it may be taken to the manager once; by the manager it is the end
	GrantedStage Stage = "granted"
)
