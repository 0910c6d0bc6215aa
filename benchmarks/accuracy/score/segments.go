package score

import (
	"math"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/schemas"
)

const frame = analyzers.FrameDuration

// lateEdge is how far off an edge of a hold may be before a person should look, in seconds.
const lateEdge = 1.0

// holds matches the holds heard with those that are true, whatever they were known from.
func holds(o *Outcome, h *Heard) {
	var truth []Span
	for _, s := range o.Truth.Spans {
		if s.Kind == "hold" {
			truth = append(truth, s)
		}
	}
	var heard []analyzers.Segment
	var at []stretch
	for _, s := range h.Segments {
		if s.Kind == "hold" {
			heard = append(heard, s)
			at = append(at, stretch{s.Start, s.End})
		}
	}
	found := make([]bool, len(heard))
	for i, m := range match(stretches(truth), at, 0) {
		t := truth[i]
		if m < 0 {
			o.Hold.Missed++
			o.mistake(t.Start, missedWeight, "hold missed, %s", span(t.Start, t.End))
			continue
		}
		found[m] = true
		o.Hold.Hits++
		start := math.Abs((heard[m].Start - t.Start).Seconds())
		end := math.Abs((heard[m].End - t.End).Seconds())
		o.Hold.Starts, o.Hold.Ends = append(o.Hold.Starts, start), append(o.Hold.Ends, end)
		if heard[m].Source == "music" {
			o.Hold.MusicStarts, o.Hold.MusicEnds = append(o.Hold.MusicStarts, start), append(o.Hold.MusicEnds, end)
		}
		if off := max(start, end); off > lateEdge {
			o.mistake(t.Start, min(off, 5)/5, "hold heard as %s, is %s", span(heard[m].Start, heard[m].End), span(t.Start, t.End))
		}
	}
	for i, s := range heard {
		if !found[i] {
			o.Hold.False++
			o.mistake(s.Start, falseWeight, "hold heard falsely, %s, known from %s", span(s.Start, s.End), s.Source)
		}
	}
}

// speech compares frame by frame who spoke. What is spoken in an advertisement inside hold music is neither.
func speech(o *Outcome, h *Heard) {
	legs := []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
	if o.Truth.Mono {
		legs = []schemas.Leg{schemas.Leg_LEG_MIXED}
	}
	n := int(o.Truth.Duration / frame)
	for _, leg := range legs {
		truth, said, neither := make([]bool, n), make([]bool, n), make([]bool, n)
		for _, s := range o.Truth.Spans {
			if !o.Truth.Mono && s.Leg != leg {
				continue
			}
			switch s.Kind {
			case "speech", "raised":
				fill(truth, s.Start, s.End)
			case "advert":
				fill(neither, s.Start, s.End)
			}
		}
		for _, s := range h.Segments {
			if s.Kind == "speech" && s.Leg == leg {
				fill(said, s.Start, s.End)
			}
		}
		for i := range truth {
			switch {
			case neither[i]:
			case truth[i] && said[i]:
				o.Speech.Hits++
			case truth[i]:
				o.Speech.Missed++
			case said[i]:
				o.Speech.False++
			}
		}
	}
}

func fill(frames []bool, start, end time.Duration) {
	for i := max(0, int(start/frame)); i < min(int((end+frame-1)/frame), len(frames)); i++ {
		frames[i] = true
	}
}

// segments says of each segment whether it is right: at least half of it is what it says.
func segments(o *Outcome, h *Heard) {
	for _, s := range h.Segments {
		switch s.Kind {
		case "interruption":
			if s.Leg == schemas.Leg_LEG_CUSTOMER { // which no rule judges, and no truth tells
				continue
			}
			fallthrough
		case "hold", "raised", "overlap", "ring", "speech":
			claim(o.SegmentClaims, s.Kind, s.Confidence, 2*covered(o.Truth, &s, o.Truth.Spans) >= s.Duration())
		case "silence": // where nothing is to be heard
			heard := time.Duration(0)
			for _, kind := range []string{"speech", "hold", "ring"} {
				x := s
				x.Kind, x.Leg = kind, schemas.Leg_LEG_UNSPECIFIED
				heard += covered(o.Truth, &x, o.Truth.Spans)
			}
			claim(o.SegmentClaims, s.Kind, s.Confidence, 2*heard <= s.Duration())
		case "quarrel": // no span of its own: it is where the flag should be
			claim(o.SegmentClaims, s.Kind, s.Confidence, covered(o.Truth, &s, o.Truth.Flags) > 0)
		}
	}
}

// covered is how much of a segment lies in spans of its kind on its leg.
func covered(t *Truth, s *analyzers.Segment, spans []Span) time.Duration {
	frames := make([]bool, max(int(s.Duration()/frame), 1))
	for _, p := range spans {
		same := p.Leg == s.Leg || t.Mono || p.Leg == schemas.Leg_LEG_UNSPECIFIED || s.Leg == schemas.Leg_LEG_UNSPECIFIED
		if p.Kind == s.Kind && same {
			fill(frames, p.Start-s.Start, p.End-s.Start)
		}
	}
	n := 0
	for _, f := range frames {
		if f {
			n++
		}
	}
	return time.Duration(n) * frame
}
