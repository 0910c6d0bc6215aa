package analyzers

import (
	"math"
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	swappedLeast = 750  // frames of sure music, 15 s, that make a wait; a ring or a jingle is shorter
	swappedTalk  = 0.1  // most of it that may be talked over, by either party
	swappedSure  = 250  // frames of music, 5 s, while the switch says hold
	swappedOwn   = 150  // frames of sure music, 3 s, on the agent's leg: that is where it belongs
	swappedRange = 15.0 // dB under the leg's speech, below which music is a radio in the room

	// Log odds. Two calls in a hundred are taken to be wired the wrong way round before anything is heard.
	swappedPrior      = -4.0
	swappedWait       = 3.0 // the first wait: few customers play hold music, a fifth of the calls of a centre have it
	swappedNext       = 2.2 // each further one
	swappedFirstWord  = 0.8 // who is called speaks first, and most calls come in
	swappedContradict = 8.0
	swappedRight      = -6.0
)

// swapped reports that the legs of a call seem to be the wrong way round: the customer's leg has the hold music, which
// the switch plays in the agent's place, and the agent's leg never has.
//
// A customer may put the agent on hold as well, and that sounds the same. So one such wait says little; it takes two or
// more, and the word of greeting on the wrong leg, or the switch, which says hold while the music plays on the wrong leg and
// at no other time. A radio behind the customer is talked over, goes on when the talk does, and is no wait. Confidence is
// the probability that follows from all this, and the caller decides from where on the call counts as swapped.
type swapped struct {
	talks  [2]talk
	first  schemas.Leg // who spoke first
	speech noiseSum    // of the customer's leg

	wait         swappedMusic
	waits, music int // those that ended, and their frames
	from, to     int // frames of the evidence
	own          int // frames of sure music on the agent's leg
	held, inside int // frames that the switch calls held, and those of them with music on the customer's leg
	outside      int // frames of music on the customer's leg at other times
	theirs       bool
	mono         bool
}

// swappedMusic is music on the customer's leg, with pauses of less than holdGap.
type swappedMusic struct {
	start, end, sure, music, talked int
	level                           float64
	before                          bool // both parties had spoken
	signal                          bool // the switch calls it a hold
}

func newSwapped() *swapped { return new(swapped) }

func (*swapped) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:  "swapped",
		Value: "hold music on the customer's leg, s",
		Measures: map[string]string{
			"waits":          "waits with music on the customer's leg, in which nobody spoke",
			"contradicted":   "music on the customer's leg while the switch says hold, s",
			"customer_first": "1 when the customer's leg spoke first",
			"agent_music":    "music on the agent's leg, s",
		},
	}}
}

func (a *swapped) Reset() { *a = swapped{} }

func (a *swapped) Frame(now *Instant, _ Emit) {
	if now.Mixed != nil {
		a.mono = true
		return
	}
	i, agent, customer := now.Index, now.Agent, now.Customer
	a.talks[0].step(i, agent.Speech && !agent.Music)
	a.talks[1].step(i, customer.Speech && !customer.Music)
	if a.first == schemas.Leg_LEG_UNSPECIFIED {
		if a.talks[0].talking {
			a.first = schemas.Leg_LEG_AGENT
		} else if a.talks[1].talking {
			a.first = schemas.Leg_LEG_CUSTOMER
		}
	}
	if customer.Speech && !customer.Music {
		a.speech.power += math.Pow(10, float64(customer.Level)/10)
		a.speech.n++
	}
	if agent.Music && agent.MusicLikelihood >= holdLikelihood {
		a.own++
	}
	held := now.Held && !a.theirs
	if held {
		a.held++
	}
	w := &a.wait
	if customer.Music && now.Answered {
		if held {
			a.inside++
		} else {
			a.outside++
		}
		if w.music == 0 {
			*w = swappedMusic{start: i, before: a.talks[0].spoke() && a.talks[1].spoke()}
		}
		w.end = i + 1
		w.music++
		w.level += float64(customer.Level)
		w.signal = w.signal || held
		if customer.MusicLikelihood >= holdLikelihood {
			w.sure++
		}
		if customer.Speech || agent.Speech {
			w.talked++
		}
	} else if w.music > 0 && i-w.end >= holdGap {
		a.close(true)
	}
}

// close judges a wait; after tells whether the call goes on.
func (a *swapped) close(after bool) {
	w := a.wait
	a.wait = swappedMusic{}
	loud := a.speech.n == 0 || w.level/float64(w.music) > a.speech.level()-swappedRange
	if !loud || float64(w.talked) > swappedTalk*float64(w.music) {
		return
	}
	if w.signal {
		a.evidence(&w)
	} else if after && w.before && w.sure >= swappedLeast {
		a.waits++
		a.evidence(&w)
	}
}

func (a *swapped) evidence(w *swappedMusic) {
	if a.to == 0 {
		a.from = w.start
	}
	a.to = w.end
	a.music += w.music
}

func (a *swapped) Event(e Event, _ Emit) {
	if e.Kind == schemas.Kind_KIND_HOLD {
		a.theirs = e.By == schemas.Leg_LEG_CUSTOMER
	}
}

func (a *swapped) End(_ Ending, emit Emit) {
	if a.wait.music > 0 {
		a.close(false)
	}
	if a.mono || a.to == 0 {
		return
	}
	contradicted := a.inside >= swappedSure && a.inside*2 > a.held && a.outside*4 <= a.inside
	if a.waits == 0 && !contradicted {
		return
	}
	s := Segment{
		Kind: "swapped", Value: frames(a.music), Confidence: 1 / (1 + math.Exp(-a.odds(contradicted))),
		Start: time.Duration(a.from) * FrameDuration,
		End:   time.Duration(a.to) * FrameDuration,
	}
	s.Set("waits", float64(a.waits))
	s.Set("contradicted", frames(a.inside))
	s.Set("customer_first", yes(a.first == schemas.Leg_LEG_CUSTOMER))
	s.Set("agent_music", frames(a.own))
	emit(s)
}

// odds are the log odds that the legs are swapped.
func (a *swapped) odds(contradicted bool) float64 {
	odds := swappedPrior
	if a.waits > 0 {
		odds += swappedWait + swappedNext*float64(min(a.waits, 4)-1)
	}
	switch a.first {
	case schemas.Leg_LEG_CUSTOMER:
		odds += swappedFirstWord
	case schemas.Leg_LEG_AGENT:
		odds -= swappedFirstWord
	}
	if contradicted {
		odds += swappedContradict
	}
	// Music where it belongs, or holds that the switch tells of in which the customer's leg has none.
	if a.own >= swappedOwn || a.held >= 2*swappedSure && a.inside*10 < a.held {
		odds += swappedRight
	}
	return odds
}
