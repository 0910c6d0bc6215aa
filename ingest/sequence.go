package ingest

// RFC 3550, appendix A.1: a step of the sequence number that is larger than this is no loss and no reordering, but
// a source that began anew.
const (
	maxDropout  = 3000
	maxMisorder = 512
)

// sequenceWindow is how far back it is known which packets came.
const sequenceWindow = 1024

// arrival is what a packet's sequence number tells.
type arrival uint8

const (
	cameInOrder arrival = iota
	cameReordered
	cameTwice
	cameAnew
)

// sequence counts one leg's packets on a number that never wraps. A source that begins anew goes on counting.
type sequence struct {
	highest int64  // of the packets that came
	wire    uint16 // the same as it was on the wire
	first   int64  // of the present source
	// seen are the packets that came; placed are those of them that need no concealment: they were in time.
	seen, placed bitmap

	expected, received uint64
}

type bitmap [sequenceWindow / 64]uint64

func (b *bitmap) set(n int64)      { b[n>>6%int64(len(b))] |= 1 << (n & 63) }
func (b *bitmap) unset(n int64)    { b[n>>6%int64(len(b))] &^= 1 << (n & 63) }
func (b *bitmap) has(n int64) bool { return b[n>>6%int64(len(b))]>>(n&63)&1 != 0 }

func (s *sequence) reset() { *s = sequence{highest: sequenceWindow} } // so that no number is ever negative

// restart begins to count a new source with its first packet.
func (s *sequence) restart(wire uint16) int64 {
	s.highest++
	s.wire, s.first = wire, s.highest
	s.seen, s.placed = bitmap{}, bitmap{}
	s.seen.set(s.highest)
	s.expected++
	s.received++
	return s.highest
}

// count takes the next packet's number. A duplicate and a restart are told, not counted.
func (s *sequence) count(wire uint16) (int64, arrival) {
	step := int64(int16(wire - s.wire))
	n := s.highest + step
	switch {
	case step > maxDropout || step < -maxMisorder:
		return 0, cameAnew
	case step > 0:
		for i := max(s.highest+1, n-sequenceWindow+1); i <= n; i++ {
			s.seen.unset(i)
			s.placed.unset(i)
		}
		s.highest, s.wire = n, wire
		s.expected += uint64(step)
	case n < s.first: // overtaken by the source's first
		s.expected += uint64(s.first - n)
		s.first = n
	case s.seen.has(n):
		return n, cameTwice
	}
	s.seen.set(n)
	s.received++
	if step < 0 {
		return n, cameReordered
	}
	return n, cameInOrder
}

// missing counts the packets between two that did not come in time. What has left the window counts as missing.
func (s *sequence) missing(before, after int64) int {
	if after <= before {
		return 0
	}
	n := 0
	oldest := s.highest - sequenceWindow + 1
	if before+1 < oldest {
		n = int(min(after, oldest) - before - 1)
		before = oldest - 1
	}
	for i := before + 1; i < after; i++ {
		if !s.placed.has(i) {
			n++
		}
	}
	return n
}
