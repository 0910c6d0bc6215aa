package ingest

import "math"

// historyTicks is how much played audio stays in a ring behind what has been given out: concealment needs it.
const historyTicks = 2

// Room for ticks in a ring: what it begins with and grows by, what a pooled one may keep, and the most that the
// bounds of jitter.go and call.go can ask for (2 s of skew, 0.7 s of patience, 0.5 s early, a packet of 0.5 s).
const (
	ringStep = 4
	ringKept = 64
	ringMost = 200
)

// heard is one leg's 20 ms on its way through the jitter buffer. The counts are of its samples.
type heard struct {
	pcm                       [TickSamples]int16
	lost, open, tone, comfort uint8
}

// ring holds a leg's audio from a little before what was given out last to the newest packet. Samples are 16 bit,
// which holds G.711 and L16 exactly in half the room. Positions are samples on the call's clock.
type ring struct {
	ticks []heard
	first int // the oldest tick that is kept
}

func (r *ring) reset() {
	if len(r.ticks) > ringKept {
		r.ticks = nil
	}
	clear(r.ticks)
	r.first = 0
}

// reserve makes room up to the sample before end, and says whether there may be so much.
func (r *ring) reserve(end int) bool {
	need := (end+TickSamples-1)/TickSamples - r.first
	if need <= len(r.ticks) {
		return true
	}
	if need > ringMost {
		return false
	}
	grown := make([]heard, (need+ringStep-1)/ringStep*ringStep)
	for i := r.first; i < r.first+len(r.ticks); i++ {
		grown[i%len(grown)] = r.ticks[i%len(r.ticks)]
	}
	r.ticks = grown
	return true
}

// release gives back what lies before a tick.
func (r *ring) release(tick int) { r.first = max(r.first, tick) }

func (r *ring) tick(i int) *heard { return &r.ticks[i%len(r.ticks)] }

// span is the part of [from, to) that lies in the tick of from. Room for it must be reserved.
func (r *ring) span(from, to int) (*heard, []int16) {
	t, offset := r.tick(from/TickSamples), from%TickSamples
	return t, t.pcm[offset:min(TickSamples, offset+to-from)]
}

func (r *ring) write(at int, pcm []int16) {
	for len(pcm) > 0 {
		_, part := r.span(at, at+len(pcm))
		n := copy(part, pcm)
		at, pcm = at+n, pcm[n:]
	}
}

// recent fills dst with the samples before end; what is before the call is silence.
func (r *ring) recent(dst []int16, end int) {
	if missing := len(dst) - end; missing > 0 {
		clear(dst[:missing])
		dst = dst[missing:]
	}
	for at := end - len(dst); at < end; {
		_, part := r.span(at, end)
		at, dst = at+len(part), dst[copy(dst, part):]
	}
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
