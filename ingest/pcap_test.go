package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/earshot/earshot/schemas"
)

func readCapture(t *testing.T, data []byte, opts PcapOptions) (*Pcap, error) {
	t.Helper()
	return ReadPcap(writeFile(t, t.TempDir(), "call.pcap", data), opts)
}

func streamNames(p *Pcap) []string {
	var names []string
	for _, s := range p.Streams {
		names = append(names, fmt.Sprintf("%X %v > %v %v %d", s.SSRC, s.Src, s.Dst, s.Codec, s.Packets))
	}
	return names
}

func TestPcapLinkTypes(t *testing.T) {
	want := []string{
		"A 10.0.0.1:4000 > 10.0.0.2:5000 CODEC_PCMA 100",
		"C 10.0.0.2:5000 > 10.0.0.1:4000 CODEC_PCMU 95",
	}
	links := []layers.LinkType{
		layers.LinkTypeEthernet, layers.LinkTypeNull, layers.LinkTypeLoop, layers.LinkTypeRaw, 12, 14,
		layers.LinkTypeIPv4, layers.LinkTypeLinuxSLL, layers.LinkTypeLinuxSLL2,
	}
	files := map[string][]byte{"pcapng of VLAN and raw": pcapngBytes(t, twoLegs(t))}
	for _, link := range links {
		files[fmt.Sprintf("link type %d", link)] = pcapBytes(t, link, twoLegs(t))
	}
	for name, plain := range files {
		t.Run(name, func(t *testing.T) {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			z.Write(plain)
			z.Close()
			for _, file := range [][]byte{plain, packed.Bytes()} {
				p, err := readCapture(t, file, PcapOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if got := streamNames(p); !slices.Equal(got, want) || len(p.Warnings) > 0 {
					t.Errorf("got %q, warnings %q", got, p.Warnings)
				}
			}
		})
	}
}

func TestPcapIPv6(t *testing.T) {
	packets := rtpFlow{src: "[2001:db8::1]:4000", dst: "[2001:db8::2]:5000", ssrc: 7, pt: 8, packets: 20}.sent(t)
	for _, link := range []layers.LinkType{layers.LinkTypeEthernet, layers.LinkTypeIPv6, layers.LinkTypeRaw, layers.LinkTypeLinuxSLL} {
		p, err := readCapture(t, pcapBytes(t, link, packets), PcapOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := streamNames(p), []string{"7 [2001:db8::1]:4000 > [2001:db8::2]:5000 CODEC_PCMA 20"}; !slices.Equal(got, want) {
			t.Errorf("link type %d: got %q, want %q", link, got, want)
		}
	}
}

// lossy leaves out some packets, doubles one and swaps two.
func lossy(packets []udpPacket) []udpPacket {
	packets = slices.Delete(slices.Clone(packets), 10, 14)
	packets = slices.Insert(packets, 20, packets[20])
	packets[30], packets[31] = packets[31], packets[30]
	return packets
}

func TestPcapTellsRTPFromOthers(t *testing.T) {
	voice := rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 8, packets: 60}
	noise := func(payload func(i int) []byte) []udpPacket {
		var all []udpPacket
		for i := range 60 {
			all = append(all, udpPacket{time.Duration(i) * TickDuration, agentPort, customerPort, payload(i)})
		}
		return all
	}
	for _, c := range []struct {
		name    string
		packets []udpPacket
		found   bool
	}{
		{"voice", voice.sent(t), true},
		{"voice with losses", lossy(voice.sent(t)), true},
		{"ten packets", rtpFlow{src: agentPort, dst: customerPort, pt: 8, packets: 10}.sent(t), true},
		{"nine packets", rtpFlow{src: agentPort, dst: customerPort, pt: 8, packets: 9}.sent(t), false},
		{"video", rtpFlow{src: agentPort, dst: customerPort, pt: 34, packets: 60}.sent(t), false},
		{"RTCP", noise(func(i int) []byte { return append([]byte{0x80, 200, 0, 6}, make([]byte, 24)...) }), false},
		{"SIP", noise(func(i int) []byte { return []byte("OPTIONS sip:a@b SIP/2.0\r\n\r\n") }), false},
		{"the same bytes", noise(func(i int) []byte { return append([]byte{0x80, 8, 0, 1}, make([]byte, 24)...) }), false},
		{"jumping numbers", noise(func(i int) []byte { return append([]byte{0x80, 8, byte(i * 37), 1}, make([]byte, 24)...) }), false},
		{"too short", noise(func(i int) []byte { return []byte{0x80, 8, 0, byte(i)} }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := readCapture(t, pcapBytes(t, layers.LinkTypeEthernet, c.packets), PcapOptions{})
			switch {
			case c.found && err != nil:
				t.Error(err)
			case c.found && len(p.Streams) != 1:
				t.Errorf("%d streams", len(p.Streams))
			case !c.found && (err == nil || !strings.Contains(err.Error(), "no RTP stream in its")):
				t.Errorf("got %v, want no RTP stream", err)
			}
		})
	}
}

func TestPcapRefusals(t *testing.T) {
	good := pcapBytes(t, layers.LinkTypeEthernet, twoLegs(t))
	ng := pcapngBytes(t, twoLegs(t))
	corrupt := slices.Clone(good)
	copy(corrupt[24+8:], "\xff\xff\xff\x7f") // the first packet's length
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty: expected a pcap or pcapng file"},
		{"text", []byte("hello, this is no capture"), `not a capture: it begins with "hell", expected a pcap or pcapng file`},
		{"cut in the pcap header", good[:20], "cannot read the pcap header"},
		{"cut in the pcapng header", ng[:20], "cannot read the pcapng header"},
		{"gzip of something else", []byte("\x1f\x8b\x08junk"), "cannot read the pcapng header"},
		{"corrupt length", corrupt, "packet 1: capture length exceeds"},
		{"no packets", good[:24], "no RTP stream in its 0 packets, 0 of them UDP"},
		{"Wi-Fi", pcapBytes(t, layers.LinkTypeIEEE802_11, twoLegs(t)), "195 packets of link type 105 are left out: expected Ethernet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readCapture(t, c.file, PcapOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "call.pcap") {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
	if _, err := ReadPcap(filepath.Join(t.TempDir(), "none.pcap"), PcapOptions{}); err == nil || !strings.Contains(err.Error(), "none.pcap") {
		t.Errorf("a missing file: %v", err)
	}
}

// A capture that was interrupted is used as far as it goes, wherever in the last packet it ends.
func TestPcapTruncated(t *testing.T) {
	for name, file := range map[string][]byte{
		"pcap":   pcapBytes(t, layers.LinkTypeEthernet, twoLegs(t)),
		"pcapng": pcapngBytes(t, twoLegs(t)),
	} {
		whole, err := readCapture(t, file, PcapOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for cut := 1; cut < 228; cut++ {
			p, err := readCapture(t, file[:len(file)-cut], PcapOptions{})
			if err != nil {
				t.Fatalf("%s, %d bytes cut: %v", name, cut, err)
			}
			last := len(p.Streams) - 1
			if p.Streams[0].Packets+p.Streams[last].Packets != whole.Streams[0].Packets+whole.Streams[last].Packets-1 {
				t.Errorf("%s, %d bytes cut: %q", name, cut, streamNames(p))
			}
			if len(p.Warnings) != 1 || p.Warnings[0] != "the file is truncated in its packet 195: the 194 before it are used" {
				t.Errorf("%s, %d bytes cut: warnings %q", name, cut, p.Warnings)
			}
		}
	}
}

// Packets of which the capture kept only the beginning have no whole audio: they count as lost, and are told.
func TestPcapSnapLength(t *testing.T) {
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(96, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for i, p := range twoLegs(t) {
		data := p.frame(t, layers.LinkTypeEthernet, false)
		info := gopacket.CaptureInfo{Timestamp: captureStart.Add(p.at), CaptureLength: len(data), Length: len(data)}
		if i >= 100 {
			info.CaptureLength = 96
		}
		if err := w.WritePacket(info, data[:info.CaptureLength]); err != nil {
			t.Fatal(err)
		}
	}
	p, err := readCapture(t, file.Bytes(), PcapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"95 packets were captured in part (snap length) and are left out"}; !slices.Equal(p.Warnings, want) {
		t.Errorf("warnings %q, want %q", p.Warnings, want)
	}
}

func TestPcapNamesDynamicCodecs(t *testing.T) {
	file := pcapBytes(t, layers.LinkTypeEthernet, rtpFlow{src: agentPort, dst: customerPort, ssrc: 5, pt: 96, packets: 50}.sent(t))
	p, err := readCapture(t, file, PcapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Records(); err == nil || !strings.Contains(err.Error(), "payload type 96 has no codec that is known here") {
		t.Errorf("got %v", err)
	}
	p, err = readCapture(t, file, PcapOptions{Codecs: map[uint8]PcapCodec{96: {schemas.Codec_CODEC_L16, 16000}}})
	if err != nil {
		t.Fatal(err)
	}
	records, err := p.Records()
	if err != nil {
		t.Fatal(err)
	}
	for rec := range records {
		if s := rec.GetStart().GetStreams()[0]; s.Codec != schemas.Codec_CODEC_L16 || s.PayloadType != 96 || s.ClockRate != 16000 {
			t.Errorf("announced %v", s)
		}
		break
	}
}

func TestIsPcap(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"a.pcap":   {pcapBytes(t, layers.LinkTypeRaw, nil), true},
		"a.pcapng": {pcapngBytes(t, nil), true},
		"a.wav":    {wavSpec{data: []byte{0, 0}}.bytes(), false},
		"a.txt":    {[]byte("x"), false},
		"a.empty":  {nil, false},
	} {
		if got, err := IsPcap(writeFile(t, dir, name, c.data)); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := IsPcap(filepath.Join(dir, "none")); err == nil {
		t.Error("a missing file is something")
	}
}

func FuzzPcap(f *testing.F) {
	// Small seeds: large ones keep the fuzzer busy with making them smaller.
	short := rtpFlow{src: agentPort, dst: customerPort, ssrc: 1, pt: 8, packets: 11, bytes: 4}.sent(f)
	f.Add(pcapBytes(f, layers.LinkTypeEthernet, short))
	f.Add(pcapngBytes(f, short))
	f.Add(pcapBytes(f, layers.LinkTypeLinuxSLL2, short))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := ReadPcap(writeFile(t, dir, "fuzz.pcap", file), PcapOptions{})
		if err != nil {
			return
		}
		records, err := p.Records()
		if err != nil {
			return
		}
		var sequence uint64
		for rec, err := range records {
			if err != nil {
				t.Fatal(err) // the first pass read all of it
			}
			if rec.Sequence != sequence {
				t.Fatalf("record %d has sequence %d", sequence, rec.Sequence)
			}
			sequence++
		}
		if sequence < 3 {
			t.Fatalf("%d records: expected a start, media and an end", sequence)
		}
	})
}
