package corpus

import (
	"fmt"
	"slices"

	"github.com/earshot/earshot/schemas"
)

// truth is what must be flagged in a call: a function per rule of what happened, from the regulations' words as RULES says them.
// Each is written from the rule, not from how it is measured.
type truth struct {
	f     *facts
	flags []Flag
	near  error // something came too near a limit
}

// say adds a flag if a figure is past a limit. A figure nearer to the limit than the band is refused: nobody could say
// which side of it is right.
func (t *truth) say(rule string, leg int, at stretch, measured, limit, band float64, past bool) {
	if d := measured - limit; d > -band && d < band && t.near == nil {
		t.near = fmt.Errorf("%s: %.2f is within %.2f of %v", rule, measured, band, limit)
	}
	if !past {
		return
	}
	f := Flag{Rule: rule, Start: samples(at.from), End: samples(at.to), Measured: measured}
	if leg >= 0 {
		f.Leg = legs[leg]
	}
	t.flags = append(t.flags, f)
}

func (t *truth) all() {
	t.holds()
	t.raised()
	t.quarrel()
	t.hangup()
	t.timing()
	t.line()
	slices.SortStableFunc(t.flags, func(a, b Flag) int { return int(a.Start - b.Start) })
}

func (t *truth) holds() {
	f := t.f
	for _, h := range f.holds {
		t.say("hold-too-long", agent, h.stretch, h.seconds(), 120, 1, h.seconds() > 120)
		if !h.music {
			t.say("hold-without-music", agent, h.stretch, h.seconds(), 15, 1, h.seconds() >= 15)
		}
		// Whoever is heard in an advertisement is not the agent.
		said := float64(h.within(f.speech[agent])) / rate
		t.say("talk-over-hold", agent, h.stretch, said, 2, 0.5, said >= 2)
		if h.from >= 5*rate {
			before := stretch{h.from - 5*rate, h.from}
			said := float64(before.within(f.speech[agent])) / rate
			t.say("hold-unannounced", agent, h.stretch, said, 0.3, 0.28, said < 0.3)
		}
		if f.length-h.to >= 5*rate {
			after := stretch{h.to, h.to + 5*rate}
			said := float64(after.within(f.speech[agent])) / rate
			t.say("hold-unresumed", agent, h.stretch, said, 0.3, 0.28, said < 0.3)
		}
	}
	if n := len(f.holds); n > 2 {
		t.say("hold-too-often", agent, stretch{f.holds[0].from, f.holds[n-1].to}, float64(n), 2, 0, true)
	}
	for _, m := range f.muted {
		t.say("hold-without-music", agent, m, m.seconds(), 15, 1.5, m.seconds() >= 15)
	}
}

func (t *truth) raised() {
	for _, r := range t.f.raised[agent] {
		if held := float64(r.within(t.f.speech[agent])) / rate; held < 1.2 && t.near == nil {
			t.near = fmt.Errorf("raised-voice: held for %.2f s", held)
		}
		t.say("raised-voice", agent, r.stretch, r.dB, 9, 1.5, r.dB >= 9)
	}
}

// quarrel is 5 s of both raised and at once, within 20 s.
func (t *truth) quarrel() {
	f := t.f
	most, at := 0.0, stretch{}
	for _, a := range f.raised[agent] {
		for _, c := range f.raised[customer] {
			both := a.and(c.stretch)
			if both.seconds() <= 0 {
				continue
			}
			sum := 0.0
			for _, x := range f.speech[agent] {
				for _, y := range f.speech[customer] {
					sum += x.and(y).and(both).seconds()
				}
			}
			if most += sum; at == (stretch{}) {
				at = both
			}
			at.to = both.to
		}
	}
	if most > 0 {
		t.say("quarrel", -1, at, most, 5, 1, most >= 5)
	}
}

// hangup is the agent's side ending the call on the customer's last word, or less than 2 s after it.
func (t *truth) hangup() {
	f := t.f
	if f.endedBy != schemas.Leg_LEG_AGENT || len(f.speech[customer]) == 0 {
		return
	}
	last := f.speech[customer][len(f.speech[customer])-1]
	agentLast := 0
	if n := len(f.speech[agent]); n > 0 {
		agentLast = f.speech[agent][n-1].to
	}
	if d := float64(agentLast-last.to) / rate; d > -0.3 && d < 0.3 && t.near == nil {
		t.near = fmt.Errorf("abrupt-hangup: both stop within %.2f s", d)
	}
	since := float64(f.length-last.to) / rate
	if agentLast <= last.to {
		t.say("abrupt-hangup", agent, stretch{last.to, f.length}, since, 2, 0.3, since < 2)
	}
}

func (t *truth) timing() {
	f := t.f
	first := f.length
	if len(f.speech[agent]) > 0 {
		first = f.speech[agent][0].from
	}
	wait := stretch{f.answered, first}
	t.say("no-response", agent, wait, wait.seconds(), 5, 0.5, wait.seconds() > 5)
	for _, p := range f.pauses() {
		t.say("dead-air", -1, p, p.seconds(), 20, 1.5, p.seconds() >= 20)
	}
	// A third ring is one too many; where no tone is heard, one is taken to come every 5 s.
	switch {
	case f.ring != nil && f.rings > 0:
		t.say("slow-answer", -1, *f.ring, float64(f.rings), 2, 0, f.rings > 2)
	case f.ring != nil:
		t.say("slow-answer", -1, *f.ring, f.ring.seconds(), 10, 0.5, f.ring.seconds() > 10)
	}
	t.interruptions()
	if f.tempo > 0 {
		whole := stretch{0, f.length}
		t.say("speech-too-fast", agent, whole, f.tempo, 300, 15, f.tempo > 300)
		t.say("speech-too-slow", agent, whole, f.tempo, 120, 10, f.tempo < 120)
	}
}

func (t *truth) line() {
	f := t.f
	for _, g := range f.gone {
		t.say("left-line-open", customer, g, g.seconds(), 30, 2, g.seconds() > 30)
	}
	if f.snr > 0 && f.noisy >= 30 {
		t.say("floor-noise", agent, stretch{0, f.length}, f.snr, 12, 1.5, f.snr < 12)
	}
}

// Which rules a call cannot be judged by.
var (
	// needTwoLegs need to know who spoke.
	needTwoLegs = []string{
		"abrupt-hangup", "hold-unannounced", "hold-unresumed", "interruption", "left-line-open", "no-response", "quarrel",
		"raised-voice", "speech-too-fast", "speech-too-slow", "talk-over-hold",
	}
	needEnding = "abrupt-hangup"
	// needRightLegs need the legs to be the right way round as well: it matters whose leg has the music, the noise, the
	// ring tone. Only that nobody speaks is the same either way round.
	needRightLegs = append([]string{"floor-noise", "hold-too-long", "hold-too-often", "hold-without-music", "slow-answer"}, needTwoLegs...)
)

// judge makes the case of a finished scene, or says what came too near a limit.
func (s *scene) judge() (*Case, error) {
	t := truth{f: &s.f}
	t.all()
	if t.near != nil {
		return nil, t.near
	}
	c := &Case{
		ID: s.draft.ID, Scenario: s.draft.Scenario, Variant: s.draft.Variant,
		Agent: s.voices[agent], Customer: s.voices[customer], Duration: samples(s.length),
		Flags: t.flags, Spans: s.spans(), events: s.events, endedBy: s.endedBy, seed: s.draft.seed,
		channels: []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER},
		outbound: s.outbound, Undecided: s.f.undecided(),
	}
	if len(s.f.holds) > 0 {
		c.Track, c.Package = s.track.Name, s.track.Package
	}
	switch {
	case s.mono:
		c.NotAssessable = slices.Clone(needTwoLegs)
	case s.swapped:
		c.NotAssessable = slices.Sorted(slices.Values(needRightLegs))
	case s.endedBy == schemas.Leg_LEG_UNSPECIFIED:
		c.NotAssessable = []string{needEnding}
	}
	c.Flags = slices.DeleteFunc(c.Flags, func(f Flag) bool {
		muted := s.mono && f.Rule == "hold-without-music" && !slices.ContainsFunc(s.f.holds, func(h hold) bool { return samples(h.from) == f.Start })
		return muted || slices.Contains(c.NotAssessable, f.Rule)
	})
	return c, nil
}

func (s *scene) spans() []Span {
	var all []Span
	add := func(kind SpanKind, leg schemas.Leg, at stretch, value float64) {
		all = append(all, Span{kind, leg, samples(at.from), samples(at.to), value})
	}
	for k, leg := range legs {
		for _, a := range s.f.speech[k] {
			add(Speech, leg, a, 0)
		}
		for _, a := range s.f.raised[k] {
			add(Raised, leg, a.stretch, a.dB)
		}
	}
	for _, h := range s.f.holds {
		add(Hold, legs[agent], h.stretch, 0)
		if h.signalled {
			add(Signal, legs[agent], h.stretch, 0)
		}
		if h.music {
			add(Music, legs[agent], h.stretch, 0)
		}
	}
	for _, m := range s.f.muted {
		add(Mute, legs[agent], m, 0)
	}
	for _, g := range s.f.gone {
		add(Gone, legs[customer], g, 0)
	}
	for k, leg := range legs {
		for _, b := range s.f.breakIns(k, slight) {
			add(Interruption, leg, b, 0)
		}
	}
	for _, a := range s.f.adverts {
		add(Advert, legs[agent], a, 0)
	}
	if s.f.ring != nil {
		add(Ring, schemas.Leg_LEG_UNSPECIFIED, *s.f.ring, 0)
	}
	for _, x := range s.f.speech[agent] {
		for _, y := range s.f.speech[customer] {
			if b := x.and(y); b.seconds() >= 0.3 {
				add(Overlap, schemas.Leg_LEG_UNSPECIFIED, b, 0)
			}
		}
	}
	for _, p := range s.f.pauses() {
		if p.seconds() >= 3 {
			add(Silence, schemas.Leg_LEG_UNSPECIFIED, p, 0)
		}
	}
	all = append(all, s.f.unusual...)
	slices.SortStableFunc(all, func(a, b Span) int { return int(a.Start - b.Start) })
	return all
}
