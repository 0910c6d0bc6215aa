package corpus

import (
	"math"

	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

func timingScenarios() []scenario {
	response := func(least, most float64) func(*scene) {
		return func(s *scene) {
			first := s.between(least, most)
			s.wait(s.between(1, 2))
			s.say(customer, 1)
			s.cursor = int(first * rate)
			s.say(agent, 3)
			s.turns(s.between(20, 40))
			s.goodbye()
		}
	}
	pause := func(least, most float64) func(*scene) {
		return func(s *scene) {
			s.greet()
			s.turns(s.between(15, 30))
			s.gap()
			s.say(agent, 2)
			s.wait(s.between(least, most))
			s.say(agent, 2)
			s.turns(s.between(8, 20))
			s.goodbye()
		}
	}
	rings := func(tone, signalled bool, least, most int) func(*scene) {
		return func(s *scene) {
			if signalled {
				s.event(schemas.Kind_KIND_RINGING)
			}
			s.ring(tone, least+s.r.IntN(most-least+1))
			if signalled {
				s.event(schemas.Kind_KIND_ANSWERED)
			}
			s.greet()
			s.turns(s.between(15, 30))
			s.goodbye()
		}
	}
	paced := func(least, most float64) func(*scene) {
		return func(s *scene) {
			if !s.syllabic() {
				return
			}
			s.f.tempo = s.between(least, most)
			s.wait(1)
			s.syllables(3)
			for range 5 {
				s.gap()
				s.say(customer, s.between(1.5, 4))
				s.gap()
				s.syllables(s.between(6, 9))
			}
			s.wait(1)
		}
	}
	return []scenario{
		{rule: "no-response", variant: "clear", tell: response(6, 12), times: 2},
		{rule: "no-response", variant: "near-below", tell: response(3.4, 4.3)},
		{rule: "dead-air", variant: "clear", tell: pause(22, 40), times: 2},
		{rule: "dead-air", variant: "near-below", tell: pause(15, 18)},
		{rule: "dead-air", variant: "mono", tell: mono(pause(22, 40))},
		{rule: "dead-air", variant: "short", tell: pause(8, 9)},
		{rule: "dead-air", variant: "monologue", tell: func(s *scene) {
			s.greet()
			s.turns(8)
			s.gap()
			s.say(customer, s.between(35, 50))
			s.gap()
			s.say(agent, 3)
			s.goodbye()
		}},
		{rule: "slow-answer", variant: "signalled", tell: rings(false, true, 3, 5)},
		{rule: "slow-answer", variant: "heard", tell: rings(true, false, 3, 5), times: 2},
		{rule: "slow-answer", variant: "both", tell: rings(true, true, 3, 5)},
		{rule: "slow-answer", variant: "near-below", tell: rings(true, true, 1, 2)},
		{rule: "slow-answer", variant: "heard-near-below", tell: rings(true, false, 2, 2)},
		{rule: "slow-answer", variant: "mono", tell: mono(rings(true, true, 3, 5))},
		{rule: "speech-too-fast", variant: "clear", tell: paced(340, 400), plain: true, syllabic: true, times: 2},
		{rule: "speech-too-slow", variant: "clear", tell: paced(70, 100), plain: true, syllabic: true, times: 2},
		{rule: "speech-too-fast", variant: "usual", tell: paced(170, 260), plain: true, syllabic: true},
	}
}

// ring lets a telephone ring so often before the answer, as the customer hears it: a cadence of some country.
func (s *scene) ring(tone bool, times int) {
	cadences := []struct {
		hz      []float64
		on, off float64
	}{{[]float64{450}, 1, 4}, {[]float64{440, 480}, 2, 4}, {[]float64{425}, 1, 4}}
	c := cadences[s.r.IntN(len(cadences))]
	level := s.between(-30, -18)
	from := s.cursor
	for i := range times {
		at := s.cursor
		s.wait(c.on)
		if tone {
			s.add(&s.sound[agent], at, sine(c.hz, c.on, level))
		}
		if i < times-1 {
			s.wait(c.off)
		} else {
			s.wait(s.between(0.5, c.off))
		}
	}
	s.f.ring, s.f.answered = &stretch{from, s.cursor}, s.cursor
	if tone {
		s.f.rings = times
	}
}

func sine(hz []float64, seconds, dBov float64) []float32 {
	pcm := make([]float32, int(seconds*rate))
	for i := range pcm {
		for _, f := range hz {
			pcm[i] += float32(math.Sin(2 * math.Pi * f * float64(i) / rate))
		}
	}
	return sound.Scaled(pcm, sound.MeanSquare(pcm), dBov)
}

// syllabic makes the agent a voice of single syllables, so that their number is known. Not every split has one.
func (s *scene) syllabic() bool {
	for _, v := range s.draft.lib.Voices(s.draft.split) {
		if v.Package == "gcin-voice" {
			s.voices[agent] = v
			return true
		}
	}
	s.greet()
	s.turns(10)
	s.goodbye()
	return false
}

// syllables has the agent speak so long at the scene's pace: as many syllables a minute of speech, each as long as that
// leaves, in phrases of 6 to 12 with short breaths between them.
func (s *scene) syllables(seconds float64) {
	each := 60 / s.f.tempo
	v := s.voices[agent]
	for end := s.now() + seconds; s.now() < end && s.err == nil; s.wait(s.between(0.35, 0.6)) {
		from := s.cursor
		for range 6 + s.r.IntN(7) {
			pcm, err := v.Clip(s.r.IntN(v.Len()))
			if err != nil {
				s.fail(err)
				return
			}
			length := min(each, 0.62)
			pcm = sound.Stretched(pcm, length*rate/float64(len(pcm)))
			pcm = faded(sound.Scaled(pcm, sound.ActiveLevel(pcm), s.level[agent]))
			s.add(&s.sound[agent], s.cursor, pcm)
			s.cursor += int(each * rate)
		}
		s.f.speech[agent] = append(s.f.speech[agent], stretch{from, s.cursor})
	}
}
