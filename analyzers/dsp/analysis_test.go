package dsp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// measure feeds a second of a sound and returns the features of its last frame.
func measure(sound func(n int) float64) (f Features) {
	var a Analysis
	for frame := range 50 {
		var pcm [FrameSamples]float32
		for i := range pcm {
			pcm[i] = float32(sound(frame*FrameSamples + i))
		}
		a.Frame(pcm[:], &f)
	}
	return f
}

// sum is equal sines of several frequencies.
func sum(amplitude float64, hz ...float64) func(int) float64 {
	return func(n int) float64 {
		x := 0.0
		for _, f := range hz {
			x += amplitude * math.Sin(2*math.Pi*f*float64(n)/8000)
		}
		return x
	}
}

func white(amplitude float64) func(int) float64 {
	r := rand.New(rand.NewPCG(3, 4))
	return func(int) float64 { return amplitude * r.NormFloat64() }
}

func within(t *testing.T, what string, got float32, want, off float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > off {
		t.Errorf("%s is %.3f, want %.3f to within %.3f", what, got, want, off)
	}
}

func TestPitch(t *testing.T) {
	for _, hz := range []float64{75, 90, 118, 155, 200, 247, 310, 385} {
		// A voice by telephone: what is under 300 Hz is cut away, the fundamental mostly with it.
		var partials []float64
		for h := hz; h < 2000; h += hz {
			if h > 250 {
				partials = append(partials, h)
			}
		}
		f := measure(sum(0.05, partials...))
		within(t, "pitch", f.Pitch, hz, hz*0.015)
		if f.Harmonicity < 0.8 {
			t.Errorf("harmonicity of a periodic sound of %v Hz is %v", hz, f.Harmonicity)
		}
	}
	if f := measure(white(0.1)); f.Harmonicity > 0.7 {
		t.Errorf("harmonicity of white noise is %v", f.Harmonicity)
	}
	if f := measure(sum(0.0005, 200)); f.Pitch != 0 {
		t.Errorf("a sound of %v dBov has a pitch of %v Hz; want none", f.Level, f.Pitch)
	}
}

func TestSpectrum(t *testing.T) {
	for _, hz := range []float64{310, 450, 1000, 1633, 3100} {
		f := measure(sum(0.1, hz))
		within(t, "peak", f.Peak, hz, 1)
		within(t, "share of the peak", f.PeakShare, 1, 0.01)
		within(t, "level", f.Level, -23.01, 0.1)
		strongest := 0
		for i, v := range f.Bands {
			if v > f.Bands[strongest] {
				strongest = i
			}
		}
		bin := hz / BinWidth
		if float64(BandEdges[strongest]) > bin+0.5 || bin-0.5 > float64(BandEdges[strongest+1]) {
			t.Errorf("the strongest band of %v Hz is %d, from bin %d", hz, strongest, BandEdges[strongest])
		}
	}
	within(t, "tilt of equal parts", measure(sum(0.1, 600, 2000)).Tilt, 0, 0.2)
	within(t, "tilt of a high tone", measure(func(n int) float64 { return sum(0.1, 2000)(n) + sum(0.01, 600)(n) }).Tilt, 20, 0.2)
}

func TestTonality(t *testing.T) {
	// A chord between the bins, and the same gliding up by an octave a second.
	chord := measure(sum(0.1, 330.3, 415.7, 901, 1207, 2411))
	glide := measure(func(n int) float64 {
		x, s := 0.0, float64(n)/8000
		for _, f := range []float64{330.3, 415.7, 901, 1207, 2411} {
			x += 0.1 * math.Sin(2*math.Pi*f*(math.Exp2(s)-1)/math.Ln2*0.5)
		}
		return x
	})
	noise := measure(white(0.1))
	for g := range numGroups {
		if chord.Tonality[g] < 0.95 || glide.Tonality[g] > 0.9 || noise.Tonality[g] > 0.6 {
			t.Errorf("tonality of group %d: chord %v, glide %v, noise %v", g, chord.Tonality[g], glide.Tonality[g], noise.Tonality[g])
		}
	}
	if chord.Steady[0] < 0.99 || noise.Steady[0] > 0.9 || chord.Peakiness < noise.Peakiness+0.3 {
		t.Errorf("steadiness %v and %v, peakiness %v and %v of chord and noise", chord.Steady[0], noise.Steady[0], chord.Peakiness, noise.Peakiness)
	}
}

func TestSilenceAndFaults(t *testing.T) {
	cases := []struct {
		name    string
		sound   func(int) float64
		silent  bool
		clipped int
		level   float64
	}{
		{"zeros", func(int) float64 { return 0 }, true, 0, MinDB},
		{"a constant", func(int) float64 { return 0.25 }, true, 0, MinDB},
		{"the smallest values of A-law", func(n int) float64 { return float64(n%2*16-8) / 32768 }, true, 0, -72.2},
		{"no numbers", func(int) float64 { return math.NaN() }, true, 0, MinDB},
		{"full scale", func(n int) float64 { return float64(n/10%2*2 - 1) }, false, FrameSamples, 0},
	}
	for _, c := range cases {
		f := measure(c.sound)
		if f.Silent != c.silent || int(f.Clipped) != c.clipped {
			t.Errorf("%s: silent %v, %d clipped; want %v, %d", c.name, f.Silent, f.Clipped, c.silent, c.clipped)
		}
		within(t, c.name+": level", f.Level, c.level, 0.1)
	}
}

// TestPassedFramesAreMadeUpFor: what follows frames passed over is measured as if they had been measured too.
func TestPassedFramesAreMadeUpFor(t *testing.T) {
	voice, noise := sum(0.05, 210, 420, 640, 830, 1900), white(0.01)
	var pcm [12][FrameSamples]float32
	for n := range pcm {
		for i := range pcm[n] {
			pcm[n][i] = float32(voice(n*FrameSamples+i) + noise(0))
		}
	}
	const before = 4
	for passed := range len(pcm) - before {
		var every, some Analysis
		var want, got Features
		for n := range pcm[:before+passed+1] {
			every.Frame(pcm[n][:], &want)
			some.Level(pcm[n][:], &got)
			if n >= before && n < before+passed {
				some.Pass(pcm[n][:])
			} else {
				some.Shape(pcm[n][:], &got)
			}
		}
		if got != want {
			t.Errorf("after %d frames passed over: %+v, want %+v", passed, got, want)
		}
	}
}

func BenchmarkAnalysis(b *testing.B) {
	var pcm [50 * FrameSamples]float32
	s := sum(0.05, 210, 420, 640, 830, 1900)
	for i := range pcm {
		pcm[i] = float32(s(i))
	}
	var a Analysis
	var f Features
	for n := 0; b.Loop(); n++ {
		a.Frame(pcm[n%50*FrameSamples:], &f)
	}
}
