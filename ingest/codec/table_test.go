package codec

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/earshot/earshot/schemas"
)

func TestEveryAnnouncedCodecIsInTheTable(t *testing.T) {
	for id, name := range schemas.Codec_name {
		c := Lookup(schemas.Codec(id))
		if id == 0 {
			if c != nil {
				t.Errorf("%s has the codec %s, want none", name, c.Name)
			}
			continue
		}
		if c == nil {
			t.Errorf("%s has no line in the table", name)
			continue
		}
		if (c.Kind == Voice) != (c.New != nil) {
			t.Errorf("%s: voice needs a decoder, and only voice has one", name)
		}
		if c.StaticType != Dynamic && Static(uint8(c.StaticType)) != c {
			t.Errorf("%s is not found by its static payload type %d", name, c.StaticType)
		}
	}
	if c := Static(96); c != nil {
		t.Errorf("payload type 96 is dynamic, and yet it is %s", c.Name)
	}
	if c := Lookup(schemas.Codec(9999)); c != nil {
		t.Errorf("codec 9999 is %s, want none", c.Name)
	}
}

func TestL16RoundTrip(t *testing.T) {
	wire := make([]byte, 0, 1<<17)
	for v := range 1 << 16 {
		wire = append(wire, byte(v>>8), byte(v))
	}
	pcm := DecodeL16(nil, wire)
	if len(pcm) != 1<<16 || pcm[0x8000] != -1 || pcm[0x4000] != 0.5 {
		t.Fatalf("decoded %d samples, 0x8000 is %v, 0x4000 is %v", len(pcm), pcm[0x8000], pcm[0x4000])
	}
	if got := EncodeL16(nil, pcm); !bytes.Equal(got, wire) {
		t.Error("the samples encode to other bytes than they came from")
	}
	if got := DecodeL16(nil, []byte{1, 2, 3}); len(got) != 1 {
		t.Errorf("three bytes make %d samples, want 1", len(got))
	}
}

// What has 16 bits is the same whether it is decoded to whole numbers or to real ones.
func TestLinearIsTheSame(t *testing.T) {
	payload := make([]byte, 0, 512)
	for v := range 256 {
		payload = append(payload, byte(v), byte(v*7))
	}
	payload = payload[:len(payload)-1] // an odd byte is no sample of L16
	tried := 0
	for i := range table {
		if table[i].New == nil {
			continue
		}
		decoder := table[i].New()
		var whole []int16
		switch d := decoder.(type) {
		case Companded:
			for _, code := range payload {
				whole = append(whole, d.Law().Whole[code])
			}
		case Linear:
			if whole = d.DecodeLinear(make([]int16, 1), payload); len(whole) > 0 {
				whole = whole[1:]
			}
		default:
			continue
		}
		tried++
		pcm, err := decoder.Decode(nil, payload)
		if err != nil {
			t.Fatal(err)
		}
		if len(whole) != len(pcm) || len(pcm) == 0 {
			t.Fatalf("%s: %d whole samples and %d real ones", table[i].Name, len(whole), len(pcm))
		}
		for k, v := range pcm {
			if got := whole[k]; float32(got)/32768 != v {
				t.Errorf("%s: sample %d is %d and %v", table[i].Name, k, got, v)
			}
		}
	}
	if tried < 3 {
		t.Errorf("%d codecs have samples of 16 bits, expected PCMA, PCMU and L16", tried)
	}
}

func TestDecodersDoNotAllocate(t *testing.T) {
	payload, dst := make([]byte, 320), make([]float32, 0, 320)
	for i := range table {
		c := &table[i]
		if c.New == nil {
			continue
		}
		d := c.New()
		if n := testing.AllocsPerRun(100, func() { _, _ = d.Decode(dst[:0], payload) }); n != 0 {
			t.Errorf("%s: %v allocations for each payload", c.Name, n)
		}
	}
}

func TestComfortNoise(t *testing.T) {
	for _, tc := range []struct {
		payload []byte
		want    int
	}{{[]byte{0}, 0}, {[]byte{60}, -60}, {[]byte{127, 1, 2}, -127}, {[]byte{0x80 | 50}, -50}} {
		if got, err := ParseComfortNoise(tc.payload); err != nil || got != tc.want {
			t.Errorf("% x: got %d, %v, want %d", tc.payload, got, err, tc.want)
		}
	}
	if _, err := ParseComfortNoise(nil); !errors.Is(err, ErrEmptyPayload) {
		t.Errorf("no payload: got %v, want ErrEmptyPayload", err)
	}
}

func TestTelephoneEvent(t *testing.T) {
	got, err := ParseTelephoneEvent([]byte{11, 0x8a, 0x03, 0x20})
	if want := (TelephoneEvent{Event: 11, End: true, Duration: 800}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := ParseTelephoneEvent([]byte{1, 2, 3}); !errors.Is(err, ErrEmptyPayload) {
		t.Errorf("three bytes: got %v, want ErrEmptyPayload", err)
	}
}

func FuzzDecoders(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x7f\x80\xff\xd5"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		for i := range table {
			if table[i].New == nil {
				continue
			}
			pcm, err := table[i].New().Decode(nil, payload)
			if err != nil {
				continue
			}
			for _, v := range pcm {
				if math.Abs(float64(v)) > 1 || v != v {
					t.Fatalf("%s: sample %v is past full scale", table[i].Name, v)
				}
			}
		}
		_, _ = ParseComfortNoise(payload)
		_, _ = ParseTelephoneEvent(payload)
	})
}

// BenchmarkDecode decodes 20 ms of each voice codec at 8 kHz.
func BenchmarkDecode(b *testing.B) {
	payload := make([]byte, 160)
	for i := range payload {
		payload[i] = byte(i * 7)
	}
	for i := range table {
		if table[i].New == nil {
			continue
		}
		b.Run(table[i].Name, func(b *testing.B) {
			decoder, pcm := table[i].New(), make([]float32, 0, len(payload))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decoder.Decode(pcm[:0], payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
