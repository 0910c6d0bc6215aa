package analyzers

import (
	"time"
)

const (
	hangupCut  = 5  // frames: a voice heard within the last 100 ms was cut off
	hangupSure = 10 // frames of speech, 0.2 s, over which its likelihood is the mean
)

// hangup reports how the call ended: who ended it, who had the last word and how long before.
type hangup struct {
	agent, customer talk
	likely          [2]float32 // how likely the last that was taken for a voice was one, over its last frames
	index           int
	mono            bool
}

func newHangup() *hangup { return new(hangup) }

func (*hangup) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:  "hangup",
		Value: "since the last word of anybody, s",
		Measures: map[string]string{
			"since_customer": "since the customer's last word, s; -1 when the customer never spoke",
			"since_agent":    "since the agent's last word, s; -1 when the agent never spoke",
			"agent_last":     "1 when the agent had the last word",
			"customer_last":  "1 when the customer had the last word, or both spoke to the end",
			"cut":            "1 when somebody was still speaking",
		},
	}}
}

func (a *hangup) Reset() { *a = hangup{} }

func (a *hangup) Frame(now *Instant, _ Emit) {
	a.index = now.Index + 1
	if now.Mixed != nil {
		a.mono = true
		return
	}
	a.agent.step(now.Index, now.Agent.Speech)
	a.customer.step(now.Index, now.Customer.Speech)
	for k, f := range [2]*Frame{now.Agent, now.Customer} {
		if f.Speech {
			a.likely[k] += (f.SpeechLikelihood - a.likely[k]) / hangupSure
		}
	}
}

func (*hangup) Event(Event, Emit) {}

func (a *hangup) End(end Ending, emit Emit) {
	if a.mono || a.index == 0 {
		return
	}
	s := Segment{Kind: "hangup", Leg: end.By, Confidence: a.sure(), End: end.At}
	last := max(a.agent.end, a.customer.end)
	s.Start = min(time.Duration(last)*FrameDuration, end.At)
	s.Value = s.Duration().Seconds()
	s.Set("since_customer", a.since(&a.customer))
	s.Set("since_agent", a.since(&a.agent))
	s.Set("agent_last", yes(a.agent.spoke() && a.agent.end > a.customer.end))
	s.Set("customer_last", yes(a.customer.spoke() && a.customer.end >= a.agent.end))
	s.Set("cut", yes(last > 0 && a.index-last <= hangupCut))
	emit(s)
}

// sure is how likely who seems to have had the last word had it.
func (a *hangup) sure() float64 {
	switch {
	case !a.agent.spoke() && !a.customer.spoke():
		return 1
	case a.customer.end >= a.agent.end:
		return float64(a.likely[1])
	}
	return float64(a.likely[0])
}

func (a *hangup) since(t *talk) float64 {
	if !t.spoke() {
		return -1
	}
	return frames(a.index - t.end)
}
