package corpus

import "github.com/earshot/earshot/internal/sound"

// solid has a party speak exactly so long without any pause that could be taken for its end: what is active of its
// clips, one piece close behind the other, cut off where the time is over.
func (s *scene) solid(leg int, seconds, raise float64) {
	end := s.cursor + int(seconds*rate)
	from := s.cursor
	for s.cursor < end && s.err == nil {
		pcm := s.clip(leg, 0.8, max(seconds, 2))
		if raise > 0 {
			pcm = s.raised(pcm, raise)
		}
		pcm = sound.Scaled(pcm, sound.ActiveLevel(pcm), s.level[leg]+raise+s.r.NormFloat64())
		for _, a := range active(pcm) {
			if s.cursor += int(s.between(0.03, 0.1) * rate); s.cursor+rate/10 >= end {
				s.cursor = end
				break
			}
			piece := faded(pcm[a.from:min(a.to, a.from+end-s.cursor)])
			s.put(leg, piece)
			if leg == agent {
				s.f.nuclei += nuclei(piece)
			}
		}
	}
	s.f.speech[leg] = append(s.f.speech[leg], stretch{from, end})
}
