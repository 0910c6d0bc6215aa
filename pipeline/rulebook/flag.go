package rulebook

import (
	"encoding/binary"
	"time"

	"github.com/earshot/earshot/schemas"
)

// Call is what is known of a call when it has ended.
type Call struct {
	Legs        int
	Mono        bool
	Duration    time.Duration
	EndedBy     schemas.Leg
	AnswerKnown bool
	Direction   schemas.Direction
	Swapped     bool
}

// State of a flag.
type State string

const (
	// Open flags were raised while the call went on: what follows may still take them back.
	Open State = "open"
	// Final flags stand: they count.
	Final State = "final"
	// Exonerated flags were broken limits that the rule's `unless` excuses. They cost no points.
	Exonerated State = "exonerated"
	// Withdrawn flags were raised live, and the whole call does not confirm them.
	Withdrawn State = "withdrawn"
)

// Flag is a rule's limit, broken.
type Flag struct {
	// ID is the same whenever the same call is judged again.
	ID     string
	CallID string
	Rule   string
	// Leg is agent, customer, mixed or "".
	Leg string
	// Start and End are the evidence, from the call's start.
	Start, End time.Duration
	Measured   float64
	Limit      float64
	// Margin is how far Measured is past Limit: positive, or 0 where the limit itself is a violation.
	Margin float64
	// Comparison is above, at_least, below or at_most.
	Comparison string
	Points     float64
	Class      Class
	Clause     string
	State      State
	// Confidence is how sure the analyzer is, 0 to 1; of a rule on the call, that of its least sure segment.
	Confidence float64
	// Reason says why a flag is exonerated or withdrawn.
	Reason          string
	RulebookVersion string
}

// NotAssessable says that a rule cannot be judged for a call, and why.
type NotAssessable struct {
	Rule     string
	Reason   string
	ReasonZH string
}

// Verdict is a whole call, judged.
type Verdict struct {
	// Flags come in the order of the rules, and of time within a rule; the withdrawn ones come last.
	Flags         []Flag
	NotAssessable []NotAssessable
	// Points is the sum over the final flags, Score what is left of 100.
	Points float64
	Score  float64
}

// FlagID names a flag by what never changes about it: the call, the rule, and where its segment starts, in
// milliseconds. The start is 0 for a rule that is judged once a call.
func FlagID(callID, rule string, start time.Duration) string {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(start.Milliseconds()))
	return hash([]byte(callID), []byte(rule), ms[:])
}
