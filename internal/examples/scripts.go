package examples

import (
	"slices"

	"github.com/earshot/earshot/schemas"
)

// script is a call as it is to be composed.
type script struct {
	name     string
	title    Title
	as       string
	expect   []string
	desk     desk
	customer string
	endedBy  schemas.Leg
	mono     bool
	tell     func(*call)
}

// desk is who takes the call, and where. The customer has the other voice.
type desk struct{ agentID, seat, team, queue, voice string }

func (d desk) otherVoice() string {
	if d.voice == carlo {
		return allison
	}
	return carlo
}

// The desks of the floor. An agent's voice is the same in all calls.
var (
	anna   = desk{"A1001", "2-07", "day-1", "billing", allison}
	bruno  = desk{"A1002", "2-08", "day-1", "support", carlo}
	carol  = desk{"A1003", "2-11", "day-1", "support", allison}
	dario  = desk{"A2001", "3-02", "day-2", "billing", carlo}
	esther = desk{"A2002", "3-05", "day-2", "sales", allison}
)

func scripts() []script {
	return slices.Concat(goodCalls(), longHolds(), badHolds(), badManners(), badEndings(), monoCalls())
}
