package codec

import "github.com/earshot/earshot/schemas"

// Kind says what a codec's payloads carry.
type Kind uint8

// The kinds of payload. Only Voice has a decoder.
const (
	Voice Kind = iota
	Noise
	Event
)

// Dynamic is the StaticType of a codec that RFC 3551 gives no payload type.
const Dynamic = -1

// Codec is one line of the table.
type Codec struct {
	ID   schemas.Codec
	Name string // as in SDP (RFC 4566)
	Kind Kind
	// Clock is the RTP clock in Hz unless the stream's announcement gives another. Samples have the same rate.
	Clock int
	// StaticType is the payload type of RFC 3551, known without announcement, or Dynamic.
	StaticType int
	// New makes a stream's decoder; nil for what is no voice.
	New func() Decoder
}

var table = [...]Codec{
	{schemas.Codec_CODEC_PCMA, "PCMA", Voice, 8000, 8, companded(alaw)},
	{schemas.Codec_CODEC_PCMU, "PCMU", Voice, 8000, 0, companded(mulaw)},
	{schemas.Codec_CODEC_L16, "L16", Voice, 44100, Dynamic, linear(DecodeL16, linearL16)},
	{schemas.Codec_CODEC_TELEPHONE_EVENT, "telephone-event", Event, 8000, Dynamic, nil},
	{schemas.Codec_CODEC_CN, "CN", Noise, 8000, 13, nil},
}

func linear(real func([]float32, []byte) []float32, whole func([]int16, []byte) []int16) func() Decoder {
	d := &linearDecoder{real, whole}
	return func() Decoder { return d }
}

// Lookup returns the codec that a stream announces; nil when Earshot has none.
func Lookup(id schemas.Codec) *Codec {
	for i := range table {
		if table[i].ID == id {
			return &table[i]
		}
	}
	return nil
}

// Static returns the codec that RFC 3551 gives a payload type; nil when it gives none, or one that Earshot lacks.
func Static(payloadType uint8) *Codec {
	for i := range table {
		if table[i].StaticType == int(payloadType) {
			return &table[i]
		}
	}
	return nil
}
