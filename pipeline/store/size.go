package store

// size is what a batch takes in memory, as far as its rows have been counted. Texts that rows share are counted with each,
// since an insert holds them so.
type size struct {
	bytes                  int
	calls, segments, flags int // rows counted
}

// Bytes is about how much memory the insert of the batch takes.
func (b *Batch) Bytes() int {
	for ; b.size.segments < len(b.Segments); b.size.segments++ {
		b.size.bytes += b.Segments[b.size.segments].bytes()
	}
	for ; b.size.flags < len(b.Flags); b.size.flags++ {
		b.size.bytes += b.Flags[b.size.flags].bytes()
	}
	for ; b.size.calls < len(b.Calls); b.size.calls++ {
		b.size.bytes += b.Calls[b.size.calls].bytes()
	}
	return b.size.bytes
}

// DropFlags empties the batch of flags, which have been written before the rest.
func (b *Batch) DropFlags() {
	for i := range b.size.flags {
		b.size.bytes -= b.Flags[i].bytes()
	}
	b.size.flags = 0
	clear(b.Flags)
	b.Flags = b.Flags[:0]
}

// What the numbers, times and lengths of a row take.
const (
	segmentBytes = 256
	flagBytes    = 256
	callBytes    = 384
	legBytes     = 96
)

func (r *SegmentRow) bytes() int {
	return segmentBytes + length(r.CallID, r.Kind, r.Leg, r.Source, r.AgentID, r.Team)
}

func (r *FlagRow) bytes() int {
	return flagBytes + length(r.FlagID, r.CallID, r.Rule, r.Leg, r.Comparison, r.Class, r.Clause, r.State, r.Reason,
		r.AgentID, r.Seat, r.Team, r.Queue, r.Customer, r.RulebookVersion)
}

func (r *CallRow) bytes() int {
	n := callBytes + legBytes*len(r.Legs) + length(r.CallID, r.AgentID, r.Seat, r.Team, r.Queue, r.Trunk, r.Customer, r.Direction,
		r.Source, r.EndedBy, r.Cause, r.State, r.Error, r.RulebookVersion, r.EarshotVersion, r.Topic)
	for i := range r.NotAssessable {
		n += length(r.NotAssessable[i].Rule, r.NotAssessable[i].ReasonEN, r.NotAssessable[i].ReasonZH)
	}
	return n
}

func length(texts ...string) (n int) {
	for _, t := range texts {
		n += len(t)
	}
	return n
}
