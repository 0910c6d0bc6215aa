package ingest

import "github.com/earshot/earshot/ingest/codec"

// historyTicks is how much played audio stays in a ring behind what has been given out: concealment needs it.
const historyTicks = 2

// Room for ticks in a ring: what it begins with and grows by, what a pooled one may keep, and the most that the
// bounds of jitter.go and call.go can ask for (2 s of skew, 0.7 s of patience, 0.5 s early, a packet of 0.5 s).
// The first do for a leg whose records come behind the other's; one that is ahead by a record of 200 ms needs a step more.
const (
	ringFirst = 13
	ringStep  = 10
	ringKept  = ringFirst + 5*ringStep
	ringMost  = 200
)

// heard is one leg's 20 ms on its way through the jitter buffer. The counts are of its samples.
//
// It is silent until something is written to it: the codes of packets of G.711 as they came, in half the room of
// samples, or whole samples where it holds anything but codes.
type heard struct {
	codes                     [TickSamples]byte
	whole                     *[TickSamples]int16
	coded                     bool
	lost, open, tone, comfort uint8
}

// ring holds a leg's audio from a little before what was given out last to the newest packet. Samples are 16 bit,
// which holds G.711 and L16 exactly. Positions are samples on the call's clock.
type ring struct {
	ticks []heard
	first int        // the oldest tick that is kept; what is not kept is silent
	law   *codec.Law // of all codes
	spare *spare
}

func (r *ring) reset() {
	for i := range r.ticks {
		r.silence(&r.ticks[i])
	}
	if len(r.ticks) > ringKept {
		r.ticks = nil
	}
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
	grown := make([]heard, ringFirst+max(need-ringFirst+ringStep-1, 0)/ringStep*ringStep)
	for i := r.first; i < r.first+len(r.ticks); i++ {
		grown[i%len(grown)] = r.ticks[i%len(r.ticks)]
	}
	r.ticks = grown
	return true
}

// release gives back what lies before a tick.
func (r *ring) release(tick int) {
	for last := min(tick, r.first+len(r.ticks)); r.first < last; r.first++ {
		r.silence(r.tick(r.first))
	}
	r.first = max(r.first, tick)
}

func (r *ring) tick(i int) *heard { return &r.ticks[i%len(r.ticks)] }

func (r *ring) silence(t *heard) {
	if t.whole != nil {
		r.spare.give(t.whole)
		t.whole = nil
	}
	t.coded = false
}

// whole makes the tick one of whole samples.
func (r *ring) whole(t *heard) *[TickSamples]int16 {
	if t.whole == nil {
		room := r.spare.take()
		r.read(t, room[:], 0)
		t.whole, t.coded = room, false
	}
	return t.whole
}

// read fills dst with the samples of a tick from a place in it on.
func (r *ring) read(t *heard, dst []int16, from int) {
	switch {
	case t.coded:
		values := &r.law.Whole
		for i, code := range t.codes[from:][:len(dst)] {
			dst[i] = values[code]
		}
	case t.whole != nil:
		copy(dst, t.whole[from:])
	default:
		clear(dst)
	}
}

// write puts samples in their place. What lies before played has been played: as silence, where nothing is written yet.
func (r *ring) write(at int, s samples, played int) {
	if s.law != nil && s.law != r.law {
		for i := range r.ticks {
			if t := &r.ticks[i]; t.coded {
				r.whole(t)
			}
		}
		r.law = s.law
	}
	for s.len() > 0 {
		t, from := r.tick(at/TickSamples), at%TickSamples
		n := min(TickSamples-from, s.len())
		switch {
		case s.law == nil:
			copy(r.whole(t)[from:], s.whole[:n])
		case t.coded, t.whole == nil && at-from >= played:
			copy(t.codes[from:], s.codes[:n])
			t.coded = true
		default:
			pcm := r.whole(t)[from:]
			for i, code := range s.codes[:n] {
				pcm[i] = r.law.Whole[code]
			}
		}
		at, s = at+n, s.after(n)
	}
}

// mute makes a part of a tick silent.
func (r *ring) mute(t *heard, from, to int) {
	switch {
	case from == 0 && to == TickSamples:
		r.silence(t)
	case t.coded || t.whole != nil:
		clear(r.whole(t)[from:to])
	}
}

// recent fills dst with the samples before end; what is before the call is silence.
func (r *ring) recent(dst []int16, end int) {
	if missing := len(dst) - end; missing > 0 {
		clear(dst[:missing])
		dst = dst[missing:]
	}
	for at := end - len(dst); at < end; {
		from := at % TickSamples
		n := min(TickSamples-from, end-at)
		r.read(r.tick(at/TickSamples), dst[:n], from)
		at, dst = at+n, dst[n:]
	}
}

// give scales a tick to ±1.
func (r *ring) give(t *heard, to *[TickSamples]float32) {
	switch {
	case t.coded:
		values := &r.law.Real
		for i, code := range &t.codes {
			to[i] = values[code]
		}
	case t.whole != nil:
		unit(to, t.whole)
	default:
		clear(to[:])
	}
}

// spare is room for whole samples that no tick needs now. The calls of a partition share it: few of their ticks need any.
type spare struct{ room []*[TickSamples]int16 }

const mostSpare = 256

func (s *spare) take() *[TickSamples]int16 {
	if n := len(s.room); n > 0 {
		room := s.room[n-1]
		s.room = s.room[:n-1]
		return room
	}
	return new([TickSamples]int16)
}

func (s *spare) give(room *[TickSamples]int16) {
	if len(s.room) < mostSpare {
		s.room = append(s.room, room)
	}
}
