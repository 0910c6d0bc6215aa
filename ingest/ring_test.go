package ingest

import (
	"math"
	"math/rand/v2"
	"slices"
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
	var laws []*codec.Law
	for _, id := range []schemas.Codec{schemas.Codec_CODEC_PCMA, schemas.Codec_CODEC_PCMU} {
		laws = append(laws, codec.Lookup(id).New().(codec.Companded).Law())
	}
	coded, whole, silent, middle := 0, 0, 0, 0
	r := ring{spare: new(spare)}
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		want, there, law := make([]int16, total), make([]bool, total), laws[0]
		played, written := 0, 0
		packet := func() {
			n, at := TickSamples, max(written, played)
			switch rng.IntN(12) {
			case 0: // one that was lost before it, or a pause
				at += rng.IntN(3 * TickSamples)
			case 1: // over what is there already
				at = max(written-rng.IntN(TickSamples), played)
			case 2:
				n = 1 + rng.IntN(2*TickSamples)
			case 3:
				law = laws[rng.IntN(2)]
			}
			if at+n > total || !r.reserve(at+n) {
				return
			}
			var s samples
			linear := rng.IntN(10) == 0
			for i := range n {
				v := int16(rng.Uint32())
				if linear {
					s.whole = append(s.whole, v)
				} else {
					s.law, s.codes, v = law, append(s.codes, byte(v)), law.Whole[byte(v)]
				}
				want[at+i], there[at+i] = v, true
			}
			r.write(at, s, played)
			written = max(written, at+n)
		}
		play := func() {
			until := min(played+rng.IntN(2*TickSamples), total)
			if !r.reserve(until) {
				t.Fatal("no room")
			}
			made := rng.IntN(12) == 0 // by the receiver
			for played < until {
				tick, from := r.tick(played/TickSamples), played%TickSamples
				to := min(TickSamples, from+until-played)
				now := want[played : played+to-from]
				switch {
				case made:
					part := r.whole(tick)[from:to]
					for i := range part {
						part[i] = int16(rng.Uint32())
					}
					copy(now, part)
				case slices.Contains(there[played:played+len(now)], false):
					r.mute(tick, from, to)
					clear(now)
				}
				played += len(now)
			}
		}
		for given := 0; played < total; {
			if written < played+10*TickSamples && rng.IntN(8) > 0 {
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
			if first := played - len(history); first > 0 && first%TickSamples > 0 && r.tick(first/TickSamples).coded {
				middle++
			}
			for ; (given+1)*TickSamples <= played; given++ {
				tick := r.tick(given)
				switch {
				case tick.coded:
					coded++
				case tick.whole != nil:
					whole++
				default:
					silent++
				}
				var got, expected [TickSamples]float32
				r.give(tick, &got)
				unit(&expected, (*[TickSamples]int16)(want[given*TickSamples:]))
				if got != expected {
					t.Fatalf("seed %d: tick %d is %v, expected %v", seed, given, got, expected)
				}
				r.release(given + 1 - historyTicks)
				if last := given - historyTicks; last >= 0 && (r.tick(last).coded || r.tick(last).whole != nil) {
					t.Fatalf("seed %d: tick %d is not silent after its release", seed, last)
				}
			}
		}
		out := 0
		for i := range r.ticks {
			if r.ticks[i].whole != nil {
				out++
			}
		}
		back := len(r.spare.room) + out
		r.reset()
		for i := range r.ticks {
			if tick := &r.ticks[i]; tick.coded || tick.whole != nil {
				t.Fatalf("seed %d: a tick is not silent after the reset", seed)
			}
		}
		if len(r.spare.room) != back {
			t.Fatalf("seed %d: room for %d ticks is spare after the reset, expected %d", seed, len(r.spare.room), back)
		}
	}
	if least := min(coded, whole, silent, middle); least < 100 {
		t.Errorf("ticks of codes %d, of samples %d, silent %d, codes read from the middle %d times: expected 100 at least", coded, whole, silent, middle)
	}
	t.Logf("ticks of codes %d, of samples %d, silent %d, codes read from the middle %d times", coded, whole, silent, middle)
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
