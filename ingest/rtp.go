package ingest

import (
	"errors"
	"fmt"

	"github.com/pion/rtp"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// Why a packet is refused. A PacketError wraps one of them.
var (
	ErrNotRTP      = errors.New("not an RTP packet")
	ErrUnannounced = errors.New("payload type that nobody announced")
	ErrPayload     = errors.New("unusable payload")
)

// PacketError says which packets of a media record could not be used. The others were.
type PacketError struct {
	Leg schemas.Leg
	// Index is the place of the first of them in the record's Packets, More how many followed.
	Index, More int
	Err         error
}

func (e *PacketError) Error() string {
	more := ""
	if e.More > 0 {
		more = fmt.Sprintf(" (and %d more)", e.More)
	}
	return fmt.Sprintf("cannot use packet %d of the %s's%s: %v", e.Index, e.Leg.Name(), more, e.Err)
}

func (e *PacketError) Unwrap() error { return e.Err }

// longestPacket is the most audio that a packet may hold.
const longestPacket = SampleRate / 2

// maxStreams is how many announcements of a leg are kept.
const maxStreams = 32

// format is what a payload type of a leg means.
type format struct {
	payloadType uint8
	ssrc        uint32 // 0: any
	codec       *codec.Codec
	clock       int
	decoder     codec.Decoder
	linear      codec.Linear // the decoder, if it is one
	law         *codec.Law   // the decoder's, if it has one
	// problem is why nothing can be made of the announced stream.
	problem error

	resampler *resampler
	resampled []float32
}

// formats are the payload types of one leg: those that CallStart announces for it, or the static ones of RFC 3551
// when it announces none.
type formats struct {
	announced bool
	list      []format
}

func (f *formats) reset() {
	clear(f.list)
	f.list, f.announced = f.list[:0], false
}

func (f *formats) announce(s *Stream) {
	f.announced = true
	if len(f.list) == maxStreams {
		return
	}
	n := format{payloadType: uint8(s.PayloadType), ssrc: s.SSRC, codec: codec.Lookup(s.Codec), clock: int(s.ClockRate)}
	switch {
	case s.PayloadType > 127:
		return // no packet can have it
	case n.codec == nil:
		n.problem = fmt.Errorf("%w: type %d is announced as codec %d, which is not supported", ErrPayload, s.PayloadType, s.Codec)
	case n.clock == 0:
		n.clock = n.codec.Clock
	case n.clock < 8000 || n.clock > 48000:
		n.problem = fmt.Errorf("%w: type %d is announced with a clock of %d Hz, expected 8000 to 48000", ErrPayload, s.PayloadType, n.clock)
	}
	f.list = append(f.list, n)
}

// find returns the format of a packet. An announcement for its very source counts most; failing that, one for
// another source does too, since a source may have to change its SSRC at any time (RFC 3550, 8.2).
func (f *formats) find(h *rtp.Header) (*format, error) {
	var other *format
	for i := len(f.list) - 1; i >= 0; i-- {
		switch n := &f.list[i]; {
		case n.payloadType != h.PayloadType:
		case n.ssrc == h.SSRC:
			return n, n.problem
		case other == nil || n.ssrc == 0:
			other = n
		}
	}
	if other != nil {
		return other, other.problem
	}
	if !f.announced {
		if c := codec.Static(h.PayloadType); c != nil {
			f.list = append(f.list, format{payloadType: h.PayloadType, codec: c, clock: c.Clock})
			return &f.list[len(f.list)-1], nil
		}
	}
	return nil, fmt.Errorf("%w: %d of SSRC %#x", ErrUnannounced, h.PayloadType, h.SSRC)
}

// readRTP reads a packet without keeping or allocating anything, once p has seen a packet of the kind.
func readRTP(p *rtp.Packet, b []byte) error {
	if err := p.Unmarshal(b); err != nil {
		return fmt.Errorf("%w: %w", ErrNotRTP, err)
	}
	if p.Version != 2 {
		return fmt.Errorf("%w: version %d, expected 2", ErrNotRTP, p.Version)
	}
	// RTCP on the port of RTP (RFC 5761, 4): its packet types 200 to 207 look like a marker and these payload types.
	if p.Marker && p.PayloadType >= 72 && p.PayloadType <= 79 {
		return fmt.Errorf("%w: RTCP packet type %d", ErrNotRTP, p.PayloadType|0x80)
	}
	return nil
}

// samples decodes a payload at SampleRate; what it returns is in the buffers, or codes in the payload. want says how many samples its timestamps stand
// for, given the number that it holds at the stream's own clock.
func (f *format) samples(b *buffers, payload []byte, want func(own int) int) (samples, error) {
	if f.decoder == nil {
		f.decoder = f.codec.New()
		f.linear, _ = f.decoder.(codec.Linear)
		if companded, ok := f.decoder.(codec.Companded); ok {
			f.law = companded.Law()
		}
	}
	if f.clock == SampleRate {
		switch {
		case f.law != nil:
			return samples{codes: payload, law: f.law}, f.fits(len(payload))
		case f.linear != nil:
			b.linear = f.linear.DecodeLinear(b.linear[:0], payload)
			return samples{whole: b.linear}, f.fits(len(b.linear))
		}
	}
	pcm, err := f.decoder.Decode(b.decoded[:0], payload)
	if b.decoded = pcm; err != nil {
		return samples{}, fmt.Errorf("%w: %w", ErrPayload, err)
	}
	if err := f.fits(len(pcm)); err != nil {
		return samples{}, err
	}
	if f.clock != SampleRate {
		if pcm, err = f.resample(pcm, want); err != nil {
			return samples{}, err
		}
		b.decoded = pcm
	}
	b.linear = b.linear[:0]
	for _, v := range pcm {
		b.linear = append(b.linear, linear(v))
	}
	return samples{whole: b.linear}, nil
}

// fits says what is wrong with a packet of too many samples.
func (f *format) fits(samples int) error {
	if samples*SampleRate > longestPacket*f.clock {
		return fmt.Errorf("%w: %d samples at %d Hz, expected at most half a second", ErrPayload, samples, f.clock)
	}
	return nil
}

// resample brings samples to SampleRate, in their place.
func (f *format) resample(pcm []float32, want func(own int) int) ([]float32, error) {
	if f.resampler == nil {
		var err error
		if f.resampler, err = newResampler(f.clock, SampleRate); err != nil {
			f.problem = fmt.Errorf("%w: %w", ErrPayload, err)
			return nil, f.problem
		}
	}
	n := want(len(pcm))
	f.resampled = f.resampler.Write(f.resampled, pcm)
	// The filter holds a few samples back. What is short at the beginning is silence; from then on it never is.
	pcm = pcm[:0]
	for range n - len(f.resampled) {
		pcm = append(pcm, 0)
	}
	taken := n - len(pcm)
	pcm = append(pcm, f.resampled[:taken]...)
	f.resampled = f.resampled[:copy(f.resampled, f.resampled[taken:])]
	return pcm, nil
}
