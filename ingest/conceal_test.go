package ingest

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// voiced is a sound of a pitch: a few harmonics.
func voiced(n int, pitch float64) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		w := 2 * math.Pi * pitch * float64(i) / SampleRate
		pcm[i] = int16(6000*math.Sin(w) + 3000*math.Sin(2*w+1) + 1500*math.Sin(3*w+2))
	}
	return pcm
}

func energy(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return sum / float64(len(pcm))
}

func TestConcealmentGoesOnWithThePitch(t *testing.T) {
	for _, pitch := range []float64{80, 100, 125, 160, 200} {
		sound := voiced(concealHistory+480, pitch)
		var c concealer
		c.begin((*[concealHistory]int16)(sound))
		got := make([]int16, 480)
		c.fill(got)
		// Whole for 10 ms: the difference from what would have come is little beside the sound itself.
		diff := make([]int16, concealWhole)
		for i := range diff {
			diff[i] = got[i] - sound[concealHistory+i]
		}
		if snr := 10 * math.Log10(energy(sound)/energy(diff)); snr < 10 {
			t.Errorf("%v Hz (lag %d): %.1f dB above the error, want at least 10", pitch, c.lag, snr)
		}
		for part, limit := range []float64{1.3, 0.8, 0.55, 0.35, 0.16, 0.04} { // each 10 ms, fading
			if e := energy(got[part*80 : part*80+80]); e > limit*energy(sound)*1.6 {
				t.Errorf("%v Hz: %d ms into the loss the power is %.2f of the sound's", pitch, part*10, e/energy(sound))
			}
		}
	}
}

func TestConcealmentFadesToSilence(t *testing.T) {
	sound := voiced(concealHistory, 120)
	var c concealer
	c.begin((*[concealHistory]int16)(sound))
	c.fill(make([]int16, concealUntil))
	after := make([]int16, 1000)
	c.fill(after)
	if e := energy(after); e != 0 {
		t.Errorf("after 60 ms the power is %v, want silence", e)
	}
}

// The packet after a loss is blended in: its first sample is near what was concealed, the 33rd its own.
func TestConcealmentBlendsIntoTheNextPacket(t *testing.T) {
	sound := voiced(concealHistory, 120)
	for _, parts := range [][]int{{160}, {10, 150}, {32, 128}, {1, 1, 158}} {
		var c concealer
		c.begin((*[concealHistory]int16)(sound))
		c.fill(make([]int16, 40))
		would := c
		packet := make([]int16, 160)
		for i := range packet {
			packet[i] = -20000
		}
		at := 0
		for _, n := range parts {
			c.join(packet[at : at+n])
			at += n
		}
		if first := would.next(); math.Abs(float64(packet[0])-float64(first)) > 1000 {
			t.Errorf("%v: the first sample is %d, concealment would have been %v", parts, packet[0], first)
		}
		if packet[31] == -20000 || packet[32] != -20000 || c.active {
			t.Errorf("%v: sample 31 is %d, sample 32 is %d, active %v; want blending to end after 32", parts, packet[31], packet[32], c.active)
		}
	}
}

func TestComfortNoiseHasTheLevelThatWasAskedFor(t *testing.T) {
	for _, tc := range []struct{ asked, want int }{{-40, -40}, {-50, -50}, {-60, -60}, {0, loudestComfort}, {-10, loudestComfort}} {
		var n comfortNoise
		n.set(tc.asked)
		pcm := make([]int16, 1<<14)
		n.fill(pcm)
		if got := 10 * math.Log10(energy(pcm)/(32767*32767)); math.Abs(got-float64(tc.want)) > 0.5 {
			t.Errorf("asked for %d dBov: got %.1f, want %d", tc.asked, got, tc.want)
		}
	}
}

// What is made of a history is the same to the bit on every processor, also on those that could multiply and add in one step.
func TestConcealmentIsTheSameEverywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	sum := fnv.New64a()
	for range 500 {
		var history [concealHistory]int16
		period, loud := 30+rng.IntN(120), 1+rng.IntN(16)
		for i := range history { // whole numbers, which are the same everywhere
			history[i] = int16((i%period*2000/period + rng.IntN(400) - 1200) * loud)
		}
		var c concealer
		c.begin(&history)
		made, after := make([]int16, rng.IntN(3*TickSamples)), make([]int16, blendSamples)
		c.fill(made)
		for i := range after {
			after[i] = int16(rng.Uint32())
		}
		c.join(after)
		if err := binary.Write(sum, binary.LittleEndian, append(made, after...)); err != nil {
			t.Fatal(err)
		}
	}
	if got := sum.Sum64(); got != concealed {
		t.Errorf("made %#x, expected %#x as elsewhere", got, uint64(concealed))
	}
}

const concealed = 0x68561952c7f9241
