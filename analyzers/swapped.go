package analyzers

import (
	"math"
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	swappedLeast = 750  // frames of sure music, 15 s, that make a wait; a ring or a jingle is shorter
	swappedTalk  = 0.1  // most of it that the agent's leg may talk over
	swappedSung  = 6.0  // dB by which a voice over it is louder, if it is not singing but somebody with a radio
	swappedEdge  = 100  // frames, 2 s, and a quarter of it that may be before the switch's hold or after it
	swappedSure  = 250  // frames of music, 5 s, while the switch says hold
	swappedOwn   = 150  // frames of sure music, 3 s, on the agent's leg: that is where it belongs,
	swappedShare = 5    // and if it is a fifth of what the customer's leg has; a voice sounds like music for seconds
	swappedEcho  = 10.0 // dB by which music on both legs at once must be louder on the one for the other to be its echo
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
	holds        swappedHolds
	mono         bool
}

// swappedMusic is music on the customer's leg, with pauses of less than holdGap.
type swappedMusic struct {
	start, end, sure, music int
	talked, sung            int // with speech on the agent's leg, and on the customer's
	level, sungLevel        float64
	before                  bool // both parties had spoken
	signal                  bool // the switch says hold meanwhile
}

// swappedHolds is what the switch says of holds, but for those that the customer asked of their own.
type swappedHolds struct {
	now, theirs    bool
	start, end     int  // frames of the last
	length, inside int  // frames of all, and of music on the customer's leg just then
	across         bool // music that is there without a hold as well
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
		a.speech.power += customer.meanSquare()
		a.speech.n++
	}
	echo := customer.Music && customer.Level > agent.Level+swappedEcho
	if agent.Music && agent.MusicLikelihood >= holdLikelihood && !echo {
		a.own++
	}
	h := &a.holds
	held := now.Held && !h.theirs
	if held && !h.now {
		h.start = i
	}
	if h.now = held; held {
		h.length++
		h.end = i + 1
	}
	w := &a.wait
	if customer.Music && now.Answered {
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
		if agent.Speech {
			w.talked++
		}
		if customer.Speech {
			w.sung++
			w.sungLevel += float64(customer.Level)
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
	if w.signal {
		h := &a.holds
		if outside := max(h.start-w.start, 0) + max(w.end-h.end, 0); outside > swappedEdge+w.music/4 {
			h.across = true
		} else {
			h.inside += w.music
			a.evidence(&w)
		}
		return
	}
	if !loud || float64(w.talked) > swappedTalk*float64(w.music) || w.talkedOver() {
		return
	}
	if after && w.before && w.sure >= swappedLeast {
		a.waits++
		a.evidence(&w)
	}
}

// talkedOver tells whether what sounds like a voice in it stands out of it.
func (w *swappedMusic) talkedOver() bool {
	if w.sung < minTalk {
		return false
	}
	rest := w.music - w.sung
	return rest < minTalk || w.sungLevel/float64(w.sung) > (w.level-w.sungLevel)/float64(rest)+swappedSung
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
		a.holds.theirs = e.By == schemas.Leg_LEG_CUSTOMER
	}
}

func (a *swapped) End(_ Ending, emit Emit) {
	if a.wait.music > 0 {
		a.close(false)
	}
	if a.mono || a.to == 0 {
		return
	}
	h := &a.holds
	contradicted := h.inside >= swappedSure && h.inside*2 > h.length && !h.across
	if a.waits == 0 && !contradicted {
		return
	}
	s := Segment{
		Kind: "swapped", Value: frames(a.music), Confidence: 1 / (1 + math.Exp(-a.odds(contradicted))),
		Start: time.Duration(a.from) * FrameDuration,
		End:   time.Duration(a.to) * FrameDuration,
	}
	s.Set("waits", float64(a.waits))
	s.Set("contradicted", frames(h.inside))
	s.Set("customer_first", yes(a.first == schemas.Leg_LEG_CUSTOMER))
	s.Set("agent_music", frames(a.own))
	emit(s)
}

// odds are the log odds that the legs are swapped.
func (a *swapped) odds(contradicted bool) float64 {
	odds := swappedPrior
	if a.waits > 0 {
		odds += swappedWait + float64(swappedNext*float64(min(a.waits, 4)-1))
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
	// Music where it belongs, or waits other than those that the switch tells of, in which the customer's leg has none.
	if a.own >= max(swappedOwn, a.music/swappedShare) || a.waits > 0 && a.holds.length >= 2*swappedSure && a.holds.inside == 0 {
		odds += swappedRight
	}
	return odds
}
