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

// A ring plays what one of nothing but whole samples would, whatever packets and pauses its ticks are made of.
func TestRingKeepsWhatItIsGiven(t *testing.T) {
	const total = 400 * TickSamples
	laws := []*codec.Law{codec.Lookup(schemas.Codec_CODEC_PCMA).New().(codec.Companded).Law(), codec.Lookup(schemas.Codec_CODEC_PCMU).New().(codec.Companded).Law()}
	shared := new(spare)
	r := ring{spare: shared}
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		want, law := make([]int16, total), laws[0]
		played, written := 0, 0
		packet := func() {
			n := 1 + rng.IntN(2*TickSamples)
			at := max(written-rng.IntN(40), played)
			if rng.IntN(3) == 0 {
				at += rng.IntN(3 * TickSamples)
			}
			if at+n > total || !r.reserve(at+n) {
				return
			}
			if rng.IntN(20) == 0 {
				law = laws[rng.IntN(2)]
			}
			s := samples{law: law}
			for i := range n {
				v := int16(rng.Uint32())
				if rng.IntN(8) > 0 && s.whole == nil {
					code := byte(v)
					s.codes, v = append(s.codes, code), law.Whole[code]
				} else if s.codes == nil {
					s.whole, s.law = append(s.whole, v), nil
				} else {
					n = i
					break
				}
				want[at+i] = v
			}
			r.write(at, s, played)
			written = max(written, at+n)
		}
		play := func() {
			until := min(played+rng.IntN(2*TickSamples), total)
			if !r.reserve(until) {
				t.Fatal("no room")
			}
			kind := rng.IntN(6)
			for played < until {
				tick, from := r.tick(played/TickSamples), played%TickSamples
				to := min(TickSamples, from+until-played)
				switch {
				case kind == 0:
					r.mute(tick, from, to)
					clear(want[played : played+to-from])
				case kind == 1 || played >= written: // made by the receiver
					made := r.whole(tick)[from:to]
					for i := range made {
						made[i] = int16(rng.Uint32())
					}
					copy(want[played:], made)
				default: // packets: where none is, nothing plays
					for i := range to - from {
						if want[played+i] == 0 {
							r.whole(tick)[from+i] = 0
						}
					}
				}
				played += to - from
			}
		}
		for given := 0; played < total; {
			if rng.IntN(2) == 0 {
				packet()
			} else {
				play()
			}
			history := make([]int16, concealHistory)
			r.recent(history, played)
			for i, got := range history {
				if at := played - len(history) + i; at >= 0 && got != want[at] || at < 0 && got != 0 {
					t.Fatalf("seed %d: sample %d is %d, expected %d", seed, at, got, want[at])
				}
			}
			for ; (given+1)*TickSamples <= played; given++ {
				var got, whole [TickSamples]float32
				r.give(r.tick(given), &got)
				unit(&whole, (*[TickSamples]int16)(want[given*TickSamples:]))
				if got != whole {
					t.Fatalf("seed %d: tick %d is %v, expected %v", seed, given, got, whole)
				}
				r.release(given + 1 - historyTicks)
			}
		}
		r.reset()
		if r.law == nil || len(shared.room) == 0 {
			t.Fatalf("seed %d: no codes, or no room given back", seed)
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
			r := ring{spare: new(spare)}
			if !r.reserve(8 * TickSamples) {
				b.Fatal("no room")
			}
			room := new(buffers)
			for i := 0; b.Loop(); i++ {
				pcm, err := f.samples(room, payload[i*size%(len(payload)-size):][:size], nil)
				if err != nil || pcm.len() != TickSamples {
					b.Fatal(pcm.len(), err)
				}
				r.write(i%8*TickSamples, pcm, 0)
			}
		})
	}
}
