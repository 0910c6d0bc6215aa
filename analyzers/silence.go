package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

const silenceMin = 150 // frames: 3 s; shorter pauses are conversation

// silence reports when nobody talks though the call is answered, not held, and neither music nor a ring tone plays. It does not matter to it
// whose turn it was; it says who spoke before and after, and whether the agent's leg was muted.
type silence struct {
	agent, customer talk // in a mono call agent follows the mixed leg
	ring            ringback
	agentBack       background
	customerBack    background

	open     bool
	start    int
	muted    int     // frames in which the agent's background was missing
	seen     int     // frames so far in this silence
	likely   float64 // sum over them of how likely a voice is
	last     schemas.Leg
	gone     int // frames for which the customer's leg has been gone
	lastEmit int
	sent     bool // that it is open
	index    int
}

func newSilence() *silence { return new(silence) }

func (*silence) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:  "silence",
		Value: "length, s",
		Measures: map[string]string{
			"agent_last":    "1 when the agent spoke last before it",
			"customer_last": "1 when the customer spoke last before it",
			"agent_next":    "1 when the agent broke it",
			"customer_next": "1 when the customer broke it",
			"muted":         "1 when the agent's leg was muted: its background had vanished",
		},
	}}
}

func (a *silence) Reset() { *a = silence{} }

func (a *silence) Frame(now *Instant, emit Emit) {
	i := now.Index
	a.index = i + 1
	music, tone, voice := false, false, float32(0)
	if f := now.Mixed; f != nil {
		a.agent.step(i, f.Speech)
		music, tone, voice = f.Music, f.Tone, f.SpeechLikelihood
	} else {
		a.agent.step(i, now.Agent.Speech)
		a.customer.step(i, now.Customer.Speech)
		a.agentBack.step(now.Agent)
		a.customerBack.step(now.Customer)
		a.gone = a.customerBack.left()
		music = now.Agent.Music || now.Customer.Music
		tone = now.Agent.Tone || now.Customer.Tone
		voice = max(now.Agent.SpeechLikelihood, now.Customer.SpeechLikelihood)
	}
	a.ring.step(now)
	switch {
	case music || tone || a.ring.ringing() || now.Held || !now.Answered:
		a.close(i, schemas.Leg_LEG_UNSPECIFIED, emit)
	case a.agent.began():
		next := schemas.Leg_LEG_AGENT
		if now.Mixed != nil {
			next = schemas.Leg_LEG_UNSPECIFIED
		}
		a.close(a.agent.start, next, emit)
	case a.customer.began():
		a.close(a.customer.start, schemas.Leg_LEG_CUSTOMER, emit)
	case a.agent.talking || a.customer.talking:
	default:
		a.quiet(i, voice, emit)
	}
	if a.agent.talking && now.Mixed == nil {
		a.last = schemas.Leg_LEG_AGENT
	}
	if a.customer.talking {
		a.last = schemas.Leg_LEG_CUSTOMER
	}
}

func (a *silence) quiet(i int, voice float32, emit Emit) {
	if !a.open {
		a.open, a.start, a.lastEmit, a.sent = true, i, i, false
		a.muted, a.seen, a.likely = 0, 0, 0
	}
	a.seen++
	a.likely += float64(voice)
	if a.agentBack.vanished() > 0 {
		a.muted++
	}
	end := i + 1 - a.gone // once the customer has left nobody is kept waiting
	if n := end - a.start; n >= silenceMin && i-a.lastEmit >= 50 {
		a.lastEmit = i
		a.sent = true
		a.send(end, schemas.Leg_LEG_UNSPECIFIED, true, emit)
	}
}

func (a *silence) close(end int, next schemas.Leg, emit Emit) {
	if !a.open {
		return
	}
	a.open = false
	if end-a.start >= silenceMin || a.sent { // what was said to be open is to be closed
		a.send(end, next, false, emit)
	}
}

func (a *silence) send(end int, next schemas.Leg, open bool, emit Emit) {
	s := Segment{
		Kind: "silence", Confidence: 1 - a.likely/float64(max(a.seen, 1)), Open: open,
		Start: time.Duration(a.start) * FrameDuration,
		End:   time.Duration(end) * FrameDuration,
	}
	s.Value = s.Duration().Seconds()
	s.Set("agent_last", yes(a.last == schemas.Leg_LEG_AGENT))
	s.Set("customer_last", yes(a.last == schemas.Leg_LEG_CUSTOMER))
	s.Set("agent_next", yes(next == schemas.Leg_LEG_AGENT))
	s.Set("customer_next", yes(next == schemas.Leg_LEG_CUSTOMER))
	s.Set("muted", yes(a.muted*2 > a.seen))
	emit(s)
}

func (a *silence) Event(e Event, _ Emit) { a.ring.event(e.Kind) }

// End closes the last silence where the customer left: from there on there is nobody to keep waiting.
func (a *silence) End(_ Ending, emit Emit) {
	a.close(max(a.index-a.gone, a.start), schemas.Leg_LEG_UNSPECIFIED, emit)
}

// yes is a yes or no as a measure.
func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
