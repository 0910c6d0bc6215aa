package corpus

import "github.com/earshot/earshot/internal/sound"

// A beat is the unit in which a piece is searched for rests, in samples.
const beat = rate / 4

// music is so many samples from within the track, at a level, with edges as a switch makes them. A piece has rests; an
// excerpt is taken that has none at its edges, and none of 1.5 s inside where the piece has any such.
func (s *scene) music(n int, dBov float64) []float32 {
	pcm, err := s.track.PCM()
	if err != nil {
		s.fail(err)
		return nil
	}
	rests := rests(pcm)
	from, least := 0, n
	for range 60 {
		at := s.r.IntN(len(rests))
		if silent := silentBeats(rests, at, (n+beat-1)/beat); silent < least {
			from, least = at*beat, silent
		}
		if least == 0 {
			break
		}
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = pcm[(from+i)%len(pcm)]
	}
	return sound.Scaled(out, sound.MeanSquare(out), dBov)
}

// rests are the beats of a piece that are 25 dB or more below it.
func rests(pcm []float32) []bool {
	least := sound.MeanSquare(pcm) / sound.Power(25)
	all := make([]bool, max(len(pcm)/beat, 1))
	for i := range all {
		all[i] = sound.MeanSquare(pcm[i*beat:min((i+1)*beat, len(pcm))]) < least
	}
	return all
}

// silentBeats counts what is wrong with n beats of a piece that is played round and round: rests at the edges, and rests
// of six beats and more.
func silentBeats(rests []bool, from, n int) int {
	wrong, run := 0, 0
	for i := range n {
		if !rests[(from+i)%len(rests)] {
			run = 0
			continue
		}
		if run++; run >= 6 || i < 2 || i >= n-3 {
			wrong++
		}
	}
	return wrong
}
