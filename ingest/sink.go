package ingest

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

// The one form of audio past this package: 20 ms steps of 8 kHz mono per leg.
const (
	SampleRate   = 8000
	TickSamples  = 160
	TickDuration = 20 * time.Millisecond
)

// Audio is one leg's 20 ms. The PCM belongs to the caller and is overwritten after Sink.Tick returns.
type Audio struct {
	Leg schemas.Leg
	// PCM holds TickSamples samples, full scale ±1.
	PCM []float32
	// Lost counts the samples whose packets never came in time; they are concealed, or silent once concealment has faded.
	Lost int
	// Open says that the leg sends media: false before its first packet, and while its stream has stopped.
	Open bool
	// Tone says that a telephone event (DTMF, RFC 4733) plays here.
	Tone bool
	// Comfort says that this is comfort noise (RFC 3389), not anybody's voice.
	Comfort bool
}

// Event is a fact from the switch, placed on the call's clock.
type Event struct {
	Kind schemas.Kind
	By   schemas.Leg
	At   time.Duration
}

// Sink takes what a call consists of, in the order of the call's own time: an event comes before the first tick that
// begins at or after it. Both a live call and a recording feed the same Sink.
type Sink interface {
	// Tick takes the legs' audio from index*20 ms on: the agent's and the customer's leg in that order, or the mixed one.
	Tick(index int, legs []Audio)
	Event(e Event)
}

// Info is what is known of a call when it begins. Empty fields are unknown.
type Info struct {
	CallID    string
	AgentID   string
	Seat      string
	Team      string
	Queue     string
	Trunk     string
	Customer  string
	Direction schemas.Direction
	// StartedAt is where the call's clock begins; zero when unknown.
	StartedAt time.Time
	// Legs are agent and customer in that order, or the one mixed leg.
	Legs []schemas.Leg
}

// Ending is how a call ended.
type Ending struct {
	// At is the call's length.
	At time.Duration
	// By is who hung up; unspecified when unknown.
	By    schemas.Leg
	Cause string
}

// LegStats is what the transport did to one leg (RFC 3550 terms). Zero for recordings.
type LegStats struct {
	Packets    uint64
	Lost       uint64 // packets that never came, or came too late to be played
	Late       uint64 // of these: came too late
	Duplicates uint64
	Reordered  uint64
	Refused    uint64 // not RTP, or of a payload type that nobody announced
	// Jitter is the largest interarrival jitter (RFC 3550, 6.4.1) of the call.
	Jitter time.Duration
}
