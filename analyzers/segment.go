package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

// Segment is something that lasted from Start to End on a leg, with what was measured of it. It holds no pointers of
// its analyzer, so a copy is its own.
type Segment struct {
	Kind       string
	Leg        schemas.Leg
	Start, End time.Duration
	// Source says what a hold or a ring was known from: music or tone, signal, or both. Empty for other kinds.
	Source string
	// Value is the kind's main measure; KindDoc tells its unit.
	Value float64
	// Confidence is how sure the analyzer is that the segment is what it says, 0 to 1.
	Confidence float64
	// Open says that the segment still goes on: it will be emitted again, with the same kind, leg and start.
	Open bool

	measures [maxMeasures]Measure
	n        int
}

const maxMeasures = 10

// Measure is a named figure of a segment. Its unit is in the kind's KindDoc.
type Measure struct {
	Name  string
	Value float64
}

// Duration is the segment's length.
func (s *Segment) Duration() time.Duration { return s.End - s.Start }

// Set records a measure, or replaces it. It panics past the tenth: a kind with more is two kinds.
func (s *Segment) Set(name string, v float64) {
	for i := range s.measures[:s.n] {
		if s.measures[i].Name == name {
			s.measures[i].Value = v
			return
		}
	}
	s.measures[s.n] = Measure{name, v}
	s.n++
}

// Get returns a measure, and whether the segment has it.
func (s *Segment) Get(name string) (float64, bool) {
	for _, m := range s.measures[:s.n] {
		if m.Name == name {
			return m.Value, true
		}
	}
	return 0, false
}

// Measures returns the segment's measures in the order they were first set. The slice is the segment's own.
func (s *Segment) Measures() []Measure { return s.measures[:s.n] }

// Seconds is how measures express a time.
func Seconds(d time.Duration) float64 { return d.Seconds() }
