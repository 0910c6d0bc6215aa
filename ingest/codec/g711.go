package codec

import "slices"

// Law is what the codes of a law of G.711 stand for.
type Law struct {
	Real  [256]float32 // full scale ±1
	Whole [256]int16   // full scale ±32768
}

func newLaw(value func(code byte) int16) *Law {
	l := new(Law)
	for code := range l.Whole {
		v := value(byte(code))
		l.Real[code], l.Whole[code] = fromLinear(v), v
	}
	return l
}

func companded(l *Law) func() Decoder {
	d := &lawDecoder{l}
	return func() Decoder { return d }
}

// lawDecoder is the Decoder of a law. All streams share it.
type lawDecoder struct{ law *Law }

func (d *lawDecoder) Law() *Law { return d.law }

func (d *lawDecoder) Decode(dst []float32, payload []byte) ([]float32, error) {
	return d.law.decode(dst, payload), nil
}

// decode appends what the law says of each byte.
func (l *Law) decode(dst []float32, payload []byte) []float32 {
	n := len(dst)
	dst = slices.Grow(dst, len(payload))[:n+len(payload)]
	to, values := dst[n:], &l.Real
	for i, code := range payload {
		to[i] = values[code]
	}
	return dst
}
