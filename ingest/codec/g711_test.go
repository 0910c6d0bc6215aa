package codec

import (
	"math"
	"testing"
)

// The quantisers of ITU-T G.711, tables 1 and 2: per segment of the positive half the first output value, the step
// between outputs, and how many there are, on the scale of 16 bits. Codes are as the standard numbers them, before
// the inversion of bits.
type segment struct{ first, step, n int }

var (
	alawSegments = []segment{
		{8, 16, 32}, {528, 32, 16}, {1056, 64, 16}, {2112, 128, 16}, {4224, 256, 16}, {8448, 512, 16}, {16896, 1024, 16},
	}
	mulawSegments = []segment{
		{0, 8, 16}, {132, 16, 16}, {396, 32, 16}, {924, 64, 16}, {1980, 128, 16}, {4092, 256, 16}, {8316, 512, 16}, {16764, 1024, 16},
	}
)

func outputs(segments []segment) []int {
	var values []int
	for _, s := range segments {
		for i := range s.n {
			values = append(values, s.first+i*s.step)
		}
	}
	return values
}

type companding struct {
	name     string
	segments []segment
	outputs  []int
	code     func(index int, negative bool) byte
	decode   func([]float32, []byte) []float32
	encode   func([]byte, []float32) []byte
	curve    func(x float64) float64 // the curve that the segments approximate, 0 to 1 on both sides
}

var compandings = []companding{
	{
		name: "A-law", segments: alawSegments, outputs: outputs(alawSegments), decode: DecodePCMA, encode: EncodePCMA,
		code: func(i int, negative bool) byte {
			if negative {
				return byte(i) ^ 0x55
			}
			return byte(i|0x80) ^ 0x55
		},
		curve: func(x float64) float64 {
			const a = 87.6
			if x < 1/a {
				return a * x / (1 + math.Log(a))
			}
			return (1 + math.Log(a*x)) / (1 + math.Log(a))
		},
	},
	{
		name: "mu-law", segments: mulawSegments, outputs: outputs(mulawSegments), decode: DecodePCMU, encode: EncodePCMU,
		code: func(i int, negative bool) byte {
			if negative {
				return ^byte(i | 0x80)
			}
			return ^byte(i)
		},
		curve: func(x float64) float64 { return math.Log1p(255*x) / math.Log1p(255) },
	},
}

func TestDecodeIsTheTableOfG711(t *testing.T) {
	for _, c := range compandings {
		t.Run(c.name, func(t *testing.T) {
			if len(c.outputs) != 128 {
				t.Fatalf("the test's own table has %d values, want 128", len(c.outputs))
			}
			for i, v := range c.outputs {
				for _, negative := range []bool{false, true} {
					want := float32(v) / 32768
					if negative {
						want = -want
					}
					code := c.code(i, negative)
					if got := c.decode(nil, []byte{code}); len(got) != 1 || got[0] != want {
						t.Errorf("code %#02x decodes to %v, want %v", code, got, want)
					}
				}
			}
		})
	}
}

// The segments follow the logarithmic curve that gives the law its name.
func TestTheSegmentsFollowTheCurve(t *testing.T) {
	for _, c := range compandings {
		for i, v := range c.outputs {
			got, want := (float64(i)+0.5)/128, c.curve(float64(v)/32768)
			if math.Abs(got-want) > 0.02 {
				t.Errorf("%s: output %d is value %d: place %.3f on the curve, want %.3f", c.name, i, v, got, want)
			}
		}
	}
}

// An output value is the middle between two decision values (G.711, tables 1 and 2, columns 5 and 7), so what encodes
// to it is no further from it than half its segment's step. Beyond the last decision value everything is the last output.
func TestEncodeKeepsToTheDecisionValues(t *testing.T) {
	for _, c := range compandings {
		t.Run(c.name, func(t *testing.T) {
			last := float64(c.outputs[len(c.outputs)-1])
			for x := math.MinInt16; x <= math.MaxInt16; x++ {
				code := c.encode(nil, []float32{float32(x) / 32768})
				got := float64(c.decode(nil, code)[0]) * 32768
				want := max(-last, min(float64(x), last))
				if step := c.step(math.Abs(got)); math.Abs(got-want) > step/2 {
					t.Fatalf("%d encodes to %#02x, which is %v: further than half the step of %v", x, code, got, step)
				}
			}
		})
	}
}

// step is how far the outputs of the segment that an output belongs to are apart.
func (c *companding) step(output float64) float64 {
	for i := len(c.segments) - 1; i >= 0; i-- {
		if output >= float64(c.segments[i].first) {
			return float64(c.segments[i].step)
		}
	}
	return 0
}

func TestEveryCodeSurvivesARoundTrip(t *testing.T) {
	for _, c := range compandings {
		for code := range 256 {
			got := c.encode(nil, c.decode(nil, []byte{byte(code)}))[0]
			if c.name == "mu-law" && code == 0x7f {
				if got != 0xff { // minus zero is zero
					t.Errorf("mu-law 0x7f comes back as %#02x, want 0xff", got)
				}
				continue
			}
			if got != byte(code) {
				t.Errorf("%s: %#02x comes back as %#02x", c.name, code, got)
			}
		}
	}
}

func TestEncodeClipsWhatIsTooLoud(t *testing.T) {
	nan := float32(math.NaN())
	pcm := []float32{2, -2, float32(math.Inf(1)), float32(math.Inf(-1)), nan}
	for _, tc := range []struct {
		name   string
		encode func([]byte, []float32) []byte
		want   string
	}{
		{"A-law", EncodePCMA, "\xaa\x2a\xaa\x2a\xd5"},
		{"mu-law", EncodePCMU, "\x80\x00\x80\x00\xff"},
		{"L16", EncodeL16, "\x7f\xff\x80\x00\x7f\xff\x80\x00\x00\x00"},
	} {
		if got := string(tc.encode(nil, pcm)); got != tc.want {
			t.Errorf("%s: got % x, want % x", tc.name, got, tc.want)
		}
	}
}
