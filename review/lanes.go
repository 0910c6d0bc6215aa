package review

import (
	"cmp"
	"slices"

	"github.com/earshot/earshot/pipeline/store"
)

// colours are the kinds of segment that the lanes show, by the colour they have there, from the bottom up: what is drawn
// later lies on what was drawn before.
var colours = []struct{ kind, colour string }{
	{"silence", "silence"}, {"speech", "speech"}, {"ring", "ringing"}, {"hold", "hold"}, {"raised", "raised"},
	{"overlap", "overlap"}, {"interruption", "overlap"}, {"quarrel", "overlap"},
	{"departed", "fault"}, {"loss", "fault"}, {"oneway", "fault"}, {"clipping", "fault"},
}

// lanes is a call as the page's script draws it.
func (s *Server) lanes(v *visit, page store.CallPage) lanesView {
	view := lanesView{
		Call: page.Call.CallID, Open: page.Call.State == "open", Before: before,
		Duration: max(page.Call.Duration, 1), // of a call that has just begun a second is shown
		Legs:     []laneLeg{}, Segments: []laneSegment{}, Flags: []laneFlag{}, Events: v.events(page),
	}
	for _, l := range page.Call.Legs {
		view.Legs = append(view.Legs, laneLeg{l.Leg, v.say("leg." + l.Leg)})
	}
	slices.SortFunc(view.Legs, func(a, b laneLeg) int { return cmp.Compare(a.Leg, b.Leg) }) // agent before customer
	for _, c := range colours {
		for _, seg := range page.Segments {
			if seg.Kind != c.kind {
				continue
			}
			leg := seg.Leg
			if c.colour == "hold" || c.colour == "silence" || c.colour == "overlap" {
				leg = "" // of both
			}
			view.Segments = append(view.Segments, laneSegment{c.colour, leg, seg.Start, seg.End, v.say("kind." + seg.Kind)})
		}
	}
	for _, c := range page.Cases {
		if c.Status == "withdrawn" {
			continue
		}
		view.Flags = append(view.Flags, laneFlag{c.FlagID, c.Leg, c.Start, c.End, c.Status, s.ruleTitle(v.lang, c.Rule)})
		view.Duration = max(view.Duration, c.End)
	}
	return view
}

// events are what the switch or the call's end tells, by time. Calls whose events are not stored have those that their
// segments tell of; a hold that was only heard is no event of the switch.
func (v *visit) events(page store.CallPage) []laneEvent {
	events := []laneEvent{}
	for _, e := range page.Call.Events {
		events = append(events, laneEvent{e.At, v.say("event." + e.Kind)})
	}
	told := len(events) > 0
	for _, seg := range page.Segments {
		switch {
		case told && seg.Kind != "departed":
		case seg.Kind == "hold" && seg.Source != "music":
			events = append(events, laneEvent{seg.Start, v.say("event.hold")}, laneEvent{seg.End, v.say("event.resume")})
		case seg.Kind == "ring" && seg.End < page.Call.Duration:
			events = append(events, laneEvent{seg.End, v.say("event.answered")})
		case seg.Kind == "departed":
			events = append(events, laneEvent{seg.Start, v.say("event.left." + cmp.Or(seg.Leg, "mixed"))})
		}
	}
	if page.Call.State == "ended" {
		events = append(events, laneEvent{page.Call.Duration, v.say("event.end." + cmp.Or(page.Call.EndedBy, "unknown"))})
	}
	slices.SortStableFunc(events, func(a, b laneEvent) int { return cmp.Compare(a.At, b.At) })
	return events
}
