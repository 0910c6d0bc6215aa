package corpus

import (
	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

// foolers are good calls with something in them that detectors take for something else.
func foolers() []scenario {
	// with plays something on a line while the two talk.
	with := func(leg int, what func(s *scene) []float32) func(*scene) {
		return func(s *scene) {
			s.greet()
			s.turns(s.between(15, 25))
			s.gap()
			pcm := what(s)
			s.note(Effect, leg, s.cursor, s.cursor+len(pcm))
			s.put(leg, pcm)
			s.gap()
			s.say(agent, 2)
			s.turns(s.between(10, 20))
			s.goodbye()
		}
	}
	tone := func(hz ...float64) func(*scene) []float32 {
		return func(s *scene) []float32 { return sine(hz, s.between(3, 6), s.level[agent]+s.between(-8, 4)) }
	}
	return []scenario{
		{rule: "fooler", variant: "tone", tell: with(agent, tone(450))},
		{rule: "fooler", variant: "fax", tell: with(customer, func(s *scene) []float32 {
			if s.chance(0.5) {
				return sine([]float64{2100}, s.between(2.6, 4), s.level[customer]+s.between(-8, 4))
			}
			return s.bursts([]float64{1100}, 0.5, 3, 3)
		})},
		{rule: "fooler", variant: "busy", tell: with(customer, func(s *scene) []float32 { return s.bursts([]float64{450}, 0.35, 0.35, 10) })},
		{rule: "fooler", variant: "dtmf", tell: with(customer, func(s *scene) []float32 {
			var all []float32
			for range 8 {
				all = append(all, sine([]float64{pick(s.r, []float64{697, 770, 852, 941}), pick(s.r, []float64{1209, 1336, 1477})}, 0.12, s.level[customer]+3)...)
				all = append(all, make([]float32, rate/8)...)
			}
			return all
		})},
		{rule: "fooler", variant: "jingle", tell: with(agent, func(s *scene) []float32 {
			return s.music(int(s.between(1.2, 2)*rate), s.level[agent]-3)
		})},
		{rule: "fooler", variant: "white-noise", tell: with(agent, func(s *scene) []float32 {
			out := make([]float32, int(s.between(4, 10)*rate))
			for i := range out {
				out[i] = float32(s.r.NormFloat64())
			}
			return sound.Scaled(out, sound.MeanSquare(out), s.level[agent]-s.between(0, 10))
		})},
		{rule: "fooler", variant: "babble", tell: with(agent, func(s *scene) []float32 {
			out := s.room(int(s.between(5, 12)*rate), true)
			return sound.Scaled(out, sound.MeanSquare(out), s.level[agent]-s.between(10, 18))
		})},
		{rule: "fooler", variant: "radio", times: 2, tell: func(s *scene) { // behind the customer, all the call long
			s.greet()
			s.turns(s.between(40, 70))
			s.goodbye()
			s.note(Music, customer, 0, s.cursor)
			s.noise[customer] = s.music(s.cursor, s.level[customer]-s.between(12, 25))
		}},
		{rule: "fooler", variant: "customers-hold", tell: func(s *scene) { // the customer has the agent wait
			s.greet()
			s.turns(s.between(10, 20))
			s.gap()
			s.say(customer, 2)
			from := s.cursor
			s.put(customer, s.music(int(s.between(8, 16)*rate), s.level[customer]))
			s.note(Music, customer, from, s.cursor)
			s.gap()
			s.say(customer, 2)
			s.turns(s.between(10, 20))
			s.goodbye()
		}},
		{rule: "fooler", variant: "advertisement", times: 2, tell: func(s *scene) { // spoken, inside the hold music, by another voice
			s.greet()
			s.turns(s.between(8, 15))
			s.announce()
			from := s.cursor
			s.hold(s.between(30, 60), true, s.chance(0.3))
			end, own := s.cursor, s.voices[agent]
			for s.voices[agent] == own || s.voices[agent] == s.voices[customer] {
				s.voices[agent] = pick(s.r, s.draft.whole())
			}
			before := len(s.f.speech[agent])
			s.cursor = from + int(s.between(6, 15)*rate)
			at := s.cursor
			s.say(agent, s.between(4, 8))
			s.f.adverts = append(s.f.adverts, stretch{at, s.cursor})
			s.f.speech[agent] = s.f.speech[agent][:before]
			s.cursor, s.voices[agent] = end, own
			s.resume()
			s.turns(s.between(5, 12))
			s.goodbye()
		}},
		{rule: "plain", variant: "good", times: 5, tell: func(s *scene) {
			s.greet()
			s.turns(s.between(40, 150))
			s.goodbye()
		}},
		{rule: "plain", variant: "mono", times: 4, tell: func(s *scene) {
			s.mix()
			s.greet()
			s.turns(s.between(10, 25))
			holds := 1 + s.r.IntN(3)
			long := s.r.IntN(holds + 1)
			for i := range holds {
				seconds := s.between(8, 40)
				if i == long {
					seconds = s.between(125, 150)
				}
				s.announced(seconds, true, s.chance(0.3))
				s.turns(s.between(8, 20))
			}
			s.goodbye()
		}},
		{rule: "plain", variant: "swapped", times: 2, tell: func(s *scene) { // the recorder has the legs the wrong way round
			s.swapped = true
			s.degrade("swapped")
			s.greet()
			s.turns(s.between(15, 25))
			for range 2 {
				s.announced(s.between(20, 40), true, true)
				s.turns(s.between(15, 25))
			}
			s.goodbye()
			s.endedBy = schemas.Leg_LEG_CUSTOMER
		}},
	}
}
