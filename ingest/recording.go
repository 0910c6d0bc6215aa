package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/earshot/earshot/schemas"
)

// MaxInline is the largest WAV file that a Recording may carry in itself.
const MaxInline = 8 << 20

// eventGrace is how far past the recording's end the switch may place an event: its clock is not the recorder's.
const eventGrace = time.Second

// RecordingOptions are the choices of who reads a Recording from Kafka.
type RecordingOptions struct {
	// Roots are the folders that a file:// uri may point into. Without any, such a uri is refused: it comes from
	// whoever can write to the topic, and must not make the worker read just any file.
	Roots []string
	// Channels are the legs of a two-channel recording that does not say them itself; nil is agent, customer.
	Channels []schemas.Leg
}

// RecordingReader plays a recording into a Sink, as fast as that takes it.
type RecordingReader struct {
	name   string // for errors
	info   Info
	rec    *schemas.Recording
	wav    *wavReader
	legs   []recordedLeg // agent and customer, or mixed
	closer io.Closer
	played bool
}

// OpenRecording opens what a record of the recordings topic holds or points at.
func OpenRecording(rec *schemas.Recording, opts RecordingOptions) (*RecordingReader, error) {
	name := "recording " + rec.GetCallId()
	if rec.GetCallId() == "" {
		return nil, errors.New("cannot open recording: no call_id")
	}
	if err := checkRecording(rec); err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", name, err)
	}
	switch audio := rec.Audio.(type) {
	case *schemas.Recording_Inline:
		if len(audio.Inline) > MaxInline {
			return nil, fmt.Errorf("cannot open %s: inline audio of %d bytes, expected at most %d", name, len(audio.Inline), MaxInline)
		}
		return newRecordingReader(name, rec, bytes.NewReader(audio.Inline), int64(len(audio.Inline)), opts.Channels)
	case *schemas.Recording_Uri:
		file, size, err := openURI(audio.Uri, opts.Roots)
		if err != nil {
			return nil, fmt.Errorf("cannot open %s: %w", name, err)
		}
		return closeOnError(file)(newRecordingReader(name+" at "+audio.Uri, rec, file, size, opts.Channels))
	default:
		return nil, fmt.Errorf("cannot open %s: no audio, expected inline or uri", name)
	}
}

// OpenFile opens a WAV file, with what the sidecar beside it says. Channels are the legs of a two-channel file whose
// sidecar does not say them; nil is agent, customer. A file of one channel is the mixed leg.
func OpenFile(path string, channels []schemas.Leg) (*RecordingReader, error) {
	rec, err := LoadSidecar(path)
	if err != nil {
		return nil, err
	}
	file, size, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open recording %s: %w", path, err)
	}
	return closeOnError(file)(newRecordingReader("recording "+path, rec, file, size, channels))
}

func closeOnError(file io.Closer) func(*RecordingReader, error) (*RecordingReader, error) {
	return func(r *RecordingReader, err error) (*RecordingReader, error) {
		if err != nil {
			file.Close()
			return nil, err
		}
		r.closer = file
		return r, nil
	}
}

func newRecordingReader(name string, rec *schemas.Recording, audio io.ReaderAt, size int64, channels []schemas.Leg) (*RecordingReader, error) {
	wav, err := openWAV(audio, size)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", name, err)
	}
	legs, err := legsOf(rec.Channels, wav.channels, channels)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", name, err)
	}
	r := &RecordingReader{name: name, rec: rec, wav: wav}
	for _, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		channel := slices.Index(legs, leg)
		if channel < 0 {
			continue
		}
		resampler, err := newResampler(wav.rate, SampleRate)
		if err != nil {
			return nil, fmt.Errorf("cannot open %s: %w", name, err)
		}
		r.legs = append(r.legs, recordedLeg{leg: leg, channel: channel, resampler: resampler})
		r.info.Legs = append(r.info.Legs, leg)
	}
	for i, e := range rec.Events {
		if at := e.Offset.AsDuration(); at > wav.duration()+eventGrace {
			return nil, fmt.Errorf("cannot open %s: events[%d].offset: %v is past the recording's end at %v", name, i, at, wav.duration())
		}
	}
	r.describe()
	return r, nil
}

// legsOf says which leg each channel of a file carries: what the record says must agree with the file, what the
// caller says is for files of two channels.
func legsOf(said []schemas.Leg, channels int, otherwise []schemas.Leg) ([]schemas.Leg, error) {
	switch {
	case len(said) > 0 && len(said) != channels:
		return nil, fmt.Errorf("channels name %d (%s), the WAV file has %d: expected as many", len(said), legList(said), channels)
	case len(said) > 0:
		return said, nil
	case channels == 1:
		return []schemas.Leg{schemas.Leg_LEG_MIXED}, nil
	case otherwise == nil:
		return []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}, nil
	case len(otherwise) != channels:
		return nil, fmt.Errorf("channels name %d (%s), the WAV file has %d: expected as many", len(otherwise), legList(otherwise), channels)
	}
	return otherwise, checkChannels(otherwise)
}

func (r *RecordingReader) describe() {
	rec := r.rec
	r.info.CallID = rec.CallId
	r.info.AgentID = rec.AgentId
	r.info.Seat = rec.Seat
	r.info.Team = rec.Team
	r.info.Queue = rec.Queue
	r.info.Customer = rec.Customer
	r.info.Direction = rec.Direction
	if rec.StartedAt != nil {
		r.info.StartedAt = rec.StartedAt.AsTime()
	}
}

// Info is what is known of the call. Its legs are agent and customer, or mixed.
func (r *RecordingReader) Info() Info { return r.info }

// Duration is the recording's length.
func (r *RecordingReader) Duration() time.Duration { return r.wav.duration() }

// Close closes the file, if there is one.
func (r *RecordingReader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}
