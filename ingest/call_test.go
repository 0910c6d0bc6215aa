package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/earshot/earshot/schemas"
)

// callTime is a time on the test calls' clock, in microseconds since the Unix epoch.
func callTime(d time.Duration) int64 { return callStart + d.Microseconds() }

func stamp(d time.Duration) Timestamp {
	return Timestamp{Seconds: callTime(d) / 1e6, Nanos: int32(callTime(d) % 1e6 * 1000), Set: true}
}

func begin(streams ...Stream) *Record {
	return &Record{CallID: []byte("c1"), Body: StartBody, CapturedAt: callStart, Start: Start{StartedAt: stamp(0), Streams: streams}}
}

func media(sequence uint64, d time.Duration, leg schemas.Leg, packets ...[]byte) *Record {
	r := &Record{CallID: []byte("c1"), Sequence: sequence, Body: MediaBody, CapturedAt: callTime(d), Media: Media{Leg: leg}}
	for i, p := range packets {
		r.Media.Packets = append(r.Media.Packets, Packet{Offset: int64(i) * 20_000, RTP: p})
	}
	return r
}

func event(sequence uint64, d time.Duration, kind schemas.Kind) *Record {
	return &Record{CallID: []byte("c1"), Sequence: sequence, Body: EventBody, CapturedAt: callTime(d), Event: SwitchEvent{Kind: kind, By: schemas.Leg_LEG_AGENT}}
}

func ended(sequence uint64, d time.Duration) *Record {
	return &Record{CallID: []byte("c1"), Sequence: sequence, Body: EndBody, CapturedAt: callTime(max(d, 0)), End: End{EndedAt: stamp(d), EndedBy: schemas.Leg_LEG_CUSTOMER, Cause: []byte("normal")}}
}

// told is a record that was captured at another time.
func told(r *Record, d time.Duration) *Record {
	r.CapturedAt = max(callTime(d), 0)
	return r
}

// voicePacket is the nth of a stream of 20 ms packets.
func voicePacket(n int) []byte {
	return rtpBytes(map[string]int{"pt": 8, "ssrc": 1, "seq": n, "ts": n * 160, "len": 160})
}

const (
	agent    = schemas.Leg_LEG_AGENT
	customer = schemas.Leg_LEG_CUSTOMER
)

// What is irregular is told in an error that names it, or put right and counted; the call goes on either way.
func TestIrregularCalls(t *testing.T) {
	hold, resume := schemas.Kind_KIND_HOLD, schemas.Kind_KIND_RESUME
	const day = 24 * time.Hour
	for _, tc := range []struct {
		name    string
		records []*Record
		want    string
	}{
		{"a repeated record is dropped", []*Record{begin(), media(1, 0, agent, voicePacket(1)), media(1, 0, agent, voicePacket(1)), ended(2, 20*time.Millisecond)}, `
			agent 1
			customer -
			end 20ms customer
			stats agent packets=1 lost=0 late=0 duplicates=0 reordered=0 refused=0 jitter=0s
			counts {LostRecords:0 RepeatedRecords:1 MovedEvents:0 MovedEnds:0}`},
		{"records are missing", []*Record{begin(), media(5, 0, agent, voicePacket(1)), ended(7, 20*time.Millisecond)}, `
			agent 1
			customer -
			end 20ms customer
			stats agent packets=1 lost=0 late=0 duplicates=0 reordered=0 refused=0 jitter=0s
			counts {LostRecords:5 RepeatedRecords:0 MovedEvents:0 MovedEnds:0}`},
		{"an event before the start", []*Record{begin(), event(1, -time.Second, hold), ended(2, 20*time.Millisecond)}, `
			agent -
			customer -
			event 0s HOLD by the agent, before tick 0
			end 20ms customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:1 MovedEnds:0}`},
		{"events out of order", []*Record{begin(), event(1, 30*time.Millisecond, resume), event(2, 10*time.Millisecond, hold), ended(3, 40*time.Millisecond)}, `
			agent -*2
			customer -*2
			event 10ms HOLD by the agent, before tick 1
			event 30ms RESUME by the agent, before tick 2
			end 40ms customer`},
		{"an event later than its ticks", []*Record{begin(), event(1, 10*time.Second, resume), event(2, time.Second, hold), ended(3, 10*time.Second)}, `
			agent -*500
			customer -*500
			event 7.8s HOLD by the agent, before tick 390
			event 10s RESUME by the agent, before tick 500
			end 10s customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:1 MovedEnds:0}`},
		{"an event after the end", []*Record{begin(), event(1, time.Second, hold), ended(2, 40*time.Millisecond)}, `
			agent -*2
			customer -*2
			event 40ms HOLD by the agent, before tick 2
			end 40ms customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:1 MovedEnds:0}`},
		{"an end before the start", []*Record{begin(), event(1, 100*time.Millisecond, hold), ended(2, -time.Second)}, `
			agent -*5
			customer -*5
			event 100ms HOLD by the agent, before tick 5
			end 100ms customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:0 MovedEnds:1}`},
		{"an end before what was given out", []*Record{begin(), event(1, 10*time.Second, hold), ended(2, time.Second)}, `
			agent -*390
			customer -*390
			event 7.8s HOLD by the agent, before tick 390
			end 7.8s customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:1 MovedEnds:1}`},
		{"an end in two days", []*Record{begin(), event(1, 40*time.Millisecond, hold), ended(2, 2*day)}, `
			agent -*2
			customer -*2
			event 40ms HOLD by the agent, before tick 2
			end 40ms customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:0 MovedEnds:1}`},
		{"an end in eight hours, told now", []*Record{begin(), event(1, 40*time.Millisecond, hold), told(ended(2, 8*time.Hour), 60*time.Millisecond)}, `
			agent -*2
			customer -*2
			event 40ms HOLD by the agent, before tick 2
			end 40ms customer
			counts {LostRecords:0 RepeatedRecords:0 MovedEvents:0 MovedEnds:1}`},
		{"an end told by a clock that is behind", []*Record{begin(), event(1, 40*time.Millisecond, hold), told(ended(2, 20*time.Second), 0)}, `
			agent -*1000
			customer -*1000
			event 40ms HOLD by the agent, before tick 2
			end 20s customer`},
		{"an end told hours later", []*Record{begin(), event(1, 40*time.Millisecond, hold), told(ended(2, 20*time.Second), 8*time.Hour)}, `
			agent -*1000
			customer -*1000
			event 40ms HOLD by the agent, before tick 2
			end 20s customer`},
		{"a switch eight hours ahead", []*Record{told(begin(), -8*time.Hour), told(ended(1, 20*time.Second), 20*time.Second-8*time.Hour)}, `
			agent -*1000
			customer -*1000
			end 20s customer`},
		{"an end told at no time", []*Record{begin(), event(1, 40*time.Millisecond, hold), told(ended(2, 20*time.Second), -(1 << 62))}, `
			agent -*1000
			customer -*1000
			event 40ms HOLD by the agent, before tick 2
			end 20s customer`},
		{"a leap of more than a day", []*Record{begin(), event(1, 25*time.Hour, hold), ended(2, 20*time.Millisecond)}, `
			cannot use record 1 of call "c1": impossible time: it was captured 25h0m0s after the call's start and 25h0m0s after the last record, expected at most 24h0m0s
			agent -
			customer -
			end 20ms customer`},
		{"a leg that is not in the call", []*Record{begin(), media(1, 0, schemas.Leg_LEG_MIXED, voicePacket(1)), ended(2, 0)}, `
			cannot use record 1 of call "c1": a leg that is not in the call: mixed
			agent
			customer
			end 0s customer`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lines, _ := playCall(NewCall(), tc.records)
			want := strings.Split(strings.ReplaceAll(strings.TrimSpace(tc.want), "\t", ""), "\n")
			if !slices.Equal(lines, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// Calls that share what they need only while they take a record are told apart: taken in turns, record by record, each gives what it
// gives alone.
func TestCallsBesideEachOther(t *testing.T) {
	streams := []Stream{{Leg: agent, SSRC: 1, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA}, {Leg: customer, SSRC: 1, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA}}
	// Each call has a voice of its own, and loses packets and whole records at other places.
	records := func(call int) (all []*Record) {
		all = append(all, begin(streams...))
		rng := rand.New(rand.NewPCG(uint64(call), 0))
		for n := range 100 {
			for _, leg := range []schemas.Leg{agent, customer} {
				if rng.IntN(4) == 0 {
					continue
				}
				var packets [][]byte
				for i := range 5 {
					if rng.IntN(8) == 0 {
						continue
					}
					p := voicePacket(5*n + i)
					for k := range p[12:] {
						p[12+k] = byte(rng.IntN(256))
					}
					packets = append(packets, p)
				}
				if len(packets) > 0 {
					all = append(all, media(uint64(len(all)), time.Duration(n)*100*time.Millisecond, leg, packets...))
				}
			}
		}
		return append(all, ended(uint64(len(all)), 10*time.Second))
	}
	first := NewCall()
	together := []*Call{first, NewCallBeside(first), NewCallBeside(first)}
	transcripts := make([]*transcript, len(together))
	for i := range together {
		transcripts[i] = newTranscript()
	}
	for n, more := 0, true; more; n++ {
		more = false
		for i, c := range together {
			all := records(i)
			if n >= len(all) {
				continue
			}
			more = true
			var err error
			switch r := all[n]; r.Body {
			case StartBody:
				_, err = c.Begin(r, transcripts[i])
			case MediaBody:
				err = c.Media(r)
			case EndBody:
				c.End(r)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range together {
		_, alone := playCall(NewCall(), records(i))
		for _, leg := range []schemas.Leg{agent, customer} {
			if len(alone.audio[leg]) != 10*SampleRate {
				t.Errorf("call %d alone has %d samples of the %s, expected 10 s", i, len(alone.audio[leg]), leg.Name())
			}
			if !slices.Equal(transcripts[i].audio[leg], alone.audio[leg]) || !slices.Equal(transcripts[i].ticks[leg], alone.ticks[leg]) {
				t.Errorf("call %d sounds otherwise beside others than alone, at the %s's", i, leg.Name())
			}
		}
	}
}

func TestBeginRefuses(t *testing.T) {
	late := begin()
	late.CapturedAt = callTime(25 * time.Hour)
	both := begin(Stream{Leg: schemas.Leg_LEG_MIXED}, Stream{Leg: agent})
	for _, tc := range []struct {
		name string
		r    *Record
		want error
		says string
	}{
		{"no start", media(0, 0, agent), ErrWrongBody, `cannot begin call "c1": another kind of record: media, expected start`},
		{"a start from yesterday", late, ErrTime, `cannot begin call "c1": impossible time: the start was captured 25h0m0s after started_at`},
		{"mixed and apart", both, ErrForeignLeg, `cannot begin call "c1": a leg that is not in the call: streams of the mixed leg beside those of agent or customer`},
	} {
		c := NewCall()
		if _, err := c.Begin(tc.r, newTranscript()); !errors.Is(err, tc.want) || err.Error() != tc.says {
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.says)
		}
		if err := c.Media(media(1, 0, agent)); !errors.Is(err, ErrNoCall) {
			t.Errorf("%s: media of a call that has not begun: got %v, want ErrNoCall", tc.name, err)
		}
	}
}

func TestBeginTellsWhatIsKnown(t *testing.T) {
	r := begin()
	r.Start = Start{Direction: 99, AgentID: []byte("A7"), Queue: []byte("客服")}
	info, err := NewCall().Begin(r, newTranscript())
	want := fmt.Sprint(Info{CallID: "c1", AgentID: "A7", Queue: "客服", StartedAt: time.UnixMicro(callStart).UTC(), Legs: []schemas.Leg{agent, customer}})
	if err != nil || fmt.Sprint(info) != want {
		t.Errorf("got %v, %v\nwant %s", info, err, want)
	}
}

// The error tells the first bad packet and how many there are; the good ones are heard.
func TestMediaTellsWhatItRefuses(t *testing.T) {
	c, s := NewCall(), newTranscript()
	if _, err := c.Begin(begin(), s); err != nil {
		t.Fatal(err)
	}
	other := rtpBytes(map[string]int{"pt": 96, "ssrc": 1, "seq": 2, "ts": 160, "len": 160})
	err := c.Media(media(1, 0, agent, voicePacket(1), other, voicePacket(3), []byte("no RTP at all"), nil))
	var refused *PacketError
	if !errors.As(err, &refused) || refused.Index != 1 || refused.More != 2 || refused.Leg != agent || !errors.Is(err, ErrUnannounced) {
		t.Errorf("got %v, want packet 1 and two more of the agent's, unannounced", err)
	}
	const says = `cannot use all of record 1 of call "c1": cannot use packet 1 of the agent's (and 2 more): payload type that nobody announced: 96 of SSRC 0x1`
	if err.Error() != says {
		t.Errorf("got  %v\nwant %s", err, says)
	}
	far := media(2, 0, agent, voicePacket(4))
	far.Media.Packets[0].Offset = 1 << 62
	if err := c.Media(far); !errors.Is(err, ErrTime) {
		t.Errorf("a packet of another millennium: got %v, want ErrTime", err)
	}
	if err := c.Media(media(3, 0, agent, []byte("\x40bcdefghijklmnop"))); !errors.Is(err, ErrNotRTP) {
		t.Errorf("version 1: got %v, want ErrNotRTP", err)
	}
	if st := c.Stats(agent); st.Refused != 5 || st.Packets != 2 {
		t.Errorf("got %+v, want 5 refused and 2 packets", st)
	}
	if c.End(ended(4, 60*time.Millisecond)); shorten(s.ticks[agent]) != " 1 - 3" {
		t.Errorf("got%s, want 1 - 3", shorten(s.ticks[agent]))
	}
}

// An announcement that cannot be met costs its stream, not the call.
func TestAnnouncementsThatCannotBeMet(t *testing.T) {
	for _, s := range []Stream{
		{Leg: agent, PayloadType: 8, Codec: 77},
		{Leg: agent, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA, ClockRate: 7},
		{Leg: agent, PayloadType: 8, Codec: schemas.Codec_CODEC_L16, ClockRate: 4_000_000_000},
	} {
		c := NewCall()
		if _, err := c.Begin(begin(s), newTranscript()); err != nil {
			t.Fatal(err)
		}
		if err := c.Media(media(1, 0, agent, voicePacket(1))); !errors.Is(err, ErrPayload) {
			t.Errorf("%+v: got %v, want ErrPayload", s, err)
		}
	}
}

func TestAFinishedCallTakesNothing(t *testing.T) {
	c := NewCall()
	if _, err := c.Begin(begin(), newTranscript()); err != nil {
		t.Fatal(err)
	}
	if e := c.End(ended(1, time.Second)); e != (Ending{At: time.Second, By: customer, Cause: "normal"}) {
		t.Errorf("got %+v", e)
	}
	if err := c.Event(event(2, time.Second, schemas.Kind_KIND_HOLD)); !errors.Is(err, ErrNoCall) {
		t.Errorf("an event: got %v, want ErrNoCall", err)
	}
	if e := c.End(ended(3, 2*time.Second)); e != (Ending{}) {
		t.Errorf("a second end gives %+v, want nothing", e)
	}
	if e := c.Abandon(); e != (Ending{}) {
		t.Errorf("abandoned after its end it gives %+v, want nothing", e)
	}
}

// tickCounter is a Sink that remembers nothing but what the long calls must show.
type tickCounter struct{ ticks, open, events int }

func (s *tickCounter) Tick(_ int, legs []Audio) {
	s.ticks++
	if legs[0].Open {
		s.open++
	}
}
func (s *tickCounter) Event(Event) { s.events++ }

// A call of ten hours whose legs speak only at its ends, an hour apart in between: exact, and in little memory.
func TestLongCall(t *testing.T) {
	c, s := NewCall(), &tickCounter{}
	if _, err := c.Begin(begin(), s); err != nil {
		t.Fatal(err)
	}
	for hour := range 10 {
		n := hour * 3600 * 50
		if err := c.Media(media(uint64(hour)+1, time.Duration(hour)*time.Hour, agent, voicePacket(n), voicePacket(n+1))); err != nil {
			t.Fatal(err)
		}
	}
	c.End(ended(11, 10*time.Hour))
	if want := 10 * 3600 * 50; s.ticks != want || s.open != 20 {
		t.Errorf("%d ticks, %d of them open, want %d and 20", s.ticks, s.open, want)
	}
	if n := c.roomBytes(); n > 160<<10 {
		t.Errorf("the call holds %d bytes", n)
	}
}

// roomBytes is what a call's buffers take.
func (c *Call) roomBytes() int {
	n := 0
	for i := range c.room {
		j := &c.room[i].jitter
		n += len(j.ring.ticks)*int(unsafe.Sizeof(heard{})) + cap(j.waiting)*int(unsafe.Sizeof(piece{}))
		for i := range j.ring.ticks {
			if whole := j.ring.ticks[i].whole; whole != nil {
				n += len(whole) * 2
			}
		}
	}
	return n
}

func TestACallInBatchesOf200msIsSmall(t *testing.T) {
	c := NewCall()
	feed := newSteadyCall(c, 10)
	for range 500 {
		feed()
	}
	if n := c.roomBytes(); n > 8<<10 {
		t.Errorf("the legs hold %d bytes, want at most 8 KiB", n)
	}
}

// newSteadyCall begins a call and returns a function that feeds it a record of each leg, of n packets of 20 ms.
func newSteadyCall(c *Call, n int) func() {
	if _, err := c.Begin(begin(), &tickCounter{}); err != nil {
		panic(err)
	}
	records := [2]*Record{media(0, 0, agent), media(0, 0, customer)}
	for i := range n {
		for _, r := range records {
			r.Media.Packets = append(r.Media.Packets, Packet{Offset: int64(i) * 20_000, RTP: voicePacket(0)})
		}
	}
	sent, sequence := 0, uint64(1)
	return func() {
		for _, r := range records {
			r.Sequence, r.CapturedAt = sequence, callTime(time.Duration(sent)*20*time.Millisecond)
			for i := range r.Media.Packets {
				setNumbers(r.Media.Packets[i].RTP, uint16(sent+i), uint32(sent+i)*160)
			}
			if err := c.Media(r); err != nil {
				panic(err)
			}
			sequence++
		}
		sent += n
	}
}

func setNumbers(rtp []byte, sequence uint16, stamp uint32) {
	rtp[2], rtp[3] = byte(sequence>>8), byte(sequence)
	rtp[4], rtp[5], rtp[6], rtp[7] = byte(stamp>>24), byte(stamp>>16), byte(stamp>>8), byte(stamp)
}

func TestMediaDoesNotAllocate(t *testing.T) {
	feed := newSteadyCall(NewCall(), 25)
	for range 10 {
		feed()
	}
	if n := testing.AllocsPerRun(200, feed); n != 0 {
		t.Errorf("%v allocations for a record of each leg, want 0", n)
	}
}

// BenchmarkCall takes half a second of both legs in each round: × is how many times faster than the call itself that is.
func BenchmarkCall(b *testing.B) {
	feed := newSteadyCall(NewCall(), 25)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		feed()
		n++
	}
	b.ReportMetric(float64(n)*0.5/b.Elapsed().Seconds(), "×realtime")
}
