package evidence

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Audio is a call's audio as a WAV file of 16-bit PCM with one channel per leg, to be read at any place. It is not safe
// for concurrent use.
type Audio struct {
	source   object
	wav      *ingest.WAVFile
	legs     []schemas.Leg
	channels []int // of the source, by channel given out
	plain    int64 // where the source's audio begins if it can be given out as it is; -1 otherwise
	header   []byte
	size     int64
	at       int64
}

var errNoLeg = errors.New("the call has no such leg")

// stored opens a file that this package has written. It closes it if it cannot.
func stored(o object) (*Audio, error) {
	a, err := newAudio(o, o.Size(), nil)
	if err != nil {
		o.Close()
		return nil, err
	}
	return a, nil
}

// newAudio gives out agent and customer in that order, whatever the order of the channels.
func newAudio(o object, size int64, channels []schemas.Leg) (*Audio, error) {
	wav, err := ingest.OpenWAV(o, size)
	if err != nil {
		return nil, err
	}
	if channels == nil {
		channels = legs(wav.Channels())
	}
	if len(channels) != wav.Channels() {
		return nil, fmt.Errorf("the WAV file has %d channels, expected %d", wav.Channels(), len(channels))
	}
	a := &Audio{source: o, wav: wav}
	for _, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		if c := slices.Index(channels, leg); c >= 0 {
			a.legs, a.channels = append(a.legs, leg), append(a.channels, c)
		}
	}
	if len(a.legs) != len(channels) {
		return nil, fmt.Errorf("channels %v: expected agent and customer, or mixed", channels)
	}
	return a.prepare(), nil
}

func legs(channels int) []schemas.Leg {
	if channels == 1 {
		return []schemas.Leg{schemas.Leg_LEG_MIXED}
	}
	return []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
}

func (a *Audio) prepare() *Audio {
	a.plain = -1
	if at, ok := a.wav.PCM16(); ok && len(a.channels) == a.wav.Channels() && slices.IsSorted(a.channels) {
		a.plain = at
	}
	bytes := a.wav.Samples() * int64(a.block())
	a.header = wavHeader(len(a.legs), a.wav.Rate(), bytes)
	a.size, a.at = int64(len(a.header))+bytes, 0
	return a
}

func (a *Audio) block() int { return 2 * len(a.legs) }

// Legs says whose voice each channel carries.
func (a *Audio) Legs() []schemas.Leg { return a.legs }

// Rate is the samples of a channel per second: 8000 unless the recording lies elsewhere.
func (a *Audio) Rate() int { return a.wav.Rate() }

// Samples is how many samples each channel has.
func (a *Audio) Samples() int64 { return a.wav.Samples() }

// Duration is the audio's length.
func (a *Audio) Duration() time.Duration { return a.wav.Duration() }

// ModTime is when the audio was written.
func (a *Audio) ModTime() time.Time { return a.source.ModTime() }

// Size is the bytes of the WAV file.
func (a *Audio) Size() int64 { return a.size }

// Close lets go of the file. Of an Audio and its Only, closing one closes both.
func (a *Audio) Close() error { return a.source.Close() }

// Only is the same audio with one leg alone.
func (a *Audio) Only(leg schemas.Leg) (*Audio, error) {
	i := slices.Index(a.legs, leg)
	if i < 0 {
		return nil, fmt.Errorf("cannot give out the %s leg: %w", leg.Name(), errNoLeg)
	}
	one := &Audio{source: a.source, wav: a.wav, legs: a.legs[i : i+1], channels: a.channels[i : i+1]}
	return one.prepare(), nil
}

// TimeAt is the time in the call that a byte of the WAV file belongs to.
func (a *Audio) TimeAt(offset int64) time.Duration {
	sample := max(offset-int64(len(a.header)), 0) / int64(a.block())
	return time.Duration(float64(sample) / float64(a.Rate()) * float64(time.Second))
}

// Read is io.Reader's.
func (a *Audio) Read(p []byte) (int, error) {
	n, err := a.ReadAt(p, a.at)
	a.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// Seek is io.Seeker's.
func (a *Audio) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += a.at
	case io.SeekEnd:
		offset += a.size
	}
	if offset < 0 {
		return 0, errors.New("cannot seek to before the beginning of the audio")
	}
	a.at = offset
	return offset, nil
}

// ReadAt is io.ReaderAt's.
func (a *Audio) ReadAt(p []byte, at int64) (n int, err error) {
	if at >= a.size {
		return 0, io.EOF
	}
	if rest := a.size - at; int64(len(p)) > rest {
		p, err = p[:rest], io.EOF
	}
	if at < int64(len(a.header)) {
		n = copy(p, a.header[at:])
	}
	if n == len(p) {
		return n, err
	}
	body := at + int64(n) - int64(len(a.header))
	if rerr := a.readBody(p[n:], body); rerr != nil {
		return n, rerr
	}
	return len(p), err
}

// readBody fills p with audio from a byte on.
func (a *Audio) readBody(p []byte, at int64) error {
	if a.plain >= 0 {
		if n, err := a.source.ReadAt(p, a.plain+at); n < len(p) {
			return fmt.Errorf("cannot read the audio: %w", err)
		}
		return nil
	}
	block := int64(a.block())
	for len(p) > 0 {
		first, skip := at/block, at%block
		samples := min((skip+int64(len(p))+block-1)/block, 8192)
		pcm, err := a.pcm16(first, int(samples))
		if err != nil {
			return err
		}
		n := copy(p, pcm[skip:])
		p, at = p[n:], at+int64(n)
	}
	return nil
}

// pcm16 gives samples as they are in the WAV file.
func (a *Audio) pcm16(from int64, n int) ([]byte, error) {
	channels, err := a.ReadSamples(from, n)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, n*a.block())
	for i := range n {
		for _, c := range channels {
			out = binary.LittleEndian.AppendUint16(out, uint16(linear16(c[i])))
		}
	}
	return out, nil
}

// ReadSamples gives n samples of each leg from a sample on, full scale ±1. All must be there.
func (a *Audio) ReadSamples(from int64, n int) ([][]float32, error) {
	source := make([][]float32, a.wav.Channels())
	out := make([][]float32, len(a.channels))
	for i, c := range a.channels {
		source[c] = make([]float32, n)
		out[i] = source[c]
	}
	return out, a.wav.ReadSamples(source, from)
}

// linear16 is a sample as 16-bit PCM; what decoders and the jitter buffer gave as 16 bits comes out as it was.
func linear16(v float32) int16 {
	return int16(max(math.MinInt16, min(math.MaxInt16, math.RoundToEven(float64(v)*32768))))
}

// headerSize is the bytes before the audio in a file that this package writes.
const headerSize = 44

// wavHeader is the header of a WAV file (RIFF WAVE, format tag 1) of 16-bit PCM with so many bytes of audio.
func wavHeader(channels, rate int, bytes int64) []byte {
	b := make([]byte, 0, headerSize)
	u16 := func(v int) { b = binary.LittleEndian.AppendUint16(b, uint16(v)) }
	u32 := func(v int64) { b = binary.LittleEndian.AppendUint32(b, uint32(min(v, math.MaxUint32))) }
	b = append(b, "RIFF"...)
	u32(bytes + headerSize - 8)
	b = append(b, "WAVEfmt "...)
	u32(16)
	u16(1)
	u16(channels)
	u32(int64(rate))
	u32(int64(rate * channels * 2))
	u16(channels * 2)
	u16(16)
	b = append(b, "data"...)
	u32(bytes)
	return b
}
