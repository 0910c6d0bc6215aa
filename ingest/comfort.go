package ingest

import "math"

// loudestComfort is the most that comfort noise is played at, in dBov, whatever a sender asks for.
const loudestComfort = -30

// comfortHold is how long comfort noise goes on after the last report of it: a sender may report it once, at the
// beginning of a long pause, but a leg that has gone for good must not seem to be there.
const comfortHold = 60 * SampleRate

// comfortNoise makes white noise. Nothing but its level is heard of the sender's noise.
type comfortNoise struct {
	seed      uint32
	amplitude float32
}

// set takes the level that was asked for. 0 dBov is the power of a square wave of full scale (RFC 3389), that of
// uniform noise is a third of its amplitude's square.
func (c *comfortNoise) set(dBov int) {
	rms := math.Pow(10, float64(min(dBov, loudestComfort))/20)
	c.amplitude = float32(rms * math.Sqrt(3) * 32767)
}

func (c *comfortNoise) fill(dst []int16) {
	for i := range dst {
		c.seed = c.seed*1664525 + 1013904223
		dst[i] = int16(c.amplitude * float32(int32(c.seed)) / (1 << 31))
	}
}
