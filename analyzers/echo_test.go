package analyzers

import (
	"math/rand/v2"
	"testing"
)

// spectrum is a frame of speech at a level, with bands drawn anew every fifth frame.
type spectrum struct {
	r     *rand.Rand
	bands [18]float32
	n     int
}

func (s *spectrum) frame(level float32) *Frame {
	if s.n%5 == 0 {
		for i := range s.bands {
			s.bands[i] = 8 * float32(s.r.NormFloat64())
		}
	}
	s.n++
	f := &Frame{Level: level, Floor: -70, Speech: true, SpeechLikelihood: 0.9, Open: true}
	for i := range f.Bands {
		f.Bands[i] = level - 12 + s.bands[i]
	}
	return f
}

// TestEcho: what comes back 25 dB down is nobody's speech; a soft voice under a loud one is, though it is as quiet.
func TestEcho(t *testing.T) {
	loud := spectrum{r: rand.New(rand.NewPCG(1, 1))}
	soft := spectrum{r: rand.New(rand.NewPCG(2, 2))}
	for _, c := range []struct {
		name        string
		echo        bool
		least, most int // frames of speech on the other leg, of the last 500
	}{{"an echo", true, 0, 25}, {"a soft voice", false, 475, 500}} {
		var e echo
		e.reset()
		spoke := 0
		var before [3]Frame
		for i := range 1000 {
			agent := loud.frame(-20)
			customer := soft.frame(-45)
			if c.echo {
				customer = &Frame{Level: -45, Floor: -70, Speech: true, SpeechLikelihood: 0.9, Open: true, Bands: before[0].Bands}
				for k := range customer.Bands {
					customer.Bands[k] -= 25
				}
			}
			before = [3]Frame{before[1], before[2], *agent}
			e.step(&[2]*Frame{agent, customer})
			if i >= 500 && customer.Speech {
				spoke++
			}
			if i >= 3 && !agent.Speech {
				t.Fatalf("%s: frame %d of the loud voice was taken back", c.name, i)
			}
		}
		if spoke < c.least || spoke > c.most {
			t.Errorf("%s: %d of 500 frames are speech, expected %d to %d", c.name, spoke, c.least, c.most)
		}
	}
}

// TestEchoOfMusic: hold music that comes back on the other leg is not a second music.
func TestEchoOfMusic(t *testing.T) {
	var e echo
	e.reset()
	for i := range 200 {
		own := &Frame{Level: -24, Music: true, MusicLikelihood: 1}
		back := &Frame{Level: -49, Music: true, MusicLikelihood: 1}
		e.step(&[2]*Frame{back, own})
		if i > 50 && (back.Music || !own.Music) {
			t.Fatalf("frame %d: music on the leg %v, its echo %v", i, own.Music, back.Music)
		}
	}
}
