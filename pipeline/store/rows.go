package store

import "time"

// CallRow is one call, as the table calls describes it column by column.
type CallRow struct {
	CallID, AgentID, Seat, Team, Queue, Trunk, Customer string
	Direction, Source                                   string
	StartedAt                                           time.Time
	Duration                                            float64 // seconds
	Legs                                                []LegRow
	EndedBy, Cause                                      string
	State, Error                                        string
	Points, Score                                       float64
	Flags                                               uint32
	NotAssessable                                       []NotAssessable
	Loss                                                float64 // fraction, 0 to 1
	JitterMS                                            float64
	MOS                                                 *float64 // nil: not assessable
	RulebookVersion, EarshotVersion                     string
	Topic                                               string
	Partition                                           int32
	FirstOffset, LastOffset                             int64
	LostRecords, DroppedRecords                         uint64
	JudgedAt                                            time.Time
	Version                                             uint64
	Events                                              []EventRow // in order
}

// LegRow is what is known of one leg of a call.
type LegRow struct {
	Leg                                                 string
	Packets, Lost, Late, Duplicates, Reordered, Refused uint64
	JitterMS                                            float64
	Speech                                              float64 // seconds
}

// NotAssessable is a rule that could not be judged, and why.
type NotAssessable struct {
	Rule, ReasonEN, ReasonZH string
}

// SegmentRow is one segment. Its key is call, kind, leg and start.
type SegmentRow struct {
	CallID     string
	StartedAt  time.Time // of the call
	Kind, Leg  string
	Start, End float64 // seconds from the call's start
	Source     string
	Value      float64
	Confidence float64
	Measures   Named[float64]
	AgentID    string
	Team       string
	Version    uint64
}

// FlagRow is one flag. Its key is call, rule and flag id.
type FlagRow struct {
	FlagID, CallID, Rule, Leg            string
	StartedAt                            time.Time // of the call
	Start, End                           float64   // seconds from the call's start
	At                                   time.Time // StartedAt + Start
	Measured, Limit, Margin              float64
	Comparison                           string // above, below
	Points                               float64
	Class, Clause                        string
	State, Reason                        string
	Confidence                           float64
	AgentID, Seat, Team, Queue, Customer string
	RulebookVersion                      string
	Version                              uint64
}

// Batch is what one Write takes. It can be kept and filled again after Reset.
type Batch struct {
	Calls    []CallRow
	Segments []SegmentRow
	Flags    []FlagRow
	size     size
}

// Len is the number of rows.
func (b *Batch) Len() int { return len(b.Calls) + len(b.Segments) + len(b.Flags) }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	// Cleared, so that the rows' strings can be collected.
	clear(b.Calls)
	clear(b.Segments)
	clear(b.Flags)
	b.Calls, b.Segments, b.Flags = b.Calls[:0], b.Segments[:0], b.Flags[:0]
	b.size = size{}
}
