package ingest

import (
	"net/netip"
	"slices"
	"time"

	"github.com/pion/rtp"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// minStreamPackets is how many packets make a stream believable: 0.2 s of a usual one.
const minStreamPackets = 10

// defaultTail is how long a packet lasts when its codec does not tell: what nearly all senders use.
const defaultTail = 20 * time.Millisecond

// telephoneEventBytes is the size of an RFC 4733 event.
const telephoneEventBytes = 4

type streamKey struct {
	src, dst netip.AddrPort
	ssrc     uint32
}

// candidate is a stream that may turn out not to be RTP.
type candidate struct {
	RTPStream
	sequence          uint16
	next, near, steps int // steps to the next number; to a number not far behind it; all
}

// payloadCount counts the packets of one payload type of a stream.
type payloadCount struct {
	packets int
	events  bool // all look like telephone events
}

type streamFinder struct {
	codecs     map[uint8]PcapCodec
	candidates map[streamKey]*candidate
	order      []*candidate
}

func newStreamFinder(codecs map[uint8]PcapCodec) *streamFinder {
	return &streamFinder{codecs: codecs, candidates: map[streamKey]*candidate{}}
}

// audioRTP takes a datagram for RTP if it can be: version 2, an audio payload type, and no RTCP in its place (RFC 5761).
func audioRTP(payload []byte) (packet rtp.Packet, ok bool) {
	if len(payload) < 12 || payload[0]>>6 != 2 || packet.Unmarshal(payload) != nil {
		return packet, false
	}
	pt := packet.PayloadType
	return packet, pt < 24 || pt >= 96
}

func (f *streamFinder) add(d datagram) {
	packet, ok := audioRTP(d.payload)
	if !ok {
		return
	}
	key := streamKey{d.src, d.dst, packet.SSRC}
	c := f.candidates[key]
	if c == nil {
		c = &candidate{RTPStream: RTPStream{
			SSRC: packet.SSRC, Src: d.src, Dst: d.dst, First: d.at, Last: d.at, payloads: map[uint8]*payloadCount{},
		}}
		f.candidates[key] = c
		f.order = append(f.order, c)
	} else {
		c.steps++
		step := packet.SequenceNumber - c.sequence
		if step == 1 {
			c.next++
		}
		if step <= 16 || step >= 1<<16-16 { // some loss, reordering or a packet captured twice
			c.near++
		}
	}
	c.sequence = packet.SequenceNumber
	c.Packets++
	if d.at.Before(c.First) {
		c.First = d.at
	}
	if !d.at.Before(c.Last) {
		c.Last = d.at
		c.tail = f.tail(packet.PayloadType, len(packet.Payload))
	}
	count := c.payloads[packet.PayloadType]
	if count == nil {
		count = &payloadCount{events: true}
		c.payloads[packet.PayloadType] = count
	}
	count.packets++
	count.events = count.events && len(packet.Payload) == telephoneEventBytes && packet.PayloadType >= 96
}

// streams are the candidates that are RTP after all, in the order of their first packets.
func (f *streamFinder) streams() []RTPStream {
	var found []RTPStream
	for _, c := range f.order {
		if c.Packets >= minStreamPackets && 5*c.next >= 2*c.steps && 5*c.near >= 4*c.steps {
			c.PayloadType = f.voice(c.payloads)
			c.Codec = f.codec(c.PayloadType)
			found = append(found, c.RTPStream)
		}
	}
	slices.SortStableFunc(found, func(a, b RTPStream) int { return a.First.Compare(b.First) })
	return found
}

// codec is what a payload type means; unspecified if neither RFC 3551 nor the caller says.
func (f *streamFinder) codec(payloadType uint8) schemas.Codec {
	if c, named := f.codecs[payloadType]; named {
		return c.ID
	}
	if c := codec.Static(payloadType); c != nil {
		return c.ID
	}
	return schemas.Codec_CODEC_UNSPECIFIED
}

// voice is the payload type of most packets, comfort noise and telephone events aside unless there is nothing else.
func (f *streamFinder) voice(payloads map[uint8]*payloadCount) uint8 {
	var best uint8
	bestRank := -1
	for pt := range uint8(128) {
		count := payloads[pt]
		if count == nil {
			continue
		}
		rank := count.packets
		if c := codec.Lookup(f.codec(pt)); !count.events && (c == nil || c.Kind == codec.Voice) {
			rank += 1 << 40
		}
		if rank > bestRank {
			best, bestRank = pt, rank
		}
	}
	return best
}

func (f *streamFinder) tail(payloadType uint8, bytes int) time.Duration {
	switch f.codec(payloadType) {
	case schemas.Codec_CODEC_PCMA, schemas.Codec_CODEC_PCMU:
		return time.Duration(bytes) * time.Second / 8000
	default:
		return defaultTail
	}
}
