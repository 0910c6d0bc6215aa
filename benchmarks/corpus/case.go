package corpus

import (
	"slices"
	"time"

	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/schemas"
)

// Case is a composed call, and all that is true of it.
type Case struct {
	ID       string // "hold-too-long/clear/0007": scenario, variant, number
	Scenario string // the rule that it is about, "fooler" or "plain"
	Variant  string // "clear", "near-below", "near-above", "fooler:<what>", "plain"

	Agent, Customer *sounds.Voice
	Track           string // the hold music, "" for none
	Package         string // that the track came in
	Degradations    []string
	Duration        time.Duration

	// Spans are what was put where, in the order of their start.
	Spans []Span
	// Flags are those that must be raised. No other may.
	Flags []Flag
	// NotAssessable are the ids of the rules that must be said not to be assessable, sorted.
	NotAssessable []string
	// Undecided are the ids of rules of which the truth is not known: a voice speaks as fast as it does, and nobody has
	// counted its syllables. What is said of them is neither right nor wrong.
	Undecided []string

	tracks   [][]float32 // one a channel
	channels []schemas.Leg
	events   []event
	endedBy  schemas.Leg
	outbound bool
	loss     float64 // share of packets
	seed     uint64
}

// Span is something that was put into a call.
type Span struct {
	Kind       SpanKind
	Leg        schemas.Leg // LEG_UNSPECIFIED for what is on no single leg
	Start, End time.Duration
	// Value tells how much, in the kind's own unit: dB of a raise, dB SNR of a noise, syllables a minute of a tempo.
	Value float64
}

// Duration is the span's length.
func (s Span) Duration() time.Duration { return s.End - s.Start }

// SpanKind says what a Span is of.
type SpanKind string

// What can be in a call. Speech is what the clean voice said: where it was active, before any noise or codec.
const (
	Speech       SpanKind = "speech"
	Raised       SpanKind = "raised"       // speech with effort: louder, higher, flatter
	Hold         SpanKind = "hold"         // music on the agent's leg, or the switch's word, or both
	Signal       SpanKind = "signal"       // the switch says hold
	Music        SpanKind = "music"        // any music, hold music included
	Ring         SpanKind = "ring"         // ringback tone, or the time between the switch's ringing and answered
	Mute         SpanKind = "mute"         // the leg carries nothing, not even its background
	Gone         SpanKind = "gone"         // the party has left, the other has not
	Silence      SpanKind = "silence"      // nobody speaks for 3 s or more
	Overlap      SpanKind = "overlap"      // both speak
	Interruption SpanKind = "interruption" // one starts while the other speaks, and the other stops
	Noise        SpanKind = "noise"        // behind a party, louder than a line's own
	Tempo        SpanKind = "tempo"        // speech whose pace was changed
	Effect       SpanKind = "effect"       // laugh, cough, child, tone: no speech
	Advert       SpanKind = "advert"       // speech on the agent's leg that is part of the hold music
)

// Flag is a flag that must be raised.
type Flag struct {
	Rule       string
	Leg        schemas.Leg // whose evidence it is; LEG_UNSPECIFIED where the rule names none
	Start, End time.Duration
	Measured   float64
}

// Heard is the audio of a leg, nil if the call has no such channel. It is not to be written to.
func (c *Case) Heard(leg schemas.Leg) []float32 {
	if i := slices.Index(c.channels, leg); i >= 0 {
		return c.tracks[i]
	}
	return nil
}
