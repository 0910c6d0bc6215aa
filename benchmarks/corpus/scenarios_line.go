package corpus

import "github.com/earshot/earshot/internal/sound"

func lineScenarios() []scenario {
	stays := func(least, most float64) func(*scene) {
		return func(s *scene) {
			s.greet()
			s.turns(s.between(20, 40))
			s.goodbye()
			from := s.cursor
			s.wait(s.between(least, most))
			at := stretch{from, s.cursor}
			s.mute[customer] = append(s.mute[customer], at)
			s.f.gone = append(s.f.gone, at)
			s.endedBy = legs[agent]
		}
	}
	noisy := func(least, most float64) func(*scene) {
		return func(s *scene) {
			s.f.snr = s.between(least, most)
			s.greet()
			s.turns(s.between(100, 130))
			s.goodbye()
			for _, a := range s.f.speech[agent] {
				s.f.noisy += a.seconds()
			}
			noise := s.room(s.cursor, s.chance(0.5))
			s.note(Noise, agent, 0, s.cursor)
			s.noise[agent] = sound.Scaled(noise, sound.MeanSquare(noise), s.level[agent]-s.f.snr)
		}
	}
	return []scenario{
		{rule: "left-line-open", variant: "clear", tell: stays(33, 60), plain: true, times: 2},
		{rule: "left-line-open", variant: "near-below", tell: stays(15, 26), plain: true},
		{rule: "floor-noise", variant: "clear", tell: noisy(3, 9.5), plain: true, times: 2},
		{rule: "floor-noise", variant: "near-below", tell: noisy(14.5, 19), plain: true},
	}
}

// room is the noise of a floor: the voices of many, or a fan.
func (s *scene) room(n int, babble bool) []float32 {
	if !babble {
		return pink(s, n)
	}
	out := make([]float32, n)
	for range 12 {
		v := pick(s.r, s.draft.lib.Voices(s.draft.split))
		for at := s.r.IntN(rate); at < n; at += s.r.IntN(rate) {
			pcm, err := v.Clip(s.r.IntN(v.Len()))
			if err != nil {
				s.fail(err)
				return out
			}
			for i, x := range pcm {
				if at+i < n {
					out[at+i] += x
				}
			}
			at += len(pcm)
		}
	}
	return out
}

// pink falls by 3 dB an octave (Paul Kellet's filter, in its short form).
func pink(s *scene, n int) []float32 {
	out := make([]float32, n)
	var a, b, c float64
	for i := range out {
		w := s.r.NormFloat64()
		a = 0.99765*a + w*0.0990460
		b = 0.96300*b + w*0.2965164
		c = 0.57000*c + w*1.0526913
		out[i] = float32(0.05 * (a + b + c + w*0.1848))
	}
	return out
}
