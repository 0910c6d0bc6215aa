package pipeline

import (
	"math"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/schemas"
)

const (
	// swappedFrom is the probability from which on a call counts as having its legs the wrong way round.
	swappedFrom = 0.7
	// ringOdds is what a ring tone says in log odds, where it is known who called whom: whoever is called is heard to ring, so
	// an inbound call has it on the agent's leg and an outbound one on the customer's.
	ringOdds = 6.0
	// greetingOdds is what the first word says beyond what the analyzer made of it, where it is known that the call came in:
	// the agent greets.
	greetingOdds = 1.4
	// silentOdds are the log odds of a call in which nothing else was noticed.
	silentOdds = -4.0
)

// wiring gathers what tells that a call's legs are the wrong way round.
type wiring struct {
	odds float64
	ring schemas.Leg // the leg on which a ring tone was heard
	// greeted says which leg spoke first: 1 the customer's, -1 the agent's, 0 unknown.
	greeted float64
}

func newWiring() wiring { return wiring{odds: silentOdds} }

func (w *wiring) segment(s *analyzers.Segment) {
	switch s.Kind {
	case "swapped":
		w.odds = math.Log(s.Confidence / (1 - s.Confidence))
		first, _ := s.Get("customer_first")
		w.greeted = 2*first - 1
	case "ring":
		if rings, _ := s.Get("rings"); rings >= 2 && s.Source != "signal" {
			w.ring = s.Leg
		}
	}
}

// swapped tells whether the call counts as swapped.
func (w *wiring) swapped(d schemas.Direction) bool {
	odds := w.odds
	inbound, outbound := d == schemas.Direction_DIRECTION_INBOUND, d == schemas.Direction_DIRECTION_OUTBOUND
	agent, customer := w.ring == schemas.Leg_LEG_AGENT, w.ring == schemas.Leg_LEG_CUSTOMER
	if inbound {
		odds += greetingOdds * w.greeted
	}
	switch {
	case inbound && agent, outbound && customer:
		odds -= ringOdds
	case inbound && customer, outbound && agent:
		odds += ringOdds
	}
	return 1/(1+math.Exp(-odds)) >= swappedFrom
}
