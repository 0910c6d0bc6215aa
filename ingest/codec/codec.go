// Package codec turns RTP payloads into samples and, for what Earshot publishes, samples into payloads.
//
// A codec is one file here and one line in the table (table.go). A payload type that carries no voice, comfort noise
// or telephone events, is an entry of its own Kind: the jitter buffer must not take it for speech, so it reads the
// payload itself (ParseComfortNoise, ParseTelephoneEvent) and never asks for a Decoder.
package codec

// Decoder turns the payloads of one stream into samples, full scale ±1. It may carry state from one payload to the
// next, so each stream has its own; the codecs that have none share one.
type Decoder interface {
	// Decode appends the samples of a payload to dst. It allocates only to grow dst.
	Decode(dst []float32, payload []byte) ([]float32, error)
}

// Linear is a Decoder whose samples have 16 bits: who keeps them so need not round them.
type Linear interface {
	Decoder
	// DecodeLinear appends the samples of a payload to dst, full scale ±32768.
	DecodeLinear(dst []int16, payload []byte) []int16
}

// Companded is a Decoder each of whose payloads' bytes is a sample: who keeps the bytes needs half the room of 16 bits.
type Companded interface {
	Decoder
	Law() *Law
}

// linearDecoder is the Decoder of a codec without state or wrong payloads whose samples have 16 bits.
type linearDecoder struct {
	real  func(dst []float32, payload []byte) []float32
	whole func(dst []int16, payload []byte) []int16
}

func (d *linearDecoder) Decode(dst []float32, payload []byte) ([]float32, error) {
	return d.real(dst, payload), nil
}

func (d *linearDecoder) DecodeLinear(dst []int16, payload []byte) []int16 {
	return d.whole(dst, payload)
}

// toLinear rounds a sample to 16 bits; what exceeds full scale is clipped, and what is not a number is silence.
func toLinear(v float32) int16 {
	scaled := v * 32768
	switch {
	case scaled >= 32767:
		return 32767
	case scaled <= -32768:
		return -32768
	case scaled != scaled:
		return 0
	case scaled < 0:
		return int16(scaled - 0.5)
	default:
		return int16(scaled + 0.5)
	}
}

func fromLinear(v int16) float32 { return float32(v) / 32768 }
