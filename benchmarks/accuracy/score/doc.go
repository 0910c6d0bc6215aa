// Package score holds what Earshot said of a call against what is true of it: flags, holds, speech, what cannot be
// assessed, and how sure it was. It knows neither where a call comes from nor how figures are summed up.
package score

import (
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// Truth is what is true of a call.
type Truth struct {
	ID, Variant     string
	Agent, Customer Voice
	Track, Package  string
	Degradations    []string
	Duration        time.Duration
	// Mono: both parties are on one leg, whatever leg a span names.
	Mono  bool
	Spans []Span
	// Flags must be raised, and no other.
	Flags []Span
	// NotAssessable are rules that must be said to be so.
	NotAssessable []string
	// Undecided are rules of which nobody knows the truth here: what is flagged of them is neither right nor wrong.
	Undecided []string
}

// Voice is who spoke.
type Voice struct{ Name, Language, Sex string }

// Span is a stretch of a call. Kind is a kind of segment, or the rule of a flag.
type Span struct {
	Kind       string
	Leg        schemas.Leg
	Start, End time.Duration
}

// Heard is what Earshot said.
type Heard struct {
	Segments []analyzers.Segment
	Verdict  rulebook.Verdict
}

// Outcome is what came of one call.
type Outcome struct {
	Truth  *Truth
	Rules  map[string]stats.Counts
	Assess map[string]Assess
	// Undecided counts the flags of rules whose truth is not known here. They are in no other figure.
	Undecided map[string]int
	Hold      Hold
	// Speech counts frames of 20 ms.
	Speech stats.Counts
	// FlagClaims and SegmentClaims are by rule and by kind.
	FlagClaims, SegmentClaims map[string]*stats.Reliability
	// Mistakes are in the order of their time.
	Mistakes []Mistake
}

// Assess counts how often a rule was said not to be assessable: rightly, wrongly, and how often it should have been.
type Assess struct{ Rightly, Wrongly, Missed int }

// Hold is how holds were found. Errors of edges are in seconds, without sign; those of holds that were known from the
// music alone are apart: the switch's word has no error.
type Hold struct {
	stats.Counts
	Starts, Ends           []float64
	MusicStarts, MusicEnds []float64
}

// Mistake is something that a person should listen to. Weight says how bad it is.
type Mistake struct {
	At     time.Duration
	What   string
	Weight float64
}

// Weight is how bad all mistakes are together.
func (o *Outcome) Weight() (sum float64) {
	for _, m := range o.Mistakes {
		sum += m.Weight
	}
	return sum
}

// Flags counts the flags of all rules.
func (o *Outcome) Flags() (sum stats.Counts) {
	for _, c := range o.Rules {
		sum.Add(c)
	}
	return sum
}
