package codec

// A-law of ITU-T G.711: 13 bits in 8. A code is sign, three bits of segment and four of the place in it, with every
// second bit inverted. Segments 0 and 1 have steps of 16 (of 65536), each later one steps twice as wide.
const alawInvert = 0x55

var alaw = newLaw(alawValue)

// DecodePCMA appends the samples of A-law bytes.
func DecodePCMA(dst []float32, payload []byte) []float32 {
	return alaw.decode(dst, payload)
}

// EncodePCMA appends the A-law bytes of samples.
func EncodePCMA(dst []byte, pcm []float32) []byte {
	for _, v := range pcm {
		dst = append(dst, alawCode(toLinear(v)))
	}
	return dst
}

// alawValue is the middle of the interval that a code stands for, on the scale of 16 bits.
func alawValue(code byte) int16 {
	code ^= alawInvert
	segment, step := int(code>>4&7), int(code&15)
	v := step<<4 + 8
	if segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if code&0x80 == 0 {
		v = -v
	}
	return int16(v)
}

func alawCode(v int16) byte {
	sign := byte(0x80)
	magnitude := int(v)
	if magnitude < 0 {
		sign, magnitude = 0, ^magnitude // -1 is in the first negative interval
	}
	magnitude >>= 4
	segment := 0
	for magnitude > 31 {
		magnitude >>= 1
		segment++
	}
	if magnitude > 15 {
		magnitude -= 16
		segment++
	}
	return (sign | byte(segment<<4) | byte(magnitude)) ^ alawInvert
}
