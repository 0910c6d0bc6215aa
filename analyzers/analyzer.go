package analyzers

// Emit takes a segment. Segments go by value, so that emitting one allocates nothing.
type Emit func(Segment)

// Analyzer turns one call's frames into segments. It knows no limit and judges nothing.
//
// It allocates nothing per frame, keeps no pointer into an Instant, uses the call's own time only, and its state does
// not grow with the call. After Reset it is as new.
type Analyzer interface {
	// Kinds are the kinds of segment it emits, with what each measures: the vocabulary of the rulebook.
	Kinds() []KindDoc
	// Frame takes the next 20 ms.
	Frame(now *Instant, emit Emit)
	// Event takes a fact from the switch, before the first frame at or after it.
	Event(e Event, emit Emit)
	// End closes whatever is open. No Frame follows.
	End(end Ending, emit Emit)
	Reset()
}

// KindDoc describes a kind of segment.
type KindDoc struct {
	Kind string
	// Value says what Segment.Value is, with its unit.
	Value string
	// Measures are the names that Segment.Get knows, each with its meaning and unit.
	Measures map[string]string
	// Sources are the values that Segment.Source takes; none for most kinds.
	Sources []string
}
