package ingest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// datagram is one UDP packet of a capture.
type datagram struct {
	at       time.Time
	src, dst netip.AddrPort
	payload  []byte
}

// captureStats is what a pass over a capture came across.
type captureStats struct {
	packets, datagrams      int
	cut, timeless, unlinked int
	linkType                layers.LinkType // the last that is not read
	truncated               bool
}

func (s *captureStats) warnings() []string {
	var w []string
	if s.truncated {
		w = append(w, fmt.Sprintf("the file is truncated in its packet %d: the %d before it are used", s.packets+1, s.packets))
	}
	if s.cut > 0 {
		w = append(w, fmt.Sprintf("%d packets were captured in part (snap length) and are left out", s.cut))
	}
	if s.timeless > 0 {
		w = append(w, fmt.Sprintf("%d packets have no capture time and are left out", s.timeless))
	}
	if s.unlinked > 0 {
		w = append(w, fmt.Sprintf("%d packets of link type %d are left out: expected Ethernet, Linux cooked, loopback or IP", s.unlinked, s.linkType))
	}
	return w
}

// hint adds to an error what may be its reason.
func (s *captureStats) hint() string {
	var hint string
	for _, w := range s.warnings() {
		hint += "; " + w
	}
	return hint
}

type captureFormat int

const (
	notCapture captureFormat = iota
	pcapFormat
	pcapngFormat
	gzipFormat // pcapgo unpacks either
)

func captureKind(head []byte) captureFormat {
	if len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b {
		return gzipFormat
	}
	if len(head) < 4 {
		return notCapture
	}
	switch binary.BigEndian.Uint32(head) {
	case 0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1:
		return pcapFormat
	case 0x0A0D0D0A:
		return pcapngFormat
	}
	return notCapture
}

// packetSource is a pcapgo reader of either format.
type packetSource interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// eachDatagram gives the UDP packets of a capture, in its order, until use returns false. A datagram's payload is the
// receiver's to keep.
func eachDatagram(path string, use func(datagram) bool) (*captureStats, error) {
	file, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	source, linkType, err := openCapture(file, size)
	if err != nil {
		return nil, err
	}
	stats := &captureStats{}
	for {
		data, info, err := source.ReadPacketData()
		switch {
		case err == io.EOF && info.CaptureLength == 0:
			return stats, nil
		case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
			stats.truncated = true
			return stats, nil
		case err != nil:
			return nil, fmt.Errorf("packet %d: %w", stats.packets+1, err)
		}
		stats.packets++
		if d, ok := stats.datagram(data, info, linkType(info)); ok && !use(d) {
			return stats, nil
		}
	}
}

// openCapture also gives the link type of a packet.
func openCapture(file *os.File, size int64) (packetSource, func(gopacket.CaptureInfo) layers.LinkType, error) {
	head, err := readHead(file)
	if err != nil {
		return nil, nil, err
	}
	kind := captureKind(head)
	switch {
	case size == 0:
		return nil, nil, errors.New("the file is empty: expected a pcap or pcapng file")
	case kind == notCapture:
		return nil, nil, fmt.Errorf("not a capture: it begins with %q, expected a pcap or pcapng file", head)
	}
	if kind != pcapngFormat {
		reader, err := pcapgo.NewReader(bufio.NewReaderSize(file, 1<<16))
		if err == nil {
			return reader, func(gopacket.CaptureInfo) layers.LinkType { return reader.LinkType() }, nil
		}
		if kind == pcapFormat {
			return nil, nil, fmt.Errorf("cannot read the pcap header: %w", err)
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, nil, err
		}
	}
	reader, err := pcapgo.NewNgReader(bufio.NewReaderSize(file, 1<<16), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read the pcapng header: %w", err)
	}
	return reader, func(info gopacket.CaptureInfo) layers.LinkType {
		return info.AncillaryData[0].(layers.LinkType)
	}, nil
}

func (s *captureStats) datagram(data []byte, info gopacket.CaptureInfo, linkType layers.LinkType) (datagram, bool) {
	decoder, ok := linkDecoder(linkType)
	if !ok {
		s.unlinked++
		s.linkType = linkType
		return datagram{}, false
	}
	// Lazy: nothing past UDP is decoded. gopacket turns a panic of a decoder into a layer of its own.
	packet := gopacket.NewPacket(data, decoder, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	udp, ok := packet.Layer(layers.LayerTypeUDP).(*layers.UDP)
	if !ok || packet.NetworkLayer() == nil {
		return datagram{}, false
	}
	s.datagrams++
	if info.CaptureLength < info.Length {
		s.cut++
		return datagram{}, false
	}
	if info.Timestamp.IsZero() {
		s.timeless++
		return datagram{}, false
	}
	from, to := packet.NetworkLayer().NetworkFlow().Endpoints()
	src, _ := netip.AddrFromSlice(from.Raw())
	dst, _ := netip.AddrFromSlice(to.Raw())
	return datagram{
		at:      info.Timestamp,
		src:     netip.AddrPortFrom(src, uint16(udp.SrcPort)),
		dst:     netip.AddrPortFrom(dst, uint16(udp.DstPort)),
		payload: udp.Payload,
	}, true
}

func linkDecoder(t layers.LinkType) (gopacket.Decoder, bool) {
	switch t {
	case layers.LinkTypeEthernet, layers.LinkTypeNull, layers.LinkTypeLoop, layers.LinkTypeLinuxSLL, layers.LinkTypeLinuxSLL2, layers.LinkTypeRaw:
		return t, true
	case 12, 14: // raw IP as BSDs number it
		return layers.LinkTypeRaw, true
	case layers.LinkTypeIPv4: // gopacket names these two and decodes neither
		return layers.LayerTypeIPv4, true
	case layers.LinkTypeIPv6:
		return layers.LayerTypeIPv6, true
	}
	return nil, false
}
