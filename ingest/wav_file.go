package ingest

import (
	"fmt"
	"io"
	"os"
	"time"
)

// WAVFile reads the samples of a WAV file at any place, whatever its encoding. It may be used by many at once, as its
// ReaderAt may.
type WAVFile struct {
	*wavHeader
	r    io.ReaderAt
	conv convert
}

// OpenWAV reads and checks the header of a WAV file of so many bytes.
func OpenWAV(r io.ReaderAt, size int64) (*WAVFile, error) {
	h, err := readWAVHeader(r, size)
	if err != nil {
		return nil, fmt.Errorf("cannot read WAV file: %w", err)
	}
	return &WAVFile{wavHeader: h, r: r, conv: converter(h)}, nil
}

// Rate is the samples of a channel per second.
func (w *WAVFile) Rate() int { return w.rate }

// Channels is how many channels there are: 1 or 2.
func (w *WAVFile) Channels() int { return w.channels }

// Samples is how many samples each channel has.
func (w *WAVFile) Samples() int64 { return w.dataSize / int64(w.blockSize()) }

// Duration is the audio's length.
func (w *WAVFile) Duration() time.Duration { return w.duration() }

// PCM16 says where the audio lies if it is 16-bit PCM already; otherwise ok is false.
func (w *WAVFile) PCM16() (at int64, ok bool) { return w.dataAt, w.tag == wavPCM && w.bits == 16 }

// ReadSamples fills dst, a slice for each channel and all of one length, from a sample on; nil for a channel that is not
// wanted. Full scale is ±1. All of the samples must be there.
func (w *WAVFile) ReadSamples(dst [][]float32, from int64) error {
	n := 0
	for _, d := range dst {
		n = max(n, len(d))
	}
	block := int64(w.blockSize())
	if from < 0 || from+int64(n) > w.Samples() || len(dst) != w.channels {
		return fmt.Errorf("cannot read %d samples of %d channels from sample %d: the audio has %d of %d", n, len(dst), from, w.Samples(), w.channels)
	}
	raw := make([]byte, int64(n)*block)
	if got, err := w.r.ReadAt(raw, w.dataAt+from*block); got < len(raw) {
		return fmt.Errorf("cannot read the audio: %w", err)
	}
	for c, d := range dst {
		if d != nil && n > 0 {
			w.conv(d, raw[c*w.bits/8:], int(block))
		}
	}
	return nil
}

// OpenURI opens the file of a recording's file:// uri, if that points into one of the roots.
func OpenURI(uri string, roots []string) (*os.File, int64, error) {
	f, size, err := openURI(uri, roots)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot open recording: %w", err)
	}
	return f, size, nil
}
