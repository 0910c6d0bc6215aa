package ingest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/earshot/earshot/schemas"
)

// A fuzzed call is a row of steps, each of 4 bytes and, for a packet, its bytes:
// what (2 bits: agent, customer, event, leap), milliseconds since the step before (signed 16 bit), length.
func fuzzedSteps(packets map[schemas.Leg][]timedRTP) []byte {
	var b []byte
	for leg, list := range packets {
		before := time.Duration(0)
		for _, p := range list {
			b = append(b, byte(leg-agent))
			b = binary.BigEndian.AppendUint16(b, uint16((p.at-before)/time.Millisecond))
			rtp := p.rtp[:min(len(p.rtp), 255)]
			b = append(append(b, byte(len(rtp))), rtp...)
			before = p.at
		}
	}
	return b
}

// boundedSink checks what a Sink may rely on.
type boundedSink struct {
	t    *testing.T
	next int
}

func (s *boundedSink) Tick(index int, legs []Audio) {
	if index != s.next || len(legs) != 2 {
		s.t.Fatalf("tick %d of %d legs, want tick %d of 2", index, len(legs), s.next)
	}
	s.next++
	for i := range legs {
		if l := &legs[i]; l.Lost < 0 || l.Lost > TickSamples || len(l.PCM) != TickSamples || !l.Open && l.Comfort {
			s.t.Fatalf("tick %d: %d of %d samples lost, open %v, comfort %v", index, l.Lost, len(l.PCM), l.Open, l.Comfort)
		}
		for _, v := range legs[i].PCM {
			if v != v || math.Abs(float64(v)) > 1 {
				s.t.Fatalf("tick %d: sample %v", index, v)
			}
		}
	}
}

func (s *boundedSink) Event(e Event) {
	if e.At < tickTime(s.next-1) {
		s.t.Fatalf("an event of %v comes after the tick of %v", e.At, tickTime(s.next-1))
	}
}

// FuzzCall throws packets at a call: it must neither panic nor grow, and give out every tick once and in order.
func FuzzCall(f *testing.F) {
	f.Add([]byte{}, false)
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		f.Add(fuzzedSteps(map[schemas.Leg][]timedRTP{agent: roughStream(r, 1, time.Second)}), seed%2 == 0)
	}
	announced := []Stream{
		{Leg: agent, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA}, {Leg: agent, PayloadType: 97, Codec: schemas.Codec_CODEC_L16, ClockRate: 16000},
		{Leg: agent, PayloadType: 101, Codec: schemas.Codec_CODEC_TELEPHONE_EVENT}, {Leg: agent, PayloadType: 13, Codec: schemas.Codec_CODEC_CN},
		{Leg: customer, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMU, ClockRate: 11025}, {Leg: customer, PayloadType: 101, Codec: schemas.Codec_CODEC_TELEPHONE_EVENT, ClockRate: 48000},
	}
	f.Fuzz(func(t *testing.T, b []byte, announce bool) {
		c, s := NewCall(), &boundedSink{t: t}
		start := begin()
		if announce {
			start = begin(announced...)
		}
		if _, err := c.Begin(start, s); err != nil {
			t.Fatal(err)
		}
		now, leaps := time.Duration(0), 0
		for sequence := uint64(1); len(b) >= 4; sequence++ {
			now += time.Duration(int16(binary.BigEndian.Uint16(b[1:]))) * time.Millisecond
			what, length := b[0]&3, min(int(b[3]), len(b)-4)
			payload := b[4 : 4+length]
			b = b[4+length:]
			switch what {
			case 0, 1:
				_ = c.Media(media(sequence, now, agent+schemas.Leg(what), payload))
			case 2:
				_ = c.Event(event(sequence, now, schemas.Kind_KIND_HOLD))
			case 3:
				if leaps++; leaps < 4 { // a leap costs time, not memory
					now += time.Duration(length) * time.Second
				}
			}
			if n := c.roomBytes(); n > 400<<10 {
				t.Fatalf("the call holds %d bytes", n)
			}
		}
		for _, leg := range []schemas.Leg{agent, customer} {
			if st := c.Stats(leg); st.Late > st.Lost || st.Lost > 1<<40 || st.Jitter < 0 {
				t.Fatalf("%+v", st)
			}
		}
		if e := c.Abandon(); int((e.At+TickDuration-1)/TickDuration) != s.next {
			t.Fatalf("a call of %v has %d ticks", e.At, s.next)
		}
	})
}
