package ingest

import (
	"math"

	"github.com/earshot/earshot/ingest/codec"
)

// samples are those of a packet: whole numbers, or codes of a law.
type samples struct {
	whole []int16
	codes []byte
	law   *codec.Law // of the codes
}

func (s *samples) len() int { return len(s.whole) + len(s.codes) }

// after leaves out the first samples.
func (s *samples) after(n int) samples {
	if s.law != nil {
		return samples{codes: s.codes[n:], law: s.law}
	}
	return samples{whole: s.whole[n:]}
}

// linear rounds half away from zero. Which sign a sample has nobody can foresee, so that is no branch.
func linear(v float32) int16 {
	scaled := v * 32768
	switch {
	case scaled >= 32767:
		return 32767
	case scaled <= -32768:
		return -32768
	}
	half := math.Float32frombits(math.Float32bits(scaled)&(1<<31) | halfBits)
	return int16(int32(scaled + half))
}

const halfBits = 0x3f000000 // of 0.5
