package analyzers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/earshot/earshot/schemas"
)

// calling makes audio of what a telephone exchange lets hear: tones that come and go with a cadence, in seconds on and
// off, over noise of a level in dBov.
func calling(seconds, noise float64, hz, cadence []float64) []float32 {
	rng := rand.New(rand.NewPCG(5, 6))
	pcm := make([]float32, int(seconds*SampleRate))
	period := 0.0
	for _, c := range cadence {
		period += c
	}
	for i := range pcm {
		at := float64(i) / SampleRate
		v := rng.NormFloat64() * math.Pow(10, noise/20)
		in := math.Mod(at, period)
		for k, c := range cadence {
			if in -= c; in < 0 {
				for _, f := range hz {
					v += float64(1-k%2) * 0.07 * math.Sin(2*math.Pi*f*at)
				}
				break
			}
		}
		pcm[i] = float32(v)
	}
	return pcm
}

// rings plays audio on the agent's leg, with near silence on the customer's, and returns the rings that are reported.
func rings(pcm []float32) (found []Segment) {
	s := newSession([]Analyzer{newRinging(), newSilence()}, trained(), new(scratch))
	s.Begin([]schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}, func(s Segment) {
		if !s.Open {
			found = append(found, s)
		}
	})
	line := calling(1, -65, nil, []float64{1})
	n := 0
	for ; (n+1)*FrameSamples <= len(pcm); n++ {
		at := n % 50 * FrameSamples
		s.Tick([]Input{{PCM: pcm[n*FrameSamples : (n+1)*FrameSamples], Open: true}, {PCM: line[at : at+FrameSamples], Open: true}})
	}
	s.End(Ending{At: time.Duration(n) * FrameDuration})
	return found
}

func TestRingTonesOfTheTable(t *testing.T) {
	for _, tone := range ringTones {
		for _, noise := range []float64{-90, -62, -40} {
			cadence := []float64{tone.on, tone.off}
			if tone.bursts == 2 {
				cadence = []float64{tone.on, tone.gap, tone.on, tone.off}
			}
			hz := []float64{tone.low}
			if tone.high > tone.low {
				hz = append(hz, tone.high)
			}
			period := tone.length() + tone.off
			pcm := calling(4*period, noise, hz, cadence)
			clear(pcm[int((3*period-0.1)*SampleRate):]) // three rings, then nothing
			t.Run(fmt.Sprintf("%v Hz %v s noise %v", hz, cadence, noise), func(t *testing.T) {
				found := rings(pcm)
				if len(found) == 0 || found[0].Kind != "ring" {
					t.Fatalf("heard %v", found)
				}
				s := found[0]
				count, _ := s.Get("rings")
				on, _ := s.Get("on")
				off, _ := s.Get("off")
				if count != 3 || on != tone.on || off != tone.off || math.Abs(s.Duration().Seconds()-3*period) > 0.1 {
					t.Errorf("%v rings of %v s on and %v s off in %v; want 3 of %v and %v in %v s", count, on, off, s.Duration(), tone.on, tone.off, 3*period)
				}
			})
		}
	}
}

func TestOtherTonesAreNoRings(t *testing.T) {
	for name, pcm := range map[string][]float32{
		"busy":          calling(30, -62, []float64{450}, []float64{0.35, 0.35}),
		"congestion":    calling(30, -62, []float64{450}, []float64{0.7, 0.7}),
		"fast busy":     calling(30, -62, []float64{480, 620}, []float64{0.25, 0.25}),
		"dial tone":     calling(30, -62, []float64{450}, []float64{30}),
		"dial tone, US": calling(30, -62, []float64{350, 440}, []float64{30}),
		"stutter":       calling(30, -62, []float64{425}, []float64{0.1, 0.1}),
		"call waiting":  calling(30, -62, []float64{440}, []float64{0.3, 9.7}),
		"fax calling":   calling(30, -62, []float64{1100}, []float64{0.5, 3}),
		"fax answering": calling(30, -62, []float64{2100}, []float64{3, 0.5}),
		"DTMF":          calling(30, -62, []float64{770, 1336}, []float64{0.1, 0.1}),
		"a note of a tune": func() []float32 { // 440 Hz for 1 s of 5, other notes for the rest
			x := calling(30, -62, []float64{440}, []float64{1, 4})
			for i, v := range calling(30, -62, []float64{659.3, 523.3}, []float64{5}) {
				if i%(5*SampleRate) >= SampleRate {
					x[i] += v
				}
			}
			return x
		}(),
		"a ring tone among other sound": func() []float32 {
			x := calling(30, -62, []float64{450}, []float64{1, 4})
			for i, v := range calling(30, -28, nil, []float64{1}) {
				x[i] = 0.3*x[i] + v
			}
			return x
		}(),
	} {
		for _, s := range rings(pcm) {
			if s.Kind == "ring" {
				t.Errorf("%s: taken for %v", name, format(s))
			}
		}
	}
}
