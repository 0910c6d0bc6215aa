package ingest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Samples of 16 bits come out as they went in, what lies between is rounded, and what is beyond full scale is clipped.
func TestLinear(t *testing.T) {
	for i := -32768; i <= 32767; i++ {
		if got := linear(float32(i) / 32768); int(got) != i {
			t.Fatalf("%d became %d", i, got)
		}
	}
	for scaled, want := range map[float32]int16{0.5: 1, 0.25: 0, -0.5: -1, -0.25: 0, 99.5: 100, -99.5: -100, 32766.5: 32767, -32767.5: -32768, 40000: 32767, -40000: -32768} {
		if got := linear(scaled / 32768); got != want {
			t.Errorf("%v became %d, expected %d", scaled, got, want)
		}
	}
	if got := linear(float32(math.Copysign(0, -1))); got != 0 {
		t.Errorf("-0 became %d", got)
	}
}

// BenchmarkRingWrite writes a packet of 20 ms; of sounds so long that no processor learns their signs.
func BenchmarkRingWrite(b *testing.B) {
	var r ring
	rng := rand.New(rand.NewPCG(1, 2))
	pcm := make([]float32, 1024*TickSamples)
	for i := range pcm {
		pcm[i] = float32(int16(rng.NormFloat64()*2000)) / 32768
	}
	if !r.reserve(8 * TickSamples) {
		b.Fatal("no room")
	}
	for i := 0; b.Loop(); i++ {
		r.write(i%8*TickSamples, pcm[i%1024*TickSamples:][:TickSamples])
	}
}
