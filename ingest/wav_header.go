package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-audio/wav"
)

// Format tags of a WAV file.
const (
	wavPCM        = 1
	wavALaw       = 6
	wavMuLaw      = 7
	wavExtensible = 0xFFFE
)

// errNoAudio says that a WAV file is well-formed and holds no sample.
var errNoAudio = errors.New("no audio: expected at least one sample in the data chunk")

// wavHeader is what a WAV file says of its audio, checked against the file.
type wavHeader struct {
	tag                  int // wavPCM, wavALaw or wavMuLaw
	channels, rate, bits int
	dataAt, dataSize     int64 // dataSize is a whole number of blocks
}

// blockSize is the bytes of one sample of all channels.
func (h *wavHeader) blockSize() int { return h.channels * h.bits / 8 }

// subformatTail is what follows the format tag in the GUID of a WAVE_FORMAT_EXTENSIBLE.
var subformatTail = []byte("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")

// readWAVHeader finds the audio. It walks the chunks itself, and go-audio/wav reads a format that is known to be
// whole: the library allocates what a header claims, takes a file that was cut off for a short one, and hides the
// block size and the format inside a WAVE_FORMAT_EXTENSIBLE.
func readWAVHeader(r io.ReaderAt, size int64) (*wavHeader, error) {
	chunks, err := findWAVChunks(r, size)
	if err != nil {
		return nil, err
	}
	format := chunks.format
	decoder := wav.NewDecoder(bytes.NewReader(slices.Concat(
		[]byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00"), format[:16], []byte("data\x00\x00\x00\x00"))))
	if decoder.ReadInfo(); decoder.Err() != nil {
		return nil, fmt.Errorf("cannot read the fmt chunk: %w", decoder.Err())
	}
	h := &wavHeader{
		tag: int(decoder.WavAudioFormat), channels: int(decoder.NumChans),
		rate: int(decoder.SampleRate), bits: int(decoder.BitDepth),
	}
	if h.tag == wavExtensible {
		if len(format) < 40 || !bytes.Equal(format[26:40], subformatTail) {
			return nil, errors.New("unsupported WAVE_FORMAT_EXTENSIBLE: expected PCM, A-law or mu-law as its subformat")
		}
		h.tag = int(binary.LittleEndian.Uint16(format[24:]))
	}
	if err := h.check(int(binary.LittleEndian.Uint16(format[12:]))); err != nil {
		return nil, err
	}
	return h, h.place(r, chunks, size)
}

func (h *wavHeader) check(blockAlign int) error {
	switch {
	case h.tag != wavPCM && h.tag != wavALaw && h.tag != wavMuLaw:
		return fmt.Errorf("unsupported format tag %d: expected 1 (PCM), 6 (A-law) or 7 (mu-law)", h.tag)
	case h.channels != 1 && h.channels != 2:
		return fmt.Errorf("%d channels: expected 1 or 2", h.channels)
	case h.rate < 8000 || h.rate > 48000:
		return fmt.Errorf("sample rate of %d Hz: expected 8000 to 48000 Hz", h.rate)
	case h.tag != wavPCM && h.bits != 8:
		return fmt.Errorf("%d bits per sample of A-law or mu-law: expected 8", h.bits)
	case h.bits != 8 && h.bits != 16 && h.bits != 24 && h.bits != 32:
		return fmt.Errorf("%d bits per sample: expected 8, 16, 24 or 32", h.bits)
	case blockAlign != h.blockSize():
		return fmt.Errorf("block align of %d bytes: expected %d for %d channels of %d bits", blockAlign, h.blockSize(), h.channels, h.bits)
	}
	return nil
}

// place settles where the audio begins and ends. A writer that cannot seek back (a pipe) leaves a size of 0, of all ones,
// or sox's 0x7ffff000: then the audio goes on to the end of the file. Any other size has to be there in full.
func (h *wavHeader) place(r io.ReaderAt, c *wavChunks, size int64) error {
	left := size - c.dataAt
	h.dataAt, h.dataSize = c.dataAt, int64(c.dataSize)
	streamed := c.dataSize == 0 || c.dataSize == 0xFFFFFFFF || c.dataSize == 0x7FFFF000
	switch {
	case c.dataSize == 0 && chunksToTheEnd(r, c.dataAt, size):
		return errNoAudio
	case streamed && (c.dataSize == 0 || h.dataSize > left):
		h.dataSize = left
	case h.dataSize > left:
		return fmt.Errorf("truncated: the data chunk says %d bytes, the file has %d", h.dataSize, left)
	}
	h.dataSize -= h.dataSize % int64(h.blockSize())
	if h.dataSize == 0 {
		return errNoAudio
	}
	return nil
}
