package publisher

import (
	"fmt"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// DefaultBatch is how much audio of each leg goes into one MediaBatch unless the options say otherwise.
const DefaultBatch = 200 * time.Millisecond

// MaxBatch is the most that a MediaBatch is meant to hold (calls.proto).
const MaxBatch = time.Second

// Options say what is made of a file. The zero value is good for a two-channel recording whose sidecar says the rest.
type Options struct {
	// Suffix is added to the call id, so that one file can be several calls.
	Suffix string
	// StartedAt is when the call began, unless the sidecar or a capture's packets say so.
	StartedAt time.Time
	// Channels are the legs of a two-channel recording in the order of its channels, or of a capture's streams in the
	// order of their first packets, unless the sidecar says so; nil is agent, customer.
	Channels []schemas.Leg

	// Codec of the RTP that is made of a recording: PCMA (the default), PCMU or L16.
	Codec schemas.Codec
	// Batch is how much of each leg goes into one MediaBatch; DefaultBatch if 0.
	Batch time.Duration

	// ByURI makes a Recording point at its file however small that is. A large one always does.
	ByURI bool

	// AgentSSRC and CustomerSSRC choose the streams of a capture; 0 leaves the choice to ingest.
	AgentSSRC, CustomerSSRC uint32
}

// format is a codec as this package sends it: one channel at ingest.SampleRate.
type format struct {
	codec       schemas.Codec
	payloadType uint8
	sampleBytes int
	encode      func(dst []byte, pcm []float32) []byte
}

// l16Type is of the dynamic range: RFC 3551 has types of L16 at 44.1 kHz only.
const l16Type = 96

func (o *Options) format() (format, error) {
	switch o.Codec {
	case schemas.Codec_CODEC_UNSPECIFIED, schemas.Codec_CODEC_PCMA:
		return format{schemas.Codec_CODEC_PCMA, 8, 1, codec.EncodePCMA}, nil
	case schemas.Codec_CODEC_PCMU:
		return format{schemas.Codec_CODEC_PCMU, 0, 1, codec.EncodePCMU}, nil
	case schemas.Codec_CODEC_L16:
		return format{schemas.Codec_CODEC_L16, l16Type, 2, codec.EncodeL16}, nil
	default:
		return format{}, fmt.Errorf("cannot send RTP as %v: expected PCMA, PCMU or L16", o.Codec)
	}
}

func (o *Options) batch() (time.Duration, error) {
	switch {
	case o.Batch == 0:
		return DefaultBatch, nil
	case o.Batch < ingest.TickDuration || o.Batch > MaxBatch:
		return 0, fmt.Errorf("cannot send batches of %v: expected %v to %v", o.Batch, ingest.TickDuration, MaxBatch)
	}
	return o.Batch, nil
}
