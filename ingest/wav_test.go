package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-audio/wav"

	"github.com/earshot/earshot/ingest/codec"
)

// wavSpec describes a WAV file to build. What a test does not set is 8 kHz, mono, PCM of 16 bits.
type wavSpec struct {
	tag, channels, rate, bits int
	blockAlign                int
	extensible                bool
	before, after             []byte // chunks around the data chunk
	data                      []byte
	size                      func(true uint32) uint32 // lies about the data's size
}

func (s wavSpec) bytes() []byte {
	channels, rate, bits, tag := or(s.channels, 1), or(s.rate, 8000), or(s.bits, 16), or(s.tag, wavPCM)
	align := or(s.blockAlign, channels*bits/8)
	le := binary.LittleEndian
	format := le.AppendUint16(nil, uint16(tag))
	if s.extensible {
		format = le.AppendUint16(nil, wavExtensible)
	}
	format = le.AppendUint16(format, uint16(channels))
	format = le.AppendUint32(format, uint32(rate))
	format = le.AppendUint32(format, uint32(rate*align))
	format = le.AppendUint16(format, uint16(align))
	format = le.AppendUint16(format, uint16(bits))
	if s.extensible {
		format = append(format, 22, 0, byte(bits), 0, 3, 0, 0, 0, byte(tag), 0)
		format = append(format, subformatTail...)
	}
	size := uint32(len(s.data))
	if s.size != nil {
		size = s.size(size)
	}
	body := slices.Concat([]byte("WAVE"), chunk("fmt ", format), s.before,
		le.AppendUint32([]byte("data"), size), s.data, make([]byte, len(s.data)&1), s.after)
	return append(le.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func or(v, otherwise int) int {
	if v == 0 {
		return otherwise
	}
	return v
}

func chunk(id string, data []byte) []byte {
	c := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(data)))
	return append(append(c, data...), make([]byte, len(data)&1)...)
}

// pcm16Bytes are samples as a WAV file of 16 bits holds them.
func pcm16Bytes(samples ...float32) []byte {
	var b []byte
	for _, v := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(float64(v)*32767))))
	}
	return b
}

func readWAV(data []byte) ([][]float32, *wavReader, error) {
	w, err := openWAV(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, nil, err
	}
	channels := make([][]float32, w.channels)
	for {
		block, err := w.next()
		if err == io.EOF {
			return channels, w, nil
		}
		if err != nil {
			return nil, nil, err
		}
		for i := range block {
			channels[i] = append(channels[i], block[i]...)
		}
	}
}

func TestWAVSamples(t *testing.T) {
	for _, c := range []struct {
		name string
		spec wavSpec
		want [][]float32
	}{
		{"8 bit is unsigned", wavSpec{bits: 8, data: []byte{0, 64, 128, 192, 255}}, [][]float32{{-1, -0.5, 0, 0.5, 127. / 128}}},
		{"16 bit", wavSpec{data: []byte{0, 0x80, 0, 0xC0, 0, 0, 0xff, 0x7f}}, [][]float32{{-1, -0.5, 0, 32767. / 32768}}},
		{"24 bit", wavSpec{bits: 24, data: []byte{0, 0, 0x80, 0, 0, 0, 0, 0, 0x40}}, [][]float32{{-1, 0, 0.5}}},
		{"32 bit", wavSpec{bits: 32, data: []byte{0, 0, 0, 0x80, 0, 0, 0, 0x40}}, [][]float32{{-1, 0.5}}},
		{"A-law", wavSpec{tag: wavALaw, bits: 8, data: []byte{0x2A, 0xD5, 0x80}}, [][]float32{codec.DecodePCMA(nil, []byte{0x2A, 0xD5, 0x80})}},
		{"mu-law", wavSpec{tag: wavMuLaw, bits: 8, data: []byte{0, 0x80, 0xFF}}, [][]float32{codec.DecodePCMU(nil, []byte{0, 0x80, 0xFF})}},
		{"two channels alternate", wavSpec{channels: 2, data: []byte{0, 0x40, 0, 0xC0, 0, 0x20, 0, 0xE0}}, [][]float32{{0.5, 0.25}, {-0.5, -0.25}}},
		{"two channels of A-law", wavSpec{channels: 2, tag: wavALaw, bits: 8, data: []byte{0x2A, 0xD5}},
			[][]float32{codec.DecodePCMA(nil, []byte{0x2A}), codec.DecodePCMA(nil, []byte{0xD5})}},
		{"extensible PCM", wavSpec{extensible: true, bits: 24, data: []byte{0, 0, 0x40}}, [][]float32{{0.5}}},
		{"extensible mu-law", wavSpec{extensible: true, tag: wavMuLaw, bits: 8, data: []byte{0}}, [][]float32{codec.DecodePCMU(nil, []byte{0})}},
		{"the padding byte is no sample", wavSpec{bits: 8, data: []byte{64}, after: chunk("LIST", []byte("abcd"))}, [][]float32{{-0.5}}},
		{"odd chunks before the data", wavSpec{before: chunk("bext", []byte("abc")), data: []byte{0, 0x40}}, [][]float32{{0.5}}},
		{"half a block at the end is dropped", wavSpec{channels: 2, data: []byte{0, 0x40, 0, 0xC0, 0, 0x20}}, [][]float32{{0.5}, {-0.5}}},
		{"streamed, size 0", wavSpec{data: []byte{0, 0x40}, size: lie(0)}, [][]float32{{0.5}}},
		{"streamed, size unknown", wavSpec{data: []byte{0, 0x40}, size: lie(0xFFFFFFFF)}, [][]float32{{0.5}}},
		{"streamed by sox", wavSpec{data: []byte{0, 0x40}, size: lie(0x7FFFF000)}, [][]float32{{0.5}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := readWAV(c.spec.bytes())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func lie(size uint32) func(uint32) uint32 { return func(uint32) uint32 { return size } }

// The library's own, slower decoder is the oracle for linear PCM of any width, over more than one block.
func TestWAVAgreesWithTheLibrary(t *testing.T) {
	for _, bits := range []int{16, 24, 32} {
		for channels := 1; channels <= 2; channels++ {
			data := make([]byte, bits/8*channels*(2*wavBlock+78)) // even: the library takes a padding byte for a sample
			for i := range data {
				data[i] = byte(i * i >> 3)
			}
			file := wavSpec{bits: bits, channels: channels, data: data}.bytes()
			got, _, err := readWAV(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := wav.NewDecoder(bytes.NewReader(file)).FullPCMBuffer()
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range want.Data {
				if g := got[i%channels][i/channels]; g != float32(v)/float32(int64(1)<<(bits-1)) {
					t.Fatalf("%d bits, %d channels: sample %d is %v, the library says %d", bits, channels, i, g, v)
				}
			}
			if n := len(want.Data); n != channels*len(got[0]) {
				t.Errorf("%d bits: %d samples, the library has %d", bits, channels*len(got[0]), n)
			}
		}
	}
}

func TestWAVRefusals(t *testing.T) {
	good := wavSpec{data: make([]byte, 320)}.bytes()
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty: expected a WAV header"},
		{"text", []byte("Dear customer,\nthank you for calling."), `not a WAV file: it begins with "Dear", expected "RIFF"`},
		{"short text", []byte("hi"), `not a WAV file: it begins with "hi"`},
		{"a picture", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), `a RIFF file of type "WEBP", expected "WAVE"`},
		{"RF64", append([]byte("RF64"), good[4:]...), "unsupported container RF64: expected RIFF"},
		{"cut in RIFF", good[:7], "truncated header: the file has 7 bytes"},
		{"cut before fmt", good[:12], "truncated header: expected a fmt and a data chunk in the 12 bytes"},
		{"cut in fmt", good[:30], `truncated header: the "fmt " chunk says 16 bytes, the file has 10`},
		{"cut before data", good[:36], "truncated header: expected a data chunk in the 36 bytes"},
		{"cut in data", good[:len(good)-100], "truncated: the data chunk says 320 bytes, the file has 220"},
		{"size far beyond", wavSpec{data: make([]byte, 10), size: lie(1 << 30)}.bytes(), "says 1073741824 bytes, the file has 10"},
		{"short fmt", append([]byte("RIFF\x00\x00\x00\x00WAVE"), chunk("fmt ", make([]byte, 14))...), "fmt chunk of 14 bytes: expected at least 16"},
		{"data before fmt", append([]byte("RIFF\x00\x00\x00\x00WAVE"), chunk("data", make([]byte, 14))...), "expected the fmt chunk before it"},
		{"data size 0", wavSpec{}.bytes(), "no audio: expected at least one sample"},
		{"data size 0 and a LIST", wavSpec{after: chunk("LIST", []byte("INFOabc"))}.bytes(), "no audio"},
		{"streamed, nothing came", wavSpec{size: lie(0xFFFFFFFF)}.bytes(), "no audio"},
		{"less than a block", wavSpec{channels: 2, data: make([]byte, 2)}.bytes(), "no audio"},
		{"float", wavSpec{tag: 3, bits: 32, data: make([]byte, 8)}.bytes(), "unsupported format tag 3: expected 1 (PCM), 6 (A-law) or 7 (mu-law)"},
		{"extensible float", wavSpec{tag: 3, extensible: true, bits: 32, data: make([]byte, 8)}.bytes(), "unsupported format tag 3"},
		{"12 bits", wavSpec{bits: 12, blockAlign: 2, data: make([]byte, 8)}.bytes(), "12 bits per sample: expected 8, 16, 24 or 32"},
		{"A-law of 16 bits", wavSpec{tag: wavALaw, data: make([]byte, 8)}.bytes(), "16 bits per sample of A-law or mu-law: expected 8"},
		{"slow", wavSpec{rate: 6000, data: make([]byte, 8)}.bytes(), "sample rate of 6000 Hz: expected 8000 to 48000 Hz"},
		{"fast", wavSpec{rate: 96000, data: make([]byte, 8)}.bytes(), "sample rate of 96000 Hz"},
		{"three channels", wavSpec{channels: 3, data: make([]byte, 12)}.bytes(), "3 channels: expected 1 or 2"},
		{"block align", wavSpec{blockAlign: 3, data: make([]byte, 12)}.bytes(), "block align of 3 bytes: expected 2 for 1 channels of 16 bits"},
		{"a chunk that says too much", append(slices.Clone(good[:36]), "LIST\xff\xff\xff\xff"...), `the "LIST" chunk says 4294967295 bytes`},
		{"chunks without end", append(slices.Clone(good[:36]), bytes.Repeat([]byte("junk\x00\x00\x00\x00"), 2000)...), "expected a data chunk among the first 1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := readWAV(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func TestWAVDuration(t *testing.T) {
	for _, c := range []struct {
		rate, samples int
		want          time.Duration
	}{
		{8000, 1, 125 * time.Microsecond},
		{8000, 12001, 1500125 * time.Microsecond},
		{44100, 44101, time.Second + 22675*time.Nanosecond},
	} {
		_, w, err := readWAV(wavSpec{rate: c.rate, data: make([]byte, 2*c.samples)}.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got := w.duration(); got != c.want {
			t.Errorf("%d samples at %d Hz last %v, want %v", c.samples, c.rate, got, c.want)
		}
	}
	if h := (&wavHeader{channels: 1, bits: 8, rate: 48000, dataSize: 48000 * 3600 * 1000}); h.duration() != 1000*time.Hour {
		t.Errorf("1000 h became %v", h.duration())
	}
}

// FuzzWAV: whatever the bytes, there is an error or exactly the samples that the header promises.
func FuzzWAV(f *testing.F) {
	f.Add(wavSpec{data: make([]byte, 321)}.bytes())
	f.Add(wavSpec{channels: 2, rate: 48000, bits: 24, extensible: true, data: make([]byte, 600)}.bytes())
	f.Add(wavSpec{tag: wavALaw, bits: 8, size: lie(0), data: make([]byte, 99), before: chunk("LIST", []byte("INFOISFT\x04\x00\x00\x00abcd"))}.bytes())
	f.Add([]byte("RIFF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		channels, w, err := readWAV(file)
		if err != nil {
			return
		}
		for i, pcm := range channels {
			if n := int(w.dataSize) / w.blockSize(); len(pcm) != n || n == 0 || n > len(file) {
				t.Fatalf("channel %d: %d samples of %d in %d bytes", i, len(pcm), n, len(file))
			}
			for _, v := range pcm {
				if !(v >= -1 && v <= 1) {
					t.Fatalf("channel %d: sample %v", i, v)
				}
			}
		}
	})
}

func BenchmarkWAV(b *testing.B) {
	for _, s := range []wavSpec{{channels: 2, rate: 8000}, {channels: 2, rate: 48000}, {channels: 2, tag: wavALaw, bits: 8, rate: 8000}} {
		const seconds = 60
		s.data = make([]byte, seconds*s.rate*s.channels*or(s.bits, 16)/8)
		file := s.bytes()
		b.Run(fmt.Sprintf("tag%d_%dHz", or(s.tag, 1), s.rate), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w, err := openWAV(bytes.NewReader(file), int64(len(file)))
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = w.next()
				}
			}
			b.ReportMetric(float64(b.N)*seconds/b.Elapsed().Seconds(), "×realtime")
		})
	}
}
