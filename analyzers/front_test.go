package analyzers

import (
	"math"
	"testing"
	"unsafe"

	"github.com/earshot/earshot/analyzers/dsp"
)

// sine is a tone of an amplitude, from a sample on.
func sine(pcm []float32, hz, amplitude float64, from int) {
	for i := range pcm {
		pcm[i] += float32(amplitude * math.Sin(2*math.Pi*hz*float64(from+i)/SampleRate))
	}
}

func TestFrontDeliversEveryFrameOnceAndLate(t *testing.T) {
	for _, frames := range []int{0, 1, 49, 50, 51, 163} {
		f := newFront()
		got := 0
		check := func(frame *Frame) {
			if want := got % 7; frame.Lost != want {
				t.Errorf("%d frames: frame %d has %d samples lost, want %d", frames, got, frame.Lost, want)
			}
			got++
		}
		for n := range frames {
			frame := f.Push(&Input{PCM: make([]float32, FrameSamples), Open: true, Lost: n % 7})
			if (frame != nil) != (n >= lookahead) {
				t.Fatalf("push %d delivers: %v", n, frame != nil)
			}
			if frame != nil {
				check(frame)
			}
		}
		for frame := f.Drain(); frame != nil; frame = f.Drain() {
			check(frame)
		}
		if got != frames {
			t.Errorf("%d frames taken, %d delivered", frames, got)
		}
	}
}

func TestFrontMeasuresATone(t *testing.T) {
	f := newFront()
	for n := range 3 * 50 {
		var pcm [FrameSamples]float32
		sine(pcm[:], 450, 0.1, n*FrameSamples)
		frame := f.Push(&Input{PCM: pcm[:], Open: true})
		if frame == nil || n < lookahead+3 {
			continue
		}
		if math.Abs(float64(frame.Level)+23.01) > 0.1 || math.Abs(float64(frame.Peak)-450) > 2 || frame.PeakShare < 0.99 {
			t.Fatalf("level %v dBov, peak %v Hz with a share of %v; want -23 dBov, 450 Hz, 1", frame.Level, frame.Peak, frame.PeakShare)
		}
		if frame.Harmonicity < 0.98 || math.Abs(float64(frame.Bands[6])+23) > 4 {
			t.Fatalf("harmonicity %v, band of the tone at %v dB; want 1, -23 dB", frame.Harmonicity, frame.Bands[6])
		}
	}
}

func TestDigitalSilenceIsNeither(t *testing.T) {
	f := newFront()
	for n := range 200 {
		var pcm [FrameSamples]float32
		for i := range pcm {
			pcm[i] = float32(n%2) * 8 / 32768 // A-law and mu-law have such silences
		}
		if frame := f.Push(&Input{PCM: pcm[:], Open: true}); frame != nil && (frame.Level != dsp.MinDB || frame.Speech || frame.Music) {
			t.Fatalf("frame %d: %+v", n, frame)
		}
	}
}

func TestResetForgets(t *testing.T) {
	used, fresh := newFront(), newFront()
	in := noisyCall(400)
	for n := range in {
		used.Push(&in[len(in)-1-n])
	}
	used.Reset()
	for n := range in {
		a, b := used.Push(&in[n]), fresh.Push(&in[n])
		if (a == nil) != (b == nil) || a != nil && *a != *b {
			t.Fatalf("frame %d differs after Reset: %+v, want %+v", n, a, b)
		}
	}
}

func TestPushAllocatesNothing(t *testing.T) {
	f, in, n := newFront(), noisyCall(200), 0
	if allocs := testing.AllocsPerRun(1000, func() { f.Push(&in[n%len(in)]); n++ }); allocs != 0 {
		t.Errorf("%v allocations per Push", allocs)
	}
}

// noisyCall is something of everything: gliding harmonics, noise, silence, gaps.
func noisyCall(frames int) []Input {
	in := make([]Input, frames)
	seed, phase := uint32(1), 0.0
	for n := range in {
		pcm := make([]float32, FrameSamples)
		for i := range pcm {
			seed = seed*1664525 + 1013904223
			phase += 2 * math.Pi * (120 + 30*math.Sin(float64(n)/17)) / SampleRate
			if n%50 < 30 {
				pcm[i] = float32(0.1*math.Sin(phase)+0.1*math.Sin(3*phase)+0.05*math.Sin(7*phase)) + float32(int32(seed))/(1<<38)
			}
		}
		in[n] = Input{PCM: pcm, Open: n%97 != 5, Comfort: n%89 == 3, Lost: n % 3}
	}
	return in
}

func BenchmarkFront(b *testing.B) {
	f, in, n := newFront(), noisyCall(1000), 0
	for i := range in {
		in[i].Comfort, in[i].Open = false, true
		if i%50 >= 30 {
			copy(in[i].PCM, in[i%30].PCM)
		}
	}
	for b.Loop() {
		f.Push(&in[n%len(in)])
		n++
	}
	b.ReportMetric(FrameDuration.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}

// A leg's state does not outgrow its size in the allocator unnoticed.
func TestFrontIsSmall(t *testing.T) {
	const header = 8 // of the allocator, before what holds pointers
	if n := unsafe.Sizeof(front{}) + header; n > frontBytes {
		t.Errorf("a leg's state takes %d bytes, expected at most %d", n, frontBytes)
	} else {
		t.Logf("a leg's state takes %d of %d bytes", n, frontBytes)
	}
}
