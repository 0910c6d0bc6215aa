package codec

import "encoding/binary"

// L16 is linear 16 bit in network byte order, one channel (RFC 3551, 4.5.11).

// DecodeL16 appends the samples of a payload; an odd last byte is no sample.
func DecodeL16(dst []float32, payload []byte) []float32 {
	for ; len(payload) >= 2; payload = payload[2:] {
		dst = append(dst, fromLinear(int16(binary.BigEndian.Uint16(payload))))
	}
	return dst
}

func linearL16(dst []int16, payload []byte) []int16 {
	for ; len(payload) >= 2; payload = payload[2:] {
		dst = append(dst, int16(binary.BigEndian.Uint16(payload)))
	}
	return dst
}

// EncodeL16 appends the bytes of samples.
func EncodeL16(dst []byte, pcm []float32) []byte {
	for _, v := range pcm {
		dst = binary.BigEndian.AppendUint16(dst, uint16(toLinear(v)))
	}
	return dst
}
