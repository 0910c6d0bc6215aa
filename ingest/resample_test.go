package ingest

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

var resampleRates = []int{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 47999, 48000}

// sine is a full-scale tone; its phase at time 0 is 0 at every rate.
func sine(hz float64, rate, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(2 * math.Pi * hz * float64(i) / float64(rate)))
	}
	return x
}

func resampled(t testing.TB, from, to int, x []float32, chunk int) []float32 {
	t.Helper()
	r, err := newResampler(from, to)
	if err != nil {
		t.Fatal(err)
	}
	var y []float32
	for block := range slices.Chunk(x, chunk) {
		y = r.Write(y, block)
	}
	return r.Flush(y)
}

// decibels is the RMS level of x below a full-scale sine.
func decibels(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(2*sum/float64(len(x))+1e-30)
}

func TestResamplerKeepsTimeAndLevel(t *testing.T) {
	for _, from := range resampleRates {
		for _, hz := range []float64{300, 1000, 3400} {
			y := resampled(t, from, 8000, sine(hz, from, 2*from), 960)
			if len(y) != 16000 {
				t.Fatalf("%d Hz: 2 s became %d samples, want 16000", from, len(y))
			}
			// Subtracting the tone as it should be leaves its error: a shift of a tenth of a sample would leave -13 dB at 3.4 kHz.
			ideal := sine(hz, 8000, 16000)
			for i := range y {
				y[i] -= ideal[i]
			}
			if got := decibels(y[200 : len(y)-200]); got > -35 {
				t.Errorf("%d Hz: a tone of %.0f Hz comes out with an error of %.0f dB, want below -35", from, hz, got)
			}
		}
	}
}

func TestResamplerRemovesWhatWouldAlias(t *testing.T) {
	for _, from := range resampleRates {
		for _, hz := range []float64{4600, 5000, 7000, 20000} {
			if hz >= float64(from)/2 {
				continue
			}
			y := resampled(t, from, 8000, sine(hz, from, from), 960)
			if got := decibels(y[200 : len(y)-200]); got > -75 {
				t.Errorf("%d Hz: a tone of %.0f Hz is left at %.0f dB, want below -75", from, hz, got)
			}
		}
	}
}

func TestResamplerIgnoresWriteSizes(t *testing.T) {
	for _, from := range resampleRates {
		x := sine(440, from, from/3+7)
		want := resampled(t, from, 8000, x, len(x))
		for _, chunk := range []int{1, 7, 137, from / 50, 5000} {
			if got := resampled(t, from, 8000, x, chunk); !slices.Equal(got, want) {
				t.Errorf("%d Hz: writes of %d samples give other output than one write", from, chunk)
			}
		}
	}
}

func TestResamplerLengths(t *testing.T) {
	for _, from := range resampleRates {
		for _, n := range []int{0, 1, 5, 159, 160, 4801} {
			want := int(math.Ceil(float64(n) * 8000 / float64(from)))
			if got := len(resampled(t, from, 8000, make([]float32, n), 100)); got != want {
				t.Errorf("%d Hz: %d samples became %d, want %d", from, n, got, want)
			}
		}
	}
}

func TestResamplerRefusesRates(t *testing.T) {
	for _, rate := range []int{-1, 0, 7999, 48001, 1 << 31} {
		if _, err := newResampler(rate, 8000); err == nil {
			t.Errorf("%d Hz was taken", rate)
		}
	}
}

func TestResamplerAllocatesNothingPerWrite(t *testing.T) {
	r, err := newResampler(48000, 8000)
	if err != nil {
		t.Fatal(err)
	}
	src, dst := sine(440, 48000, 960), make([]float32, 0, 400)
	if n := testing.AllocsPerRun(100, func() { dst = r.Write(dst[:0], src) }); n != 0 {
		t.Errorf("%v allocations per write, want 0", n)
	}
}

func BenchmarkResampler(b *testing.B) {
	for _, from := range []int{16000, 44100, 48000} {
		b.Run(fmt.Sprint(from), func(b *testing.B) {
			r, err := newResampler(from, 8000)
			if err != nil {
				b.Fatal(err)
			}
			src, dst := sine(440, from, from/50), make([]float32, 0, 400)
			b.ReportAllocs()
			for b.Loop() {
				dst = r.Write(dst[:0], src)
			}
			b.ReportMetric(float64(b.N)*0.02/b.Elapsed().Seconds(), "×realtime")
		})
	}
}
