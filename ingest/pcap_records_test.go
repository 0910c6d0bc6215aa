package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/earshot/earshot/schemas"
)

// callOf reads a capture, with a sidecar if there is one, into records.
func callOf(t *testing.T, packets []udpPacket, sidecar string, opts PcapOptions) ([]*schemas.CallRecord, error) {
	t.Helper()
	dir := t.TempDir()
	path := writeFile(t, dir, "call.pcap", pcapBytes(t, layers.LinkTypeEthernet, packets))
	if sidecar != "" {
		writeFile(t, dir, "call.json", []byte(sidecar))
	}
	p, err := ReadPcap(path, opts)
	if err != nil {
		return nil, err
	}
	sequence, err := p.Records()
	if err != nil {
		return nil, err
	}
	var records []*schemas.CallRecord
	for rec, err := range sequence {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
	return records, nil
}

// recordLines is one line per record, with times from the capture's start.
func recordLines(records []*schemas.CallRecord) []string {
	var lines []string
	for _, r := range records {
		line := fmt.Sprintf("%d %v ", r.Sequence, time.UnixMicro(r.CapturedAtUs).Sub(captureStart))
		switch body := r.Body.(type) {
		case *schemas.CallRecord_Start:
			line += "start " + body.Start.AgentId
			for _, s := range body.Start.Streams {
				line += fmt.Sprintf(" [%s %X %d %v]", s.Leg.Name(), s.Ssrc, s.PayloadType, s.Codec)
			}
		case *schemas.CallRecord_Media:
			packets := body.Media.Packets
			line += fmt.Sprintf("%s %d packets to +%v", body.Media.Leg.Name(), len(packets), time.Duration(packets[len(packets)-1].OffsetUs)*time.Microsecond)
		case *schemas.CallRecord_Event:
			line += fmt.Sprintf("%v by %s", body.Event.Kind, body.Event.By.Name())
		case *schemas.CallRecord_End:
			line += "end by " + body.End.EndedBy.Name()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestPcapRecords(t *testing.T) {
	records, err := callOf(t, twoLegs(t), `{
		"call_id": "x1", "agent_id": "A7", "ended_by": "LEG_CUSTOMER",
		"events": [{"kind": "KIND_ANSWERED", "by": "LEG_AGENT", "offset": "0.1s"}, {"kind": "KIND_WRAPUP", "offset": "2.5s"}]
	}`, PcapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0 0s start A7 [agent A 8 CODEC_PCMA] [customer C 0 CODEC_PCMU]",
		"1 100ms KIND_ANSWERED by agent",
		"2 0s agent 25 packets to +480ms",
		"3 100ms customer 20 packets to +380ms",
		"4 500ms agent 25 packets to +480ms",
		"5 500ms customer 25 packets to +480ms",
		"6 1s agent 25 packets to +480ms",
		"7 1s customer 25 packets to +480ms",
		"8 1.5s agent 25 packets to +480ms",
		"9 1.5s customer 25 packets to +480ms",
		"10 2s KIND_WRAPUP by ",
		"11 2s end by customer",
	}
	if got := recordLines(records); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, r := range records {
		if r.CallId != "x1" {
			t.Errorf("record %d: call id %q", r.Sequence, r.CallId)
		}
	}
	if got := records[0].GetStart().StartedAt.AsTime(); !got.Equal(captureStart) {
		t.Errorf("started at %v, want %v", got, captureStart)
	}
	if got := records[11].GetEnd().EndedAt.AsTime(); !got.Equal(captureStart.Add(2 * time.Second)) {
		t.Errorf("ended at %v, want 2 s after %v", got, captureStart)
	}
	// The packets are the very bytes that were sent.
	if got, want := records[2].GetMedia().Packets[1].Rtp, twoLegs(t)[1].payload; !slices.Equal(got, want) {
		t.Errorf("RTP %x, want %x", got, want)
	}
}

// The records may be asked for again, and may be left off in the middle.
func TestPcapRecordsAgain(t *testing.T) {
	p, err := readCapture(t, pcapBytes(t, layers.LinkTypeEthernet, twoLegs(t)), PcapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	records, err := p.Records()
	if err != nil {
		t.Fatal(err)
	}
	for stop := 1; stop <= 10; stop++ {
		n := 0
		for rec, err := range records {
			if err != nil || rec.Sequence != uint64(n) || rec.CallId != "call" {
				t.Fatalf("record %d: %v, %v", n, rec, err)
			}
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d records, want %d", n, stop)
		}
	}
}

func TestPcapSingleStream(t *testing.T) {
	packets := rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 8, packets: 25}.sent(t)
	for _, c := range []struct {
		opts    PcapOptions
		sidecar string
		want    string
	}{
		{PcapOptions{}, "", "agent"},
		{PcapOptions{Channels: []schemas.Leg{customerLeg, agentLeg}}, "", "customer"},
		{PcapOptions{CustomerSSRC: 1}, "", "customer"},
		{PcapOptions{Channels: []schemas.Leg{mixedLeg}}, "", "mixed"},
		{PcapOptions{}, `{"channels": ["LEG_MIXED"]}`, "mixed"},
	} {
		records, err := callOf(t, packets, c.sidecar, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := records[1].GetMedia().Leg.Name(); got != c.want || len(records) != 3 {
			t.Errorf("%+v, sidecar %s: %q", c.opts, c.sidecar, recordLines(records))
		}
	}
}

func TestPcapLegs(t *testing.T) {
	// A second pair of streams, as a capture at a switch has it, and hold music with an SSRC of its own after the agent.
	far := interleaved(
		rtpFlow{src: "10.0.0.3:6000", dst: "10.0.0.4:7000", ssrc: 0xE, pt: 8, at: time.Second, packets: 20}.sent(t),
		rtpFlow{src: "10.0.0.4:7000", dst: "10.0.0.3:6000", ssrc: 0xF, pt: 8, at: time.Second, packets: 20}.sent(t),
	)
	music := rtpFlow{src: agentPort, dst: customerPort, ssrc: 0xB, pt: 8, at: 2 * time.Second, packets: 50}.sent(t)
	const agentFirst = "[agent A 8 CODEC_PCMA] [customer C 0 CODEC_PCMU]"
	for _, c := range []struct {
		name    string
		packets []udpPacket
		sidecar string
		opts    PcapOptions
		want    string // of the start's streams, or of the error
	}{
		{"by order", twoLegs(t), "", PcapOptions{}, agentFirst},
		{"by channels", twoLegs(t), "", PcapOptions{Channels: []schemas.Leg{customerLeg, agentLeg}}, "[customer A 8 CODEC_PCMA] [agent C 0 CODEC_PCMU]"},
		{"by the sidecar's channels", twoLegs(t), `{"channels": ["LEG_AGENT", "LEG_CUSTOMER"]}`, PcapOptions{Channels: []schemas.Leg{customerLeg, agentLeg}}, agentFirst},
		{"by one SSRC", twoLegs(t), "", PcapOptions{CustomerSSRC: 0xA}, "[customer A 8 CODEC_PCMA] [agent C 0 CODEC_PCMU]"},
		{"music joins its leg", interleaved(twoLegs(t), music), "", PcapOptions{}, "[agent A 8 CODEC_PCMA] [agent B 8 CODEC_PCMA] [customer C 0 CODEC_PCMU]"},
		{"named by the music", interleaved(twoLegs(t), music), "", PcapOptions{CustomerSSRC: 0xB}, "[customer A 8 CODEC_PCMA] [customer B 8 CODEC_PCMA] [agent C 0 CODEC_PCMU]"},
		{"two of four", interleaved(twoLegs(t), far), "", PcapOptions{AgentSSRC: 0xF, CustomerSSRC: 0xC}, "[customer C 0 CODEC_PCMU] [agent F 8 CODEC_PCMA]"},
		{"one of four", interleaved(twoLegs(t), far), "", PcapOptions{AgentSSRC: 0xF}, "[agent F 8 CODEC_PCMA]"},
		{"four, none named", interleaved(twoLegs(t), far), "", PcapOptions{},
			"4 streams that may be legs: choose two of them with --agent-ssrc and --customer-ssrc\n  SSRC 10 (0x0000000A) 10.0.0.1:4000 > 10.0.0.2:5000, payload type 8 (CODEC_PCMA), 100 packets, 2.0 s from 09:30:00.123\n  SSRC 12"},
		{"no such SSRC", twoLegs(t), "", PcapOptions{AgentSSRC: 99}, "--agent-ssrc 99: no such stream, expected one of\n  SSRC 10"},
		{"the same SSRC twice", twoLegs(t), "", PcapOptions{AgentSSRC: 0xA, CustomerSSRC: 0xA}, "--customer-ssrc 10: already the other leg's stream"},
		{"mixed, but two", twoLegs(t), `{"channels": ["LEG_MIXED"]}`, PcapOptions{}, "channels name 1 (LEG_MIXED), the capture has 2 streams"},
		{"two agents", twoLegs(t), "", PcapOptions{Channels: []schemas.Leg{agentLeg, agentLeg}}, "expected LEG_AGENT and LEG_CUSTOMER"},
		{"an event past the end", twoLegs(t), `{"events": [{"kind": "KIND_HOLD", "offset": "60s"}]}`, PcapOptions{}, "events[0].offset: 1m0s is past the call's end at 2s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			records, err := callOf(t, c.packets, c.sidecar, c.opts)
			got := fmt.Sprint(err)
			if err == nil {
				got = recordLines(records[:1])[0]
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if failed := !strings.HasPrefix(c.want, "["); failed != (err != nil) || failed && !strings.Contains(got, "call.pcap") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Telephone events and comfort noise share the voice's SSRC; what carries four bytes each time under a dynamic type is
// taken for events.
func TestPcapAnnouncesEventsAndNoise(t *testing.T) {
	packets := interleaved(
		rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 13, bytes: 1, packets: 40}.sent(t),
		rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 8, first: 40, at: 800 * time.Millisecond, packets: 25}.sent(t),
		rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 101, first: 65, bytes: 4, at: 1300 * time.Millisecond, packets: 30}.sent(t),
	)
	records, err := callOf(t, packets, "", PcapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := "0 0s start  [agent 1 8 CODEC_PCMA] [agent 1 13 CODEC_CN] [agent 1 101 CODEC_TELEPHONE_EVENT]"
	if got := recordLines(records[:1])[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func BenchmarkPcap(b *testing.B) {
	packets := interleaved(
		rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 8, packets: 3000}.sent(b),
		rtpFlow{src: customerPort, dst: agentPort, ssrc: 2, pt: 8, packets: 3000}.sent(b),
	)
	path := writeFile(b, b.TempDir(), "call.pcap", pcapBytes(b, layers.LinkTypeEthernet, packets))
	for b.Loop() {
		p, err := ReadPcap(path, PcapOptions{})
		if err != nil {
			b.Fatal(err)
		}
		records, err := p.Records()
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range records {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*60/b.Elapsed().Seconds(), "×realtime")
}
