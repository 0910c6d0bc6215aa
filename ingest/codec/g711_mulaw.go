package codec

// Mu-law of ITU-T G.711: 14 bits in 8. A code is sign, three bits of segment and four of the place in it, all bits
// inverted. The bias makes every segment's step twice that of the one below.
const mulawBias = 33 << 2 // on the scale of 16 bits

var mulaw = newLaw(mulawValue)

// DecodePCMU appends the samples of mu-law bytes.
func DecodePCMU(dst []float32, payload []byte) []float32 {
	return mulaw.decode(dst, payload)
}

// EncodePCMU appends the mu-law bytes of samples.
func EncodePCMU(dst []byte, pcm []float32) []byte {
	for _, v := range pcm {
		dst = append(dst, mulawCode(toLinear(v)))
	}
	return dst
}

// mulawValue is the middle of the interval that a code stands for, on the scale of 16 bits.
func mulawValue(code byte) int16 {
	code = ^code
	segment, step := int(code>>4&7), int(code&15)
	v := (step<<3+mulawBias)<<segment - mulawBias
	if code&0x80 != 0 {
		v = -v
	}
	return int16(v)
}

func mulawCode(v int16) byte {
	sign := byte(0)
	magnitude := int(v)
	if magnitude < 0 {
		sign, magnitude = 0x80, ^magnitude
	}
	magnitude = min(magnitude+mulawBias, 0x7fff)
	segment := 0
	for magnitude>>(segment+8) != 0 {
		segment++
	}
	return ^(sign | byte(segment<<4) | byte(magnitude>>(segment+3)&15))
}
