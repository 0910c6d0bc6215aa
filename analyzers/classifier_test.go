package analyzers

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// speechAndMusic gives the seconds that the front end calls speech and music in some seconds of a sound.
func speechAndMusic(seconds int, sound func(t float64) float64) (speech, music float64) {
	pcm := make([]float32, seconds*SampleRate)
	for i := range pcm {
		pcm[i] = float32(sound(float64(i) / SampleRate))
	}
	Listen(pcm, func(f *Frame) {
		if f.Speech {
			speech += FrameDuration.Seconds()
		}
		if f.Music {
			music += FrameDuration.Seconds()
		}
	})
	return speech, music
}

// TestNeither: what a telephone line carries beside speech and music.
func TestNeither(t *testing.T) {
	tones := func(on, off float64, hz ...float64) func(float64) float64 {
		return func(t float64) (x float64) {
			for _, f := range hz {
				if math.Mod(t, on+off) < on {
					x += 0.1 * math.Sin(2*math.Pi*f*t)
				}
			}
			return x
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	sounds := map[string]func(float64) float64{
		"dial tone":       tones(1, 0, 450),
		"ringback, China": tones(1, 4, 450),
		"ringback, US":    tones(2, 4, 440, 480),
		"busy":            tones(0.35, 0.35, 450),
		"congestion":      tones(0.7, 0.7, 425),
		"fax calling":     tones(0.5, 3, 1100),
		"noise":           func(float64) float64 { return 0.03 * r.NormFloat64() },
		"low noise":       func(float64) float64 { return 0.001 * r.NormFloat64() },
		"silence":         func(float64) float64 { return 0 },
	}
	for name, sound := range sounds {
		if speech, music := speechAndMusic(20, sound); speech > 0.2 || music > 0.2 {
			t.Errorf("20 s of %s: %.2f s called speech, %.2f s music", name, speech, music)
		}
	}
}

// TestChordsAreMusic: a plucked chord every 0.6 s, up and down a scale.
func TestChordsAreMusic(t *testing.T) {
	scale := []float64{262, 294, 330, 349, 392, 440, 494, 440, 392, 349, 330, 294}
	speech, music := speechAndMusic(20, func(t float64) (x float64) {
		root, at := scale[int(t/0.6)%len(scale)], math.Mod(t, 0.6)
		for _, ratio := range []float64{1, 1.26, 1.5} {
			for h := 1.0; h < 7; h++ {
				x += 0.05 / h * math.Exp(-at*(2+h)) * math.Sin(2*math.Pi*root*ratio*h*t)
			}
		}
		return x
	})
	if music < 18 || speech > 0.5 {
		t.Errorf("20 s of chords: %.2f s called music, %.2f s speech", music, speech)
	}
}

// TestSpeechIsSmoothed runs likelihoods, one character a frame, through the decision.
func TestSpeechIsSmoothed(t *testing.T) {
	cases := []struct{ name, likely, want string }{
		{"a run", "....######....", "....######...."},
		{"a click", "....##........", ".............."},
		{"the stop of a consonant", "..#####..........#####..", "..####################.."},
		{"a pause", "..#####...........#####..", "..#####...........#####.."},
		{"a click after it", "..#####.....#.....", "..#####..........."},
		{"a fall that is no end", "..###---###-...", "..#########-..."},
	}
	for _, c := range cases {
		var cl classifier
		var got strings.Builder
		for n := range c.likely + strings.Repeat(".", bridge) {
			for d := range bridge + 2 { // what has been judged by then
				level := float32(0)
				if n+d < len(c.likely) {
					level = map[byte]float32{'.': 0, '-': 0.45, '#': 0.9}[c.likely[n+d]]
				}
				cl.voice[(n+d)%voiced] = level
			}
			var out Frame
			cl.decide(n, &heard{}, &out)
			switch {
			case n >= len(c.likely):
			case out.Speech && c.likely[n] == '-' && c.want[n] == '-':
				got.WriteByte('-')
			case out.Speech:
				got.WriteByte('#')
			default:
				got.WriteByte('.')
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %s gives %s, want %s", c.name, c.likely, got.String(), c.want)
		}
	}
}

func TestToneAndComfortAreNeither(t *testing.T) {
	for _, h := range []heard{{marks: tone}, {marks: comfort}} {
		var c classifier
		for i := range c.voice {
			c.voice[i] = 1
		}
		for i := range c.score {
			c.score[i].likelihood = 1
		}
		var out Frame
		if c.decide(0, &h, &out); out.Speech || out.Music || out.SpeechLikelihood+out.MusicLikelihood > 0 {
			t.Errorf("a frame with tone %v, comfort %v is %+v", h.is(tone), h.is(comfort), out)
		}
	}
}

func TestWeightsOfAnotherShapeAreRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":       nil,
		"half":          weights[:len(weights)/2],
		"a byte beyond": append(append([]byte(nil), weights...), 0),
	} {
		if _, err := decodeNets(data); err == nil {
			t.Errorf("%s is taken for weights", name)
		}
	}
}
