package examples

import (
	"math"
	"testing"

	"github.com/earshot/earshot/internal/sound"
)

// TestRaised holds a raised voice to what it claims: the same length, a higher pitch, more above 1 kHz.
func TestRaised(t *testing.T) {
	const pitch = 125.0
	calm := trimmed(voiceLike(pitch, 3))
	loud := raised(calm)

	if ratio := float64(len(loud)) / float64(len(calm)); ratio < 0.97 || ratio > 1.03 {
		t.Errorf("lasts %.2f times as long", ratio)
	}
	middle := loud[len(loud)/3 : len(loud)/3+4000]
	want := pitch * math.Pow(2, raisedSemitones/12)
	if got := pitchOf(middle); math.Abs(got-want) > 0.05*want {
		t.Errorf("pitch %.0f Hz, expected %.0f", got, want)
	}
}

func TestShelved(t *testing.T) {
	for _, c := range []struct{ hz, dB float64 }{{100, 0}, {1000, raisedShelf / 2}, {3500, raisedShelf}} {
		tone := make([]float32, sampleRate)
		for i := range tone {
			tone[i] = float32(0.1 * math.Sin(2*math.Pi*c.hz*float64(i)/sampleRate))
		}
		got := 10 * math.Log10(sound.MeanSquare(sound.Shelved(tone, raisedCorner, raisedShelf))/sound.MeanSquare(tone))
		if math.Abs(got-c.dB) > 0.3 {
			t.Errorf("%g Hz is raised by %.1f dB, expected %.1f", c.hz, got, c.dB)
		}
	}
}

func TestLimited(t *testing.T) {
	for _, c := range []struct{ in, lo, hi float64 }{{0.3, 0.3, 0.3}, {-0.5, -0.5, -0.5}, {0.9, 0.7, 0.9}, {3, 0.95, 1}, {-30, -1, -0.95}} {
		if got := sound.Limited(c.in); got < c.lo || got > c.hi {
			t.Errorf("sound.Limited(%g) = %g, expected %g to %g", c.in, got, c.lo, c.hi)
		}
	}
}

// pitchOf is the strongest period between 80 and 300 Hz, by autocorrelation.
func pitchOf(pcm []float32) float64 {
	at, most := 0, 0.0
	for lag := sampleRate / 300; lag <= sampleRate/80; lag++ {
		sum := 0.0
		for i := range len(pcm) - sampleRate/80 {
			sum += float64(pcm[i]) * float64(pcm[i+lag])
		}
		if sum > most {
			at, most = lag, sum
		}
	}
	return sampleRate / float64(at)
}
