package ingest

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/earshot/earshot/schemas"
)

// PcapOptions are the choices of who reads a capture.
type PcapOptions struct {
	// AgentSSRC and CustomerSSRC name a stream of the agent's and of the customer's leg; 0 leaves it to Records.
	AgentSSRC, CustomerSSRC uint32
	// Channels are the legs of the streams in the order of their first packets, unless the sidecar says them or they
	// are named by SSRC; nil is agent, customer. A single stream has the first of them: LEG_MIXED only if told.
	Channels []schemas.Leg
	// Codecs are those of payload types that RFC 3551 leaves open (96 to 127): a capture of RTP alone does not tell them.
	Codecs map[uint8]PcapCodec
}

// PcapCodec is what a payload type means.
type PcapCodec struct {
	ID        schemas.Codec
	ClockRate uint32 // in Hz; 0 = the codec's own
}

// Pcap is a capture with RTP in it. It holds the streams, not the packets: Records reads the file again.
type Pcap struct {
	// Streams are in the order of their first packets.
	Streams []RTPStream
	// Warnings tell what of the file could not be used.
	Warnings []string

	path string
	opts PcapOptions
	rec  *schemas.Recording // the sidecar
}

// RTPStream is a run of RTP packets from one port to another with one SSRC.
type RTPStream struct {
	SSRC     uint32
	Src, Dst netip.AddrPort
	// PayloadType is that of the stream's voice, Codec what it means; unspecified if nothing tells.
	PayloadType uint8
	Codec       schemas.Codec
	Packets     int
	First, Last time.Time

	payloads map[uint8]*payloadCount
	tail     time.Duration // how long the last packet's audio lasts
}

// String is the stream as a person who has to choose wants to see it.
func (s *RTPStream) String() string {
	return fmt.Sprintf("SSRC %d (0x%08X) %v > %v, payload type %d (%v), %d packets, %.1f s from %s",
		s.SSRC, s.SSRC, s.Src, s.Dst, s.PayloadType, s.Codec, s.Packets,
		s.Last.Sub(s.First).Seconds(), s.First.UTC().Format("15:04:05.000"))
}

// ReadPcap looks for RTP in a capture, pcap or pcapng, of Ethernet (with VLANs), Linux cooked, loopback or bare IP
// packets. Facts about the call come from the sidecar beside it, as with a WAV file.
//
// Nothing in a UDP packet says that it is RTP. A stream is taken for it when at least ten packets with the same
// addresses and SSRC parse as RTP version 2 of an audio payload type, and their sequence numbers go on one by one.
func ReadPcap(path string, opts PcapOptions) (*Pcap, error) {
	rec, err := LoadSidecar(path)
	if err != nil {
		return nil, err
	}
	p := &Pcap{path: path, opts: opts, rec: rec}
	finder := newStreamFinder(opts.Codecs)
	stats, err := eachDatagram(path, func(d datagram) bool {
		finder.add(d)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read capture %s: %w", path, err)
	}
	p.Warnings = stats.warnings()
	p.Streams = finder.streams()
	if len(p.Streams) == 0 {
		return nil, fmt.Errorf("cannot read capture %s: no RTP stream in its %d packets, %d of them UDP%s", path, stats.packets, stats.datagrams, stats.hint())
	}
	return p, nil
}

// IsPcap says whether a file begins like a capture, so that it is not to be read as a WAV file.
func IsPcap(path string) (bool, error) {
	file, _, err := openRegular(path)
	if err != nil {
		return false, fmt.Errorf("cannot open %s: %w", path, err)
	}
	defer file.Close()
	head, err := readHead(file)
	if err != nil {
		return false, fmt.Errorf("cannot read %s: %w", path, err)
	}
	return captureKind(head) != notCapture, nil
}

// readHead reads the first four bytes, or as many as there are.
func readHead(file *os.File) ([]byte, error) {
	head := make([]byte, 4)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return head[:n], nil
}
