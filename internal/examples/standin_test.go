package examples

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// standin is a folder of audio as Compose wants it, without any real audio in it: its voices are pulse trains with the
// rhythm of syllables, its music is chords. They are good enough to test how calls are put together. Whether real audio
// is then judged as it should be is tested elsewhere.
func standin(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	phrases := []string{
		"hello", "goodbye", "vm-goodbye", "auth-thankyou", "queue-thankyou", "one-moment-please", "pls-hold-while-try",
		"sorry-youre-having-problems",
	}
	for voice, pitch := range map[string]float64{allison: 200, carlo: 110} {
		speech := voiceLike(pitch, 9)
		say := func(name string, seconds float64) {
			writeTestWAV(t, filepath.Join(dir, "sounds", voice, name+".wav"), speech[:int(seconds*sampleRate)])
		}
		for _, name := range phrases {
			say(name, 0.8)
		}
		for _, name := range slices.Concat(agentTalk, customerTalk) {
			say(name, 2+4*random(name).Float64())
		}
		say("tt-allbusy", 9) // the one that is long in all voices
	}
	for _, track := range []string{coldDay, robotDity, simplicity, morningCoffee, system} {
		writeTestWAV(t, filepath.Join(dir, "moh", track+".wav"), musicLike(track, 70))
	}
	return dir
}

// voiceLike has a pitch, a spectrum that falls by 6 dB an octave, four syllables a second, and silence before it.
func voiceLike(pitch, seconds float64) []float32 {
	pcm := make([]float32, int(seconds*sampleRate))
	for i := sampleRate / 5; i < len(pcm); i++ {
		at := float64(i) / sampleRate
		sum := 0.0
		for k := 1.0; k*pitch < 3400; k++ {
			sum += math.Sin(2*math.Pi*k*pitch*at) / k
		}
		syllable := 0.6 - 0.4*math.Cos(2*math.Pi*4*at)
		pcm[i] = float32(0.15 * sum * syllable)
	}
	return pcm
}

// musicLike changes its chord every half second.
func musicLike(name string, seconds float64) []float32 {
	pcm := make([]float32, int(seconds*sampleRate))
	r := random(name)
	var tones [3]float64
	for i := range pcm {
		if i%(sampleRate/2) == 0 {
			for k := range tones {
				tones[k] = 220 * math.Pow(2, float64(r.IntN(24))/12)
			}
		}
		for _, f := range tones {
			pcm[i] += float32(0.1 * math.Sin(2*math.Pi*f*float64(i)/sampleRate))
		}
	}
	return pcm
}

func writeTestWAV(t testing.TB, path string, channels ...[]float32) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeWAV(path, channels); err != nil {
		t.Fatal(err)
	}
}
