package publisher

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/schemas"
)

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func records(t *testing.T, file string, o Options) []*schemas.CallRecord {
	t.Helper()
	var all []*schemas.CallRecord
	for r, err := range Records(context.Background(), file, o) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// timeline writes records as a person would: number, time since noon, what.
func timeline(records []*schemas.CallRecord) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%d %v ", r.Sequence, time.UnixMicro(r.CapturedAtUs).Sub(noon))
		switch body := r.Body.(type) {
		case *schemas.CallRecord_Start:
			fmt.Fprintf(&b, "start %v", body.Start.StartedAt.AsTime().Sub(noon))
			for _, s := range body.Start.Streams {
				fmt.Fprintf(&b, " %s:%v/%d", s.Leg.Name(), s.PayloadType, s.ClockRate)
			}
		case *schemas.CallRecord_Media:
			fmt.Fprintf(&b, "%s", body.Media.Leg.Name())
			for _, p := range body.Media.Packets {
				fmt.Fprintf(&b, " %d", p.OffsetUs/1000)
			}
			fmt.Fprintf(&b, " (%d bytes)", len(body.Media.Packets[0].Rtp))
		case *schemas.CallRecord_Event:
			fmt.Fprintf(&b, "%v by %v", body.Event.Kind, body.Event.By)
		case *schemas.CallRecord_End:
			fmt.Fprintf(&b, "end %v by %v", body.End.EndedAt.AsTime().Sub(noon), body.End.EndedBy)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestRecordsTimeline(t *testing.T) {
	stereo := wavFile(t, "stereo.wav", 8000, 2, 8000*247/1000+1) // 247.125 ms
	sidecar(t, stereo, `{"started_at":"2024-05-01T12:00:01Z","ended_by":"LEG_CUSTOMER","events":[
		{"kind":"KIND_ANSWERED","offset":"0s"},{"kind":"KIND_HOLD","by":"LEG_AGENT","offset":"0.13s"},{"kind":"KIND_WRAPUP","offset":"0.5s"}]}`)
	mono := wavFile(t, "mono.wav", 16000, 1, 1600)
	for _, c := range []struct {
		name, file string
		o          Options
		want       string
	}{
		{"two legs with events", stereo, Options{StartedAt: noon, Batch: 100 * time.Millisecond}, `
0 1s start 1s agent:8/8000 customer:8/8000
1 1s KIND_ANSWERED by LEG_UNSPECIFIED
2 1s agent 0 20 40 60 80 (172 bytes)
3 1s customer 0 20 40 60 80 (172 bytes)
4 1.1s agent 0 20 (172 bytes)
5 1.1s customer 0 20 (172 bytes)
6 1.13s KIND_HOLD by LEG_AGENT
7 1.14s agent 0 20 40 60 80 (172 bytes)
8 1.14s customer 0 20 40 60 80 (172 bytes)
9 1.24s agent 0 (172 bytes)
10 1.24s customer 0 (172 bytes)
11 1.247125s KIND_WRAPUP by LEG_UNSPECIFIED
12 1.247125s end 1.247125s by LEG_CUSTOMER
`},
		{"customer in the first channel", wavFile(t, "c.wav", 8000, 2, 160), Options{
			StartedAt: noon, Codec: schemas.Codec_CODEC_PCMU, Channels: []schemas.Leg{schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_AGENT},
		}, `
0 0s start 0s agent:0/8000 customer:0/8000
1 0s agent 0 (172 bytes)
2 0s customer 0 (172 bytes)
3 20ms end 20ms by LEG_UNSPECIFIED
`},
		{"mono, linear, a start between microseconds", mono, Options{StartedAt: noon.Add(999), Codec: schemas.Codec_CODEC_L16, Batch: time.Second}, `
0 0s start 0s mixed:96/8000
1 0s mixed 0 20 40 60 80 (332 bytes)
2 100ms end 100ms by LEG_UNSPECIFIED
`},
		{"a batch that is no multiple of a packet", mono, Options{StartedAt: noon, Batch: 50 * time.Millisecond}, `
0 0s start 0s mixed:8/8000
1 0s mixed 0 20 (172 bytes)
2 40ms mixed 0 20 (172 bytes)
3 80ms mixed 0 (172 bytes)
4 100ms end 100ms by LEG_UNSPECIFIED
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := timeline(records(t, c.file, c.o))
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// What is sent as L16 is the recording's very samples, in RTP as RFC 3550 wants it.
func TestRecordsRTP(t *testing.T) {
	const samples = 8000*5/4 + 33
	path := wavFile(t, "call.wav", 8000, 2, samples)
	all := records(t, path, Options{StartedAt: noon, Codec: schemas.Codec_CODEC_L16})
	for channel, stream := range all[0].GetStart().Streams {
		var pcm []int16
		var last *rtp.Packet
		for _, r := range all {
			if r.GetMedia() == nil || r.GetMedia().Leg != stream.Leg {
				continue
			}
			for _, packet := range r.GetMedia().Packets {
				p := &rtp.Packet{}
				if err := p.Unmarshal(packet.Rtp); err != nil {
					t.Fatal(err)
				}
				if p.SSRC != stream.Ssrc || uint32(p.PayloadType) != stream.PayloadType {
					t.Fatalf("SSRC %d and type %d, announced are %d and %d", p.SSRC, p.PayloadType, stream.Ssrc, stream.PayloadType)
				}
				if first := last == nil; p.Marker != first {
					t.Errorf("packet %d: marker %v", p.SequenceNumber, p.Marker)
				}
				if last != nil && (p.SequenceNumber != last.SequenceNumber+1 || p.Timestamp != last.Timestamp+160) {
					t.Errorf("%d at %d follows %d at %d", p.SequenceNumber, p.Timestamp, last.SequenceNumber, last.Timestamp)
				}
				arrival := time.UnixMicro(r.CapturedAtUs + packet.OffsetUs).Sub(noon)
				if want := time.Duration(len(pcm)) * time.Second / 8000; arrival != want {
					t.Errorf("sample %d arrives at %v, expected %v", len(pcm), arrival, want)
				}
				for b := p.Payload; len(b) > 0; b = b[2:] {
					pcm = append(pcm, int16(binary.BigEndian.Uint16(b)))
				}
				last = p
			}
		}
		if want := (samples + 159) / 160 * 160; len(pcm) != want {
			t.Errorf("%s: %d samples, expected %d", stream.Leg.Name(), len(pcm), want)
		}
		for i, v := range pcm {
			want := sample(min(i, samples-1), channel, 8000) // the last packet is filled with the last sample
			if v != want {
				t.Fatalf("%s: sample %d is %d, expected %d", stream.Leg.Name(), i, v, want)
			}
		}
	}
}

func TestRecordsAreTheSameEveryTime(t *testing.T) {
	path := wavFile(t, "call.wav", 44100, 2, 50000)
	stream := func(o Options) []byte {
		var b []byte
		for _, r := range records(t, path, o) {
			value, err := proto.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, value...)
		}
		return b
	}
	o := Options{StartedAt: noon}
	if !bytes.Equal(stream(o), stream(o)) {
		t.Error("the same options, other bytes")
	}
	first := records(t, path, o)[0]
	o.Suffix = "-2"
	second := records(t, path, o)[0]
	if first.CallId != "call" || second.CallId != "call-2" {
		t.Errorf("call ids %q and %q", first.CallId, second.CallId)
	}
	var ssrcs []uint32
	for _, s := range slices.Concat(first.GetStart().Streams, second.GetStart().Streams) {
		if slices.Contains(ssrcs, s.Ssrc) {
			t.Errorf("SSRC %d twice", s.Ssrc)
		}
		ssrcs = append(ssrcs, s.Ssrc)
	}
}

func TestRecordsRefuse(t *testing.T) {
	path := wavFile(t, "call.wav", 8000, 2, 1600)
	for _, c := range []struct {
		name, file string
		o          Options
		want       string
	}{
		{"no start", path, Options{}, "nothing says when the call began"},
		{"a codec that is no voice", path, Options{StartedAt: noon, Codec: schemas.Codec_CODEC_CN}, "expected PCMA, PCMU or L16"},
		{"a long batch", path, Options{StartedAt: noon, Batch: 2 * time.Second}, "expected 20ms to 1s"},
		{"no recording", file(t, "text.wav", []byte("hello")), Options{StartedAt: noon}, "text.wav"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			for r, err := range Records(context.Background(), c.file, c.o) {
				n++
				if r != nil || err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
					t.Errorf("got %v, %v, expected an error with %q that names the file", r, err, c.want)
				}
			}
			if n != 1 {
				t.Errorf("%d times, expected one error", n)
			}
		})
	}
}

func TestRecordsStop(t *testing.T) {
	path := wavFile(t, "call.wav", 8000, 2, 80000)
	for stopAt := range 4 {
		n := 0
		for range Records(context.Background(), path, Options{StartedAt: noon}) { // a second yield after the break panics
			if n++; n > stopAt {
				break
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	for _, err := range Records(ctx, path, Options{StartedAt: noon}) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("got %v, expected %v", last, context.Canceled)
	}
}
