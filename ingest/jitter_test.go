package ingest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// roughStream makes a stream to which everything happens: jitter, loss, reordering, duplicates, pauses with and
// without comfort noise, new sources, jumps of the timestamp, keys, and junk. It arrives in the order of time.
func roughStream(r *rand.Rand, ssrc int, length time.Duration) []timedRTP {
	var all []timedRTP
	seq, ts, at := r.IntN(1<<16), int(r.Uint32()), time.Duration(r.IntN(2000))*time.Millisecond
	send := func(delay time.Duration, v map[string]int) {
		v["seq"], v["ts"], v["ssrc"] = seq&0xffff, ts&0xffffffff, ssrc
		all = append(all, timedRTP{at + delay, rtpBytes(v)})
	}
	for at < length {
		size := []int{80, 160, 160, 160, 240, 480}[r.IntN(6)]
		delay := time.Duration(r.ExpFloat64() * float64(15*time.Millisecond))
		switch r.IntN(60) {
		case 0: // lost
		case 1:
			send(delay, map[string]int{"pt": 8, "len": size})
			send(delay+5*time.Millisecond, map[string]int{"pt": 8, "len": size})
		case 2:
			send(delay, map[string]int{"pt": 13, "cn": -50})
			pause := r.IntN(3000) * 8
			ts, at = ts+pause, at+time.Duration(pause)*time.Second/8000
		case 3:
			at += time.Duration(r.IntN(3000)) * time.Millisecond // the timestamps stand still
		case 4:
			ts += int(r.Uint32())
		case 5:
			if r.IntN(4) == 0 {
				ssrc, seq = ssrc+10, r.IntN(1<<16)
			}
		case 6:
			for d := range 5 {
				send(time.Duration(d*20)*time.Millisecond, map[string]int{"pt": 101, "key": d*160 + 160})
				seq++
			}
			ts, at = ts+800, at+100*time.Millisecond
		case 7:
			all = append(all, timedRTP{at, []byte("junk")})
		case 8: // a burst of loss
			n := r.IntN(60)
			seq, ts, at = seq+n, ts+n*160, at+time.Duration(n)*20*time.Millisecond
		case 9:
			send(delay+time.Duration(r.IntN(500))*time.Millisecond, map[string]int{"pt": 8, "len": size})
		default:
			send(delay, map[string]int{"pt": 8, "len": size, "marker": r.IntN(2)})
		}
		seq++
		ts += size
		at += time.Duration(size) * time.Second / 8000
	}
	slices.SortStableFunc(all, func(a, b timedRTP) int { return int(a.at - b.at) })
	return all
}

// The central property: the ticks follow from the packets, whatever records they came in and whichever leg came first.
func TestBatchingDoesNotMatter(t *testing.T) {
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 0))
		sc := &script{end: 20 * time.Second, packets: map[schemas.Leg][]timedRTP{
			agent: roughStream(r, 1, 19*time.Second), customer: roughStream(r, 2, 19*time.Second)},
			streams: []Stream{
				{Leg: agent, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA}, {Leg: customer, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA},
				{Leg: agent, PayloadType: 13, Codec: schemas.Codec_CODEC_CN}, {Leg: customer, PayloadType: 101, Codec: schemas.Codec_CODEC_TELEPHONE_EVENT},
			}}
		want, first := playCall(NewCall(), sc.records(0, nil))
		if len(first.audio[agent]) != 1000*TickSamples {
			t.Fatalf("seed %d: %d samples in 20 s", seed, len(first.audio[agent]))
		}
		variants := slices.Clone(batchings)
		for i := range 4 {
			variants = append(variants, batching{fmt.Sprintf("at random %d", i), time.Duration(r.IntN(900)) * time.Millisecond,
				map[schemas.Leg]time.Duration{[]schemas.Leg{agent, customer}[i%2]: time.Duration(r.IntN(1100)) * time.Millisecond}})
		}
		c := NewCall()
		for _, v := range variants {
			got, s := playCall(c, sc.records(v.batch, v.delay))
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %s:\ngot  %s\nwant %s", seed, v.name, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
			}
			for leg := range first.audio {
				if !slices.Equal(s.audio[leg], first.audio[leg]) {
					t.Fatalf("seed %d, %s: the %s's audio differs", seed, v.name, leg.Name())
				}
			}
		}
	}
}

// The jitter of RFC 3550, 6.4.1: packets that come by turns 10 ms late and in time tend to 10 ms.
func TestJitter(t *testing.T) {
	sc := &script{end: 10 * time.Second, packets: map[schemas.Leg][]timedRTP{}}
	for i := range 500 {
		late := time.Duration(i%2) * 10 * time.Millisecond
		sc.packets[agent] = append(sc.packets[agent], timedRTP{time.Duration(i)*20*time.Millisecond + late, voicePacket(i)})
	}
	c := NewCall()
	playCall(c, sc.records(time.Second, nil))
	if got := c.Stats(agent).Jitter; got < 9900*time.Microsecond || got > 10*time.Millisecond {
		t.Errorf("got %v, want almost 10 ms", got)
	}
}

// A sender whose clock is 200 ppm off, four times what cheap ones are: a quarter of a second in twenty minutes. Nothing
// is lost, and the audio is nowhere further than the drift limit from where it arrived.
func TestDrift(t *testing.T) {
	for _, ppm := range []float64{-200, 200} {
		t.Run(fmt.Sprint(ppm), func(t *testing.T) {
			c, s := NewCall(), &arrivalError{}
			if _, err := c.Begin(begin(), s); err != nil {
				t.Fatal(err)
			}
			const packets = 1200 * 50
			r := media(0, 0, agent, voicePacket(0))
			for n := range packets {
				arrives := time.Duration(float64(n) * 20e6 * (1 + ppm/1e6))
				r.Sequence, r.CapturedAt = uint64(n+1), callTime(arrives)
				setNumbers(r.Media.Packets[0].RTP, uint16(n), uint32(n)*160)
				// Each packet's value says when it arrived.
				fill(r.Media.Packets[0].RTP[12:], arrives)
				if err := c.Media(r); err != nil {
					t.Fatal(err)
				}
			}
			c.Abandon()
			if st := c.Stats(agent); st.Lost != 0 || st.Late != 0 {
				t.Errorf("%+v: nothing was lost or late", st)
			}
			if s.worst > 130*time.Millisecond || s.lost != 0 || s.closed > 20 {
				t.Errorf("the audio is up to %v from its arrival, %d samples count as lost, %d ticks as closed", s.worst, s.lost, s.closed)
			}
		})
	}
}

// fill writes a payload that tells a time: 128 steps of 20 ms, over and over.
func fill(payload []byte, at time.Duration) {
	code := byte(at/(20*time.Millisecond)%128|0x80) ^ 0x55
	for i := range payload {
		payload[i] = code
	}
}

type arrivalError struct {
	worst        time.Duration
	lost, closed int
}

func (s *arrivalError) Event(Event) {}

func (s *arrivalError) Tick(index int, legs []Audio) {
	s.lost += legs[0].Lost
	if !legs[0].Open {
		s.closed++
		return
	}
	code := codec.EncodePCMA(nil, legs[0].PCM[120:121])[0] ^ 0x55
	if code&0x80 == 0 {
		return
	}
	off := (index - int(code&0x7f)) % 128
	if off > 64 {
		off -= 128
	}
	if off < -64 {
		off += 128
	}
	s.worst = max(s.worst, time.Duration(max(off, -off))*20*time.Millisecond)
}

// L16 at other rates is brought to 8 kHz, and stays whole.
func TestL16OfOtherRates(t *testing.T) {
	for _, clock := range []int{8000, 11025, 16000, 32000, 44100, 48000} {
		t.Run(fmt.Sprint(clock), func(t *testing.T) {
			size := clock / 50
			sc := &script{end: 2 * time.Second, packets: map[schemas.Leg][]timedRTP{},
				streams: []Stream{{Leg: agent, PayloadType: 97, Codec: schemas.Codec_CODEC_L16, ClockRate: uint32(clock)}}}
			for i, n := 0, 0; n < 2*clock; i++ {
				pcm := make([]float32, size)
				for k := range pcm {
					pcm[k] = float32(0.5 * math.Sin(2*math.Pi*440*float64(n+k)/float64(clock)))
				}
				header := []byte{0x80, 97, byte(i >> 8), byte(i), 0, 0, 0, 0, 0, 0, 0, 1}
				binary.BigEndian.PutUint32(header[4:], uint32(n))
				sc.packets[agent] = append(sc.packets[agent], timedRTP{time.Duration(n) * time.Second / time.Duration(clock), codec.EncodeL16(header, pcm)})
				n += size
			}
			c := NewCall()
			_, s := playCall(c, sc.records(time.Second/2, nil))
			audio := s.audio[agent][SampleRate/2 : SampleRate*3/2]
			// What is left when the best 440 Hz tone is taken away.
			var sin, cos, power float64
			for i, v := range audio {
				w := 2 * math.Pi * 440 * float64(i) / SampleRate
				sin, cos, power = sin+float64(v)*math.Sin(w), cos+float64(v)*math.Cos(w), power+float64(v)*float64(v)
			}
			tone := 2 * (sin*sin + cos*cos) / float64(len(audio))
			if amplitude := math.Sqrt(2 * power / float64(len(audio))); math.Abs(amplitude-0.5) > 0.01 || power-tone > power/1000 {
				t.Errorf("amplitude %.3f, want 0.5; %.5f of the power is not the tone", amplitude, (power-tone)/power)
			}
			if st := c.Stats(agent); st.Lost+st.Late+st.Refused != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}
