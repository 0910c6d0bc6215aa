package ingest

// spans remembers where telephone events play: the last few are enough, as they are added within the depth of the
// jitter buffer.
type spans struct {
	list [8]struct{ from, to int }
	n    int
}

// add takes a span. A report that prolongs the one before, as RFC 4733 does while a key is held, makes it longer.
func (s *spans) add(from, to int) {
	if to <= from {
		return
	}
	for i := range s.list[:s.n] {
		if l := &s.list[i]; from <= l.to && to >= l.from {
			l.from, l.to = min(l.from, from), max(l.to, to)
			return
		}
	}
	if s.n == len(s.list) {
		copy(s.list[:], s.list[1:])
		s.n--
	}
	s.list[s.n].from, s.list[s.n].to = from, to
	s.n++
}

// at says whether a tone plays at a position, and up to where that is so; far is the furthest of interest.
func (s *spans) at(pos, far int) (plays bool, until int) {
	until = far
	for _, l := range s.list[:s.n] {
		switch {
		case l.from <= pos && pos < l.to:
			return true, min(l.to, far)
		case l.from > pos:
			until = min(until, l.from)
		}
	}
	return false, until
}
