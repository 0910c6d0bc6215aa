package ingest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
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

// All samples of 16 bits are scaled to ±1, exactly, however many at a time.
func TestUnit(t *testing.T) {
	var from [TickSamples]int16
	var got [TickSamples]float32
	for first := -32768; first <= 32767; first += len(from) {
		for i := range from {
			from[i] = int16(min(first+i, 32767))
		}
		unit(&got, &from)
		for i, v := range from {
			if want := float32(float64(v) / 32768); got[i] != want {
				t.Fatalf("%d became %v, expected %v", v, got[i], want)
			}
		}
	}
}

// BenchmarkPacket puts a packet of 20 ms into a ring, from its payload; of sounds so long that no processor learns their signs.
func BenchmarkPacket(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	payload := make([]byte, 1024*TickSamples)
	for i := range payload {
		payload[i] = byte(rng.Uint32())
	}
	for _, name := range []string{"PCMA", "L16"} {
		b.Run(name, func(b *testing.B) {
			f := format{codec: codec.Lookup(schemas.Codec(schemas.Codec_value["CODEC_"+name])), clock: SampleRate}
			size := TickSamples
			if name == "L16" {
				size *= 2
			}
			var r ring
			if !r.reserve(8 * TickSamples) {
				b.Fatal("no room")
			}
			room := new(buffers)
			for i := 0; b.Loop(); i++ {
				pcm, err := f.samples(room, payload[i*size%(len(payload)-size):][:size], nil)
				if err != nil || len(pcm) != TickSamples {
					b.Fatal(len(pcm), err)
				}
				r.write(i%8*TickSamples, pcm)
			}
		})
	}
}
