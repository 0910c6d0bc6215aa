package rulebook

import (
	"cmp"
	"slices"
	"time"

	"github.com/earshot/earshot/analyzers"
)

// DefaultKept is how many segments of each kind a judge keeps. A call of ten hours stays well below it.
const DefaultKept = 4096

// timelines holds a call's segments by kind.
type timelines struct {
	kinds map[string]*timeline
	most  int // of each kind
}

// timeline holds the segments of a kind in the order of start and leg, however they came: so a verdict does not
// depend on the order of their arrival.
type timeline struct {
	segments []kept
	// What no longer fits is still counted: how many, how long in all, and from when to when.
	dropped     int
	length      time.Duration
	first, last time.Duration
}

type kept struct {
	analyzers.Segment
	// flagged says that some rule flags this segment, so that it stays.
	flagged bool
}

func (t *timelines) reset() {
	for _, line := range t.kinds {
		*line = timeline{segments: line.segments[:0]}
	}
}

// of returns a kind's timeline, or an empty one.
func (t *timelines) of(kind string) *timeline {
	if line, ok := t.kinds[kind]; ok {
		return line
	}
	return &timeline{}
}

// put stores a segment, or what is new of it, and returns the stored one; nil if there is no room. flagged tells
// whether a rule flags a segment: those stay, of the others the oldest goes.
func (t *timelines) put(s *analyzers.Segment, flagged func(*analyzers.Segment) bool) *analyzers.Segment {
	line, ok := t.kinds[s.Kind]
	if !ok {
		if t.kinds == nil {
			t.kinds = map[string]*timeline{}
		}
		line = &timeline{}
		t.kinds[s.Kind] = line
	}
	at, found := line.find(s)
	if found {
		line.segments[at] = kept{Segment: *s}
		return &line.segments[at].Segment
	}
	if len(line.segments) >= t.most {
		oldest := line.oldest(flagged)
		if oldest < 0 {
			if !s.Open {
				line.drop(s)
			}
			return nil
		}
		line.drop(&line.segments[oldest].Segment)
		line.segments = slices.Delete(line.segments, oldest, oldest+1)
		at, _ = line.find(s)
	}
	line.segments = slices.Insert(line.segments, at, kept{Segment: *s})
	return &line.segments[at].Segment
}

func (l *timeline) find(s *analyzers.Segment) (int, bool) {
	return slices.BinarySearchFunc(l.segments, s, func(k kept, s *analyzers.Segment) int {
		return cmp.Or(cmp.Compare(k.Start, s.Start), cmp.Compare(k.Leg, s.Leg))
	})
}

// oldest returns the place of the first segment that has ended and that no rule flags, or -1.
func (l *timeline) oldest(flagged func(*analyzers.Segment) bool) int {
	for i := range l.segments {
		k := &l.segments[i]
		if k.Open || k.flagged {
			continue
		}
		if k.flagged = flagged(&k.Segment); !k.flagged {
			return i
		}
	}
	return -1
}

func (l *timeline) drop(s *analyzers.Segment) {
	if l.dropped == 0 {
		l.first, l.last = s.Start, s.End
	}
	l.first, l.last = min(l.first, s.Start), max(l.last, s.End)
	l.dropped++
	l.length += s.Duration()
}

// sum returns how many segments of a kind count, and how long they last in all. Those that no longer fit do.
func (t *timelines) sum(kind string, counts func(*analyzers.Segment) bool) (int, time.Duration) {
	line := t.of(kind)
	n, length := line.dropped, line.length
	for i := range line.segments {
		if s := &line.segments[i].Segment; counts(s) {
			n++
			length += s.Duration()
		}
	}
	return n, length
}

// overlaps says whether a segment of the kind, other than s itself, goes on during s. A moment overlaps with what it
// touches.
func (t *timelines) overlaps(s *analyzers.Segment, kind string, open bool) bool {
	line := t.of(kind)
	for i := range line.segments {
		o := &line.segments[i].Segment
		switch {
		case o.Open && !open, o.Kind == s.Kind && o.Leg == s.Leg && o.Start == s.Start:
		case o.Start < s.End && s.Start < o.End:
			return true
		case (s.Start == s.End || o.Start == o.End) && o.Start <= s.End && s.Start <= o.End:
			return true
		}
	}
	return false
}

// span is what a rule on the call shows as its evidence.
type span struct {
	start, end time.Duration
	leg        string
	confidence float64
}

// span reaches from a kind's first segment that counts to its last. The leg is theirs when they all have the same.
func (t *timelines) span(kind string, counts func(*analyzers.Segment) bool) (span, bool) {
	line := t.of(kind)
	found := line.dropped > 0
	all := span{start: line.first, end: line.last, confidence: 1}
	for i := range line.segments {
		s := &line.segments[i].Segment
		if !counts(s) {
			continue
		}
		if !found {
			all.start, all.end, all.leg = s.Start, s.End, s.Leg.Name()
			found = true
		}
		all.start, all.end = min(all.start, s.Start), max(all.end, s.End)
		all.confidence = min(all.confidence, s.Confidence)
		if s.Leg.Name() != all.leg {
			all.leg = ""
		}
	}
	return all, found
}

// end is when the last segment that is known ended: how far the call has come, as far as its segments tell.
func (t *timelines) end() time.Duration {
	var end time.Duration
	for _, line := range t.kinds {
		for i := range line.segments {
			end = max(end, line.segments[i].End)
		}
	}
	return end
}
