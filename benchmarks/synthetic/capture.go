package synthetic

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/pion/rtp"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/ingest/codec"
)

const payloadTypePCMA = 8

// Capture is a pcap file with so much of the call as A-law in RTP packets of 20 ms, one stream for each leg.
func (c Call) Capture(length time.Duration) ([]byte, error) {
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(1<<16, layers.LinkTypeRaw); err != nil {
		return nil, fmt.Errorf("cannot write a capture: %w", err)
	}
	audio := c.WAV(length)[44:]
	begin := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	const tickBytes = ingest.TickSamples * 4
	for tick := 0; (tick+1)*tickBytes <= len(audio); tick++ {
		for leg := range 2 {
			packet, err := datagram(leg, tick, audio[tick*tickBytes:(tick+1)*tickBytes])
			if err != nil {
				return nil, fmt.Errorf("cannot write a capture: %w", err)
			}
			at := begin.Add(time.Duration(tick) * ingest.TickDuration)
			if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(packet), Length: len(packet)}, packet); err != nil {
				return nil, fmt.Errorf("cannot write a capture: %w", err)
			}
		}
	}
	return file.Bytes(), nil
}

// datagram is the IP packet with a leg's 20 ms of the interleaved samples.
func datagram(leg, tick int, interleaved []byte) ([]byte, error) {
	var pcm [ingest.TickSamples]float32
	for i := range pcm {
		pcm[i] = float32(int16(binary.LittleEndian.Uint16(interleaved[4*i+2*leg:]))) / 32768
	}
	packet := rtp.Packet{
		Header: rtp.Header{Version: 2, PayloadType: payloadTypePCMA, SSRC: uint32(leg + 1),
			SequenceNumber: uint16(tick), Timestamp: uint32(tick * ingest.TickSamples)},
		Payload: codec.EncodePCMA(nil, pcm[:]),
	}
	payload, err := packet.Marshal()
	if err != nil {
		return nil, err
	}
	ports := [2]layers.UDPPort{4000, 5000}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP,
		SrcIP: net.IPv4(10, 0, 0, byte(1+leg)).To4(), DstIP: net.IPv4(10, 0, 0, byte(2-leg)).To4()}
	udp := &layers.UDP{SrcPort: ports[leg], DstPort: ports[1-leg]}
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	buffer := gopacket.NewSerializeBuffer()
	err = gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp, gopacket.Payload(payload))
	return buffer.Bytes(), err
}
