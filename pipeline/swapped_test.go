package pipeline

import (
	"testing"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/schemas"
)

func TestSwapped(t *testing.T) {
	const (
		agent, customer   = schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER
		unknown           = schemas.Direction_DIRECTION_UNSPECIFIED
		inbound, outbound = schemas.Direction_DIRECTION_INBOUND, schemas.Direction_DIRECTION_OUTBOUND
	)
	noticed := func(confidence, customerFirst float64) analyzers.Segment {
		s := analyzers.Segment{Kind: "swapped", Confidence: confidence}
		s.Set("customer_first", customerFirst)
		return s
	}
	ring := func(leg schemas.Leg, source string, rings float64) analyzers.Segment {
		s := analyzers.Segment{Kind: "ring", Leg: leg, Source: source}
		s.Set("rings", rings)
		return s
	}
	for _, c := range []struct {
		name      string
		direction schemas.Direction
		segments  []analyzers.Segment
		want      bool
	}{
		{"nothing noticed", inbound, nil, false},
		{"one wait", inbound, []analyzers.Segment{noticed(0.14, 0)}, false},
		{"one wait, and the greeting", unknown, []analyzers.Segment{noticed(0.45, 1)}, false},
		{"one wait, and the greeting of an inbound call", inbound, []analyzers.Segment{noticed(0.45, 1)}, true},
		{"two waits and the greeting", unknown, []analyzers.Segment{noticed(0.88, 1)}, true},
		{"the ring tone where it belongs", inbound, []analyzers.Segment{ring(agent, "tone", 3)}, false},
		{"two waits, but the ring tone where it belongs", inbound, []analyzers.Segment{ring(agent, "tone", 3), noticed(0.88, 1)}, false},
		{"an inbound caller heard ringing", inbound, []analyzers.Segment{ring(customer, "tone", 3)}, true},
		{"an agent who called, heard ringing", outbound, []analyzers.Segment{ring(agent, "both", 2)}, true},
		{"nobody knows who called", unknown, []analyzers.Segment{ring(customer, "tone", 3)}, false},
		{"one burst", inbound, []analyzers.Segment{ring(customer, "tone", 1)}, false},
		{"only the switch tells", inbound, []analyzers.Segment{ring(customer, "signal", 4)}, false},
		{"mono", inbound, []analyzers.Segment{ring(schemas.Leg_LEG_MIXED, "tone", 4)}, false},
	} {
		w := newWiring()
		for i := range c.segments {
			w.segment(&c.segments[i])
		}
		if got := w.swapped(c.direction); got != c.want {
			t.Errorf("%s: swapped is %v, want %v", c.name, got, c.want)
		}
	}
}
