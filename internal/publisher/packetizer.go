package publisher

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/pion/rtp"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

const headerBytes = 12 // of an RTP header without extensions

// packetizer makes RTP packets of one leg's ticks and collects them for a batch.
type packetizer struct {
	format
	leg     schemas.Leg
	header  rtp.Header // of the next packet
	packets []*schemas.Packet
	room    []byte // the batch's packets, one behind the other
	fit     int    // how many of them it is made for
}

// newPacketizer begins a stream at a random place, as RFC 3550 wants it; random, but the same for the same call.
func newPacketizer(f format, callID string, leg schemas.Leg, packets int) *packetizer {
	seed := sha256.Sum256([]byte(leg.Name() + "/" + callID))
	ssrc := binary.BigEndian.Uint32(seed[0:])
	return &packetizer{format: f, leg: leg, fit: packets, header: rtp.Header{
		Version: 2, Marker: true, PayloadType: f.payloadType,
		SSRC:           max(ssrc, 1), // 0 would announce any
		SequenceNumber: binary.BigEndian.Uint16(seed[4:]),
		Timestamp:      binary.BigEndian.Uint32(seed[8:]),
	}}
}

func (p *packetizer) stream() *schemas.Stream {
	return &schemas.Stream{Leg: p.leg, Ssrc: p.header.SSRC, PayloadType: uint32(p.payloadType), Codec: p.codec, ClockRate: ingest.SampleRate}
}

// add makes the next packet. Its arrival is counted from the batch's first.
func (p *packetizer) add(pcm []float32, offsetUS int64) error {
	if p.room == nil {
		p.room = make([]byte, 0, p.fit*(headerBytes+ingest.TickSamples*p.sampleBytes))
	}
	from := len(p.room)
	p.room = append(p.room, make([]byte, headerBytes)...)
	if _, err := p.header.MarshalTo(p.room[from:]); err != nil {
		return err
	}
	p.room = p.encode(p.room, pcm)
	p.packets = append(p.packets, &schemas.Packet{OffsetUs: offsetUS, Rtp: p.room[from:len(p.room):len(p.room)]})
	p.header.Marker = false
	p.header.SequenceNumber++
	p.header.Timestamp += uint32(len(pcm))
	return nil
}

// take hands over the batch.
func (p *packetizer) take() *schemas.MediaBatch {
	b := &schemas.MediaBatch{Leg: p.leg, Packets: p.packets}
	p.packets, p.room = nil, nil
	return b
}
