package corpus

import (
	"math"

	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

func activeDB(pcm []float32) float64 { return 10 * math.Log10(sound.ActiveLevel(pcm)+1e-13) }

func mannerScenarios() []scenario {
	raises := func(leg int, least, most float64) func(*scene) {
		return func(s *scene) {
			s.quiet()
			s.greet()
			s.turns(s.between(35, 60))
			s.gap()
			if leg == agent {
				s.say(customer, s.between(1.5, 3))
				s.gap()
			}
			s.raise(leg, s.between(2.5, 5), s.between(least, most))
			s.wait(s.between(3.5, 5)) // a scene of its own
			s.say(customer, s.between(2, 4))
			s.turns(s.between(8, 20))
			s.goodbye()
		}
	}
	return []scenario{
		{rule: "raised-voice", variant: "clear", tell: raises(agent, 11, 17), plain: true, times: 3},
		{rule: "raised-voice", variant: "near-below", tell: raises(agent, 4, 6), plain: true},
		{rule: "raised-voice", variant: "customer", tell: raises(customer, 11, 17), plain: true},
		{rule: "raised-voice", variant: "gain", times: 3, plain: true, tell: func(s *scene) {
			s.degrade("gain-jump")
			s.quiet()
			s.greet()
			s.turns(s.between(35, 60))
			gain := s.between(8, 14)
			s.level[agent] += gain
			s.turns(s.between(15, 40))
			if s.chance(0.5) {
				s.level[agent] -= gain
				s.turns(s.between(5, 15))
			}
			s.goodbye()
		}},
		{rule: "raised-voice", variant: "agc", tell: func(s *scene) { // a gateway that turns itself up and down
			s.channel = "agc"
			s.greet()
			s.turns(s.between(20, 40))
			s.gap()
			s.say(customer, s.between(12, 20))
			s.gap()
			s.say(agent, s.between(3, 6))
			s.turns(s.between(8, 20))
			s.goodbye()
		}},
		{rule: "quarrel", variant: "in-turn", plain: true, tell: func(s *scene) { // raised both, and never at once
			s.quiet()
			s.greet()
			s.turns(s.between(35, 60))
			for range 2 {
				s.gap()
				s.raise(customer, s.between(2.5, 4), s.between(12, 16))
				s.gap()
				s.raise(agent, s.between(2.5, 4), s.between(12, 16))
			}
			s.wait(s.between(3.5, 5))
			s.say(customer, 2)
			s.turns(s.between(6, 12))
			s.goodbye()
		}},
		{rule: "quarrel", variant: "clear", tell: quarrel(12, 12, 7, 12), plain: true, times: 2},
		{rule: "quarrel", variant: "not-raised", tell: quarrel(0, 0, 7, 12), plain: true},
		{rule: "quarrel", variant: "near-below", tell: quarrel(12, 12, 1.5, 3.2), plain: true},
		{rule: "interruption", variant: "clear", tell: breaksIn(agent, 3, 5, 1.4, 2.5), times: 3},
		{rule: "interruption", variant: "near-below", tell: breaksIn(agent, 2, 2, 1.4, 2.5)},
		{rule: "interruption", variant: "brief", tell: breaksIn(agent, 3, 5, 0.3, 0.65)},
		{rule: "interruption", variant: "customer", tell: breaksIn(customer, 3, 5, 1.4, 2.5)},
		{rule: "interruption", variant: "assent", tell: func(s *scene) {
			s.greet()
			s.turns(8)
			for range 4 + s.r.IntN(3) {
				s.gap()
				from := s.cursor
				s.say(customer, s.between(5, 8))
				end := s.cursor
				s.cursor = from + int(s.between(1.5, 3)*rate)
				mhm := s.clip(agent, 0.3, 0.7)
				s.utter(agent, faded(mhm[:min(len(mhm), rate*2/5)]), 0)
				s.cursor = end
				s.gap()
				s.say(agent, s.between(1.5, 3))
			}
			s.goodbye()
		}},
		{rule: "abrupt-hangup", variant: "while-speaking", times: 2, tell: func(s *scene) {
			s.greet()
			s.turns(s.between(15, 40))
			s.gap()
			s.endedBy = schemas.Leg_LEG_AGENT
			from := s.cursor
			s.say(customer, s.between(4, 6))
			s.cursor, s.f.cut = from+int(s.between(1.5, 3)*rate), true
		}},
		{rule: "abrupt-hangup", variant: "after-last-word", times: 2, tell: func(s *scene) {
			s.lastWord(s.between(0.3, 1.5))
			s.endedBy = schemas.Leg_LEG_AGENT
		}},
		{rule: "abrupt-hangup", variant: "near-below", tell: func(s *scene) {
			s.lastWord(s.between(2.5, 4))
			s.endedBy = schemas.Leg_LEG_AGENT
		}},
		{rule: "abrupt-hangup", variant: "customer", tell: func(s *scene) { s.lastWord(s.between(0.3, 1.5)) }},
		{rule: "abrupt-hangup", variant: "agent-last", tell: func(s *scene) {
			s.greet()
			s.turns(s.between(15, 40))
			s.gap()
			s.say(agent, 2)
			s.endedBy = schemas.Leg_LEG_AGENT
		}},
		{rule: "abrupt-hangup", variant: "unknown", tell: func(s *scene) {
			s.lastWord(s.between(0.3, 1.5))
			s.endedBy = schemas.Leg_LEG_UNSPECIFIED
		}},
	}
}

// lastWord ends the call so long after the customer's last word.
func (s *scene) lastWord(after float64) {
	s.greet()
	s.turns(s.between(15, 40))
	s.gap()
	s.say(customer, s.between(2, 5))
	s.wait(after)
}

// raise has a party speak with a raised voice.
func (s *scene) raise(leg int, seconds, dB float64) {
	from := s.cursor
	s.speak(leg, seconds, dB)
	s.f.raised[leg] = append(s.f.raised[leg], raise{stretch{from, s.cursor}, dB})
}

// quarrel has both talk at once for so long, raised by so much.
func quarrel(agentDB, customerDB, least, most float64) func(*scene) {
	return func(s *scene) {
		s.quiet()
		s.greet()
		s.turns(s.between(35, 60))
		s.gap()
		seconds := s.between(least, most)
		from := s.cursor
		both := func(leg int, dB, seconds float64) {
			from := s.cursor
			if dB > 0 {
				dB += s.between(0, 4)
			}
			if s.solid(leg, seconds, dB); dB > 0 {
				s.f.raised[leg] = append(s.f.raised[leg], raise{stretch{from, s.cursor}, dB})
			}
		}
		both(customer, customerDB, seconds+1)
		end := s.cursor
		s.cursor = from + rate/2
		both(agent, agentDB, seconds+s.between(1, 2))
		s.cursor = max(end, s.cursor)
		s.wait(s.between(3.5, 5))
		s.say(customer, 2)
		s.turns(s.between(6, 12))
		s.goodbye()
	}
}

// breaksIn has a party begin while the other speaks, and the other stop.
func breaksIn(by, least, most int, short, long float64) func(*scene) {
	return func(s *scene) {
		s.greet()
		s.turns(s.between(8, 15))
		for range least + s.r.IntN(most-least+1) {
			s.gap()
			turn, both := s.between(3, 5), s.between(short, long)
			in := s.cursor + int(turn*rate)
			s.solid(1-by, turn+both, 0)
			s.cursor = in
			s.solid(by, both+s.between(1, 2.5), 0)
			s.gap()
			s.say(1-by, s.between(1.5, 3))
			s.gap()
			s.say(by, s.between(1.5, 3))
		}
		s.goodbye()
	}
}
