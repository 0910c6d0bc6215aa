package analyzers

// classifier tells speech from music.
type classifier struct {
	music bool
	hang  int
}

func (c *classifier) step(f *front) {}

// decide fills in the likelihoods and decisions of a frame that is due.
func (c *classifier) decide(f *front, due int, out *Frame) {
	var tonal, active float32
	for n := due; n < due+lookahead; n++ {
		h := f.at(n)
		if h.Silent || h.Level < f.floor.Level()+3 && h.Level < -50 {
			continue
		}
		active++
		tonal += 0.5*(h.Tonality[1]+h.Tonality[2]) + 2*(h.Steady[0]-0.75)
	}
	if active > 0.7*float32(lookahead) {
		out.MusicLikelihood = min(max(tonal/active, 0), 1)
	}
	h := f.at(due)
	if !h.Silent && out.MusicLikelihood < 0.5 {
		over := (h.Level - f.floor.Level() - 6) / 12
		out.SpeechLikelihood = min(max(over*0.6+0.6*h.Harmonicity, 0), 1)
	}
	if c.music {
		c.music = out.MusicLikelihood > 0.2
	} else {
		c.music = out.MusicLikelihood > 0.5
	}
	out.Music = c.music
	if out.SpeechLikelihood > 0.5 {
		c.hang = 8
	}
	out.Speech = c.hang > 0 && !h.Silent
	c.hang--
}
