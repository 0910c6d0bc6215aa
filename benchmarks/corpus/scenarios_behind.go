package corpus

import (
	"math"

	"github.com/earshot/earshot/internal/sound"
)

// behindFoolers are good calls with something behind a party, or from a mouth, that is no speech. There is no package of
// laughs, coughs and cries to be had: these are synthetic, and only as hard as their rhythm and pitch make them.
func behindFoolers() []scenario {
	behind := func(leg int, least, most float64, what func(*scene) []float32) func(*scene) {
		return func(s *scene) {
			s.greet()
			s.turns(s.between(15, 25))
			at := s.cursor
			s.turns(s.between(15, 25))
			pcm := what(s)
			s.noise[leg] = make([]float32, at, at+len(pcm))
			s.noise[leg] = append(s.noise[leg], sound.Scaled(pcm, sound.ActiveLevel(pcm), s.level[leg]-s.between(least, most))...)
			s.turns(s.between(8, 15))
			s.goodbye()
		}
	}
	mouth := func(what func(*scene) []float32) func(*scene) {
		return func(s *scene) {
			leg := s.r.IntN(2)
			s.greet()
			s.turns(s.between(25, 40))
			s.gap()
			pcm := what(s)
			s.put(leg, sound.Scaled(pcm, sound.ActiveLevel(pcm), s.level[leg]+s.between(-3, 6)))
			s.gap()
			s.turns(s.between(10, 20))
			s.goodbye()
		}
	}
	return []scenario{
		{rule: "fooler", variant: "laugh", tell: mouth(laugh)},
		{rule: "fooler", variant: "cough", tell: mouth(cough)},
		{rule: "fooler", variant: "child", tell: behind(customer, 4, 14, cry)},
		{rule: "fooler", variant: "telephone", tell: behind(customer, 8, 18, func(s *scene) []float32 {
			return s.bursts([]float64{425}, 1, 4, 4)
		})},
		{rule: "fooler", variant: "typing", tell: behind(agent, 12, 20, typing)},
		{rule: "fooler", variant: "comfort-noise", tell: behind(agent, 24, 30, func(s *scene) []float32 {
			out := make([]float32, int(s.between(6, 15)*rate))
			for i := range out {
				out[i] = float32(s.r.NormFloat64())
			}
			return out
		})},
		{rule: "fooler", variant: "foreign", tell: func(s *scene) { // a long monologue in another language than the agent's
			for range 50 {
				if s.voices[customer].Language != s.voices[agent].Language {
					break
				}
				if v := pick(s.r, s.draft.whole()); v != s.voices[agent] {
					s.voices[customer] = v
				}
			}
			s.greet()
			s.turns(s.between(8, 15))
			s.gap()
			s.say(customer, s.between(30, 50))
			s.gap()
			s.say(agent, s.between(2, 4))
			s.goodbye()
		}},
		{rule: "fooler", variant: "outbound", tell: func(s *scene) { // it is the customer's telephone that rings
			s.outbound = true
			level := s.between(-30, -20)
			rings := 3 + s.r.IntN(3)
			for i := range rings {
				s.put(customer, sine([]float64{450}, 1, level))
				if i < rings-1 {
					s.wait(4)
				}
			}
			s.wait(s.between(0.5, 3))
			s.f.answered = s.cursor
			s.say(customer, 1)
			s.gap()
			s.say(agent, s.between(2, 4))
			s.turns(s.between(20, 40))
			s.goodbye()
		}},
	}
}

// bursts are a tone that comes and goes, at the customer's level.
func (s *scene) bursts(hz []float64, on, off float64, times int) []float32 {
	var all []float32
	for range times {
		all = append(all, sine(hz, on, s.level[customer])...)
		all = append(all, make([]float32, int(off*rate))...)
	}
	return all
}

// voiced is a buzz with a pitch that glides, and the shape of a breath.
func voiced(from, to, seconds float64) []float32 {
	out := make([]float32, int(seconds*rate))
	phase := 0.0
	for i := range out {
		at := float64(i) / float64(len(out))
		hz := from * math.Pow(to/from, at)
		phase += 2 * math.Pi * hz / rate
		for k := 1.0; k*hz < 3400; k++ {
			out[i] += float32(math.Sin(k*phase) / k)
		}
		out[i] *= float32(math.Sin(math.Pi * at))
	}
	return out
}

// laugh is four to six breaths a second, falling.
func laugh(s *scene) []float32 {
	var all []float32
	hz := s.between(180, 320)
	for range 5 + s.r.IntN(8) {
		all = append(all, voiced(hz*1.15, hz*0.85, s.between(0.08, 0.13))...)
		all = append(all, make([]float32, int(s.between(0.07, 0.12)*rate))...)
		hz *= 0.97
	}
	return all
}

// cough is noise that bursts and dies away, twice or thrice.
func cough(s *scene) []float32 {
	var all []float32
	for range 2 + s.r.IntN(2) {
		burst := make([]float32, int(s.between(0.2, 0.35)*rate))
		for i := range burst {
			burst[i] = float32(s.r.NormFloat64() * math.Exp(-8*float64(i)/float64(len(burst))))
		}
		all = append(append(all, burst...), make([]float32, int(s.between(0.15, 0.4)*rate))...)
	}
	return all
}

// cry is a wail of a second, and a breath, again and again.
func cry(s *scene) []float32 {
	var all []float32
	for range 5 + s.r.IntN(6) {
		hz := s.between(380, 520)
		all = append(all, voiced(hz, hz*s.between(0.8, 1.3), s.between(0.7, 1.3))...)
		all = append(all, make([]float32, int(s.between(0.3, 0.6)*rate))...)
	}
	return all
}

// typing is clicks, some eight a second with pauses.
func typing(s *scene) []float32 {
	out := make([]float32, int(s.between(8, 15)*rate))
	for at := 0; at < len(out); at += int(s.between(0.06, 0.25) * rate) {
		for i := range min(rate/100, len(out)-at) {
			out[at+i] += float32(s.r.NormFloat64() * math.Exp(-float64(i)/12))
		}
	}
	return out
}
