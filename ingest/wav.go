package ingest

import (
	"fmt"
	"io"
	"time"

	"github.com/earshot/earshot/ingest/codec"
)

// wavBlock is how many samples of each channel are read at a time: half a second at 8 kHz, whatever the file's length.
const wavBlock = 4096

// wavReader streams the samples of a WAV file.
type wavReader struct {
	*wavHeader
	data io.Reader
	left int64 // blocks not read yet
	raw  []byte
	pcm  [][]float32 // per channel, what next has read
	conv convert
}

// openWAV checks the file in full before any of it is judged: half a call is not to be judged as a whole one.
func openWAV(r io.ReaderAt, size int64) (*wavReader, error) {
	h, err := readWAVHeader(r, size)
	if err != nil {
		return nil, err
	}
	w := &wavReader{
		wavHeader: h,
		data:      io.NewSectionReader(r, h.dataAt, h.dataSize),
		left:      h.dataSize / int64(h.blockSize()),
		raw:       make([]byte, wavBlock*h.blockSize()),
		pcm:       make([][]float32, h.channels),
		conv:      converter(h),
	}
	for i := range w.pcm {
		w.pcm[i] = make([]float32, wavBlock)
	}
	return w, nil
}

// duration is exact to the nanosecond below the last sample's end.
func (h *wavHeader) duration() time.Duration {
	n, rate := h.dataSize/int64(h.blockSize()), int64(h.rate)
	return time.Duration(n/rate)*time.Second + time.Duration(n%rate)*time.Second/time.Duration(rate)
}

// next reads up to wavBlock samples of each channel, full scale ±1. They are valid until the next call. io.EOF
// follows the last of them.
func (w *wavReader) next() ([][]float32, error) {
	if w.left == 0 {
		return nil, io.EOF
	}
	n := int(min(w.left, wavBlock))
	raw := w.raw[:n*w.blockSize()]
	if _, err := io.ReadFull(w.data, raw); err != nil {
		return nil, fmt.Errorf("cannot read the audio: %w", err)
	}
	w.left -= int64(n)
	width := w.bits / 8
	for c := range w.pcm {
		w.pcm[c] = w.pcm[c][:n]
		w.conv(w.pcm[c], raw[c*width:], w.blockSize())
	}
	return w.pcm, nil
}

// convert turns one channel's samples, the first at raw[0] and each stride bytes after the one before, into dst.
type convert func(dst []float32, raw []byte, stride int)

func converter(h *wavHeader) convert {
	switch {
	case h.tag == wavALaw:
		return companded(codec.DecodePCMA)
	case h.tag == wavMuLaw:
		return companded(codec.DecodePCMU)
	case h.bits == 8:
		return pcm8
	case h.bits == 16:
		return pcm16
	case h.bits == 24:
		return pcm24
	default:
		return pcm32
	}
}

// companded takes the table out of a G.711 decoder.
func companded(decode func(dst []float32, payload []byte) []float32) convert {
	codes := make([]byte, 256)
	for i := range codes {
		codes[i] = byte(i)
	}
	table := [256]float32(decode(nil, codes))
	return func(dst []float32, raw []byte, stride int) {
		for i := range dst {
			dst[i] = table[raw[i*stride]]
		}
	}
}

// pcm8 is unsigned, the wider ones are signed and little-endian.
func pcm8(dst []float32, raw []byte, stride int) {
	for i := range dst {
		dst[i] = float32(int(raw[i*stride])-128) / (1 << 7)
	}
}

func pcm16(dst []float32, raw []byte, stride int) {
	for i := pcm16Wide(dst, raw, stride); i < len(dst); i++ {
		b := raw[i*stride:][:2]
		dst[i] = float32(int16(uint16(b[0])|uint16(b[1])<<8)) / (1 << 15)
	}
}

func pcm24(dst []float32, raw []byte, stride int) {
	for i := range dst {
		b := raw[i*stride:][:3]
		dst[i] = float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
}

func pcm32(dst []float32, raw []byte, stride int) {
	for i := range dst {
		b := raw[i*stride:][:4]
		dst[i] = float32(int32(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24)) / (1 << 31)
	}
}
