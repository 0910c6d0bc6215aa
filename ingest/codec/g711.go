package codec

import "slices"

// expansion is what the codes of a law of G.711 stand for.
type expansion struct {
	real  [256]float32
	whole [256]int16
}

func newExpansion(value func(code byte) int16) *expansion {
	e := new(expansion)
	for code := range e.whole {
		v := value(byte(code))
		e.real[code], e.whole[code] = fromLinear(v), v
	}
	return e
}

// expand appends what a table says of each byte.
func expand[S any](dst []S, payload []byte, table *[256]S) []S {
	n := len(dst)
	dst = slices.Grow(dst, len(payload))[:n+len(payload)]
	to := dst[n:]
	for i, code := range payload {
		to[i] = table[code]
	}
	return dst
}
