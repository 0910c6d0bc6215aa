package ingest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/pion/rtp"
)

// captureStart has a fraction finer than a microsecond to round.
var captureStart = time.Date(2024, 5, 1, 9, 30, 0, 123456000, time.UTC)

// udpPacket is a UDP packet on its way into a capture.
type udpPacket struct {
	at       time.Duration
	src, dst string
	payload  []byte
}

// rtpFlow describes an RTP stream of 20 ms packets. What is not set is A-law, 160 bytes.
type rtpFlow struct {
	src, dst string
	ssrc     uint32
	pt       uint8
	first    uint16 // sequence number
	at       time.Duration
	packets  int
	bytes    int
}

const (
	agentPort    = "10.0.0.1:4000"
	customerPort = "10.0.0.2:5000"
)

func (s rtpFlow) sent(t testing.TB) []udpPacket {
	t.Helper()
	var all []udpPacket
	for i := range s.packets {
		p := rtp.Packet{
			Header: rtp.Header{
				Version: 2, PayloadType: s.pt, SSRC: s.ssrc, SequenceNumber: s.first + uint16(i), Timestamp: uint32(i * 160),
			},
			Payload: bytes.Repeat([]byte{0xD5}, or(s.bytes, 160)),
		}
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, udpPacket{s.at + time.Duration(i)*TickDuration, s.src, s.dst, b})
	}
	return all
}

// frame puts a packet into what a link type wants around it.
func (s udpPacket) frame(t testing.TB, link layers.LinkType, vlan bool) []byte {
	t.Helper()
	src, dst := netip.MustParseAddrPort(s.src), netip.MustParseAddrPort(s.dst)
	udp := &layers.UDP{SrcPort: layers.UDPPort(src.Port()), DstPort: layers.UDPPort(dst.Port())}
	var ip gopacket.SerializableLayer
	etherType, family := layers.EthernetTypeIPv4, layers.ProtocolFamilyIPv4
	if src.Addr().Is4() {
		v4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: src.Addr().AsSlice(), DstIP: dst.Addr().AsSlice()}
		ip = v4
		if err := udp.SetNetworkLayerForChecksum(v4); err != nil {
			t.Fatal(err)
		}
	} else {
		etherType, family = layers.EthernetTypeIPv6, layers.ProtocolFamilyIPv6Linux
		v6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolUDP, SrcIP: src.Addr().AsSlice(), DstIP: dst.Addr().AsSlice()}
		ip = v6
		if err := udp.SetNetworkLayerForChecksum(v6); err != nil {
			t.Fatal(err)
		}
	}
	stack := []gopacket.SerializableLayer{ip, udp, gopacket.Payload(s.payload)}
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	var prefix []byte // of link types that gopacket does not write
	switch link {
	case layers.LinkTypeEthernet:
		ether := &layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: etherType}
		if vlan {
			stack = slices.Insert(stack, 0, gopacket.SerializableLayer(&layers.Dot1Q{VLANIdentifier: 7, Type: etherType}))
			ether.EthernetType = layers.EthernetTypeDot1Q
		}
		stack = slices.Insert(stack, 0, gopacket.SerializableLayer(ether))
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		stack = slices.Insert(stack, 0, gopacket.SerializableLayer(&layers.Loopback{Family: family}))
	case layers.LinkTypeLinuxSLL:
		prefix = binary.BigEndian.AppendUint16([]byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, uint16(etherType))
	case layers.LinkTypeLinuxSLL2:
		prefix = append(binary.BigEndian.AppendUint16(nil, uint16(etherType)), 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0)
	}
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
		t.Fatal(err)
	}
	return append(prefix, buffer.Bytes()...)
}

func interleaved(streams ...[]udpPacket) []udpPacket {
	all := slices.Concat(streams...)
	slices.SortStableFunc(all, func(a, b udpPacket) int { return cmp.Compare(a.at, b.at) })
	return all
}

// pcapBytes is a pcap file of packets as they come.
func pcapBytes(t testing.TB, link layers.LinkType, packets []udpPacket) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65536, link); err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		data := p.frame(t, link, false)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: captureStart.Add(p.at), CaptureLength: len(data), Length: len(data)}, data); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

// pcapngBytes is a pcapng file whose packets come from an Ethernet and a bare IP interface in turn.
func pcapngBytes(t testing.TB, packets []udpPacket) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := pcapgo.NewNgWriter(&file, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := w.AddInterface(pcapgo.NgInterface{Name: "tun0", LinkType: layers.LinkTypeRaw, SnapLength: 65536})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range packets {
		link, index := layers.LinkTypeEthernet, 0
		if i%2 == 1 {
			link, index = layers.LinkTypeRaw, raw
		}
		data := p.frame(t, link, true)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: captureStart.Add(p.at), CaptureLength: len(data), Length: len(data), InterfaceIndex: index}, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// twoLegs are 2 s of a call: the customer's leg begins 100 ms after the agent's.
func twoLegs(t testing.TB) []udpPacket {
	return interleaved(
		rtpFlow{src: agentPort, dst: customerPort, ssrc: 0xA, pt: 8, first: 65500, packets: 100}.sent(t),
		rtpFlow{src: customerPort, dst: agentPort, ssrc: 0xC, pt: 0, at: 100 * time.Millisecond, packets: 95}.sent(t),
	)
}
