package ingest

import (
	"fmt"
	"slices"
	"time"

	"github.com/pion/rtp"

	"github.com/earshot/earshot/ingest/codec"
)

// The jitter buffer's times, in samples of event time.
const (
	// depth is how long after its place on the call's clock a sample may arrive and still be played.
	depth = 200 * SampleRate / 1000
	// patience is how long after its beginning a pause may be explained by the packet that ends it: as loss when
	// sequence numbers are missing. After that the stream has stopped.
	patience = depth + 500*SampleRate/1000
	// farOff is how far arrival and RTP timestamp may drift apart before the arrival is believed.
	farOff = 500 * SampleRate / 1000
	// lateRun is how much audio in a row may come too late before the path is taken to have become longer.
	lateRun = 500 * SampleRate / 1000
	// The sender's clock is not the call's. Every driftWindow the least transit time is looked at, and if it is off by
	// more than driftLimit, the stream moves by driftStep.
	driftWindow = 5 * SampleRate
	driftLimit  = 100 * SampleRate / 1000
	driftStep   = TickSamples
)

// maxWaiting is how many packets may wait for being played; 200 ms in packets of half a millisecond.
const maxWaiting = 400

// piece is a packet that waits in the buffer: its samples are in the ring already.
type piece struct {
	start, end int // of noise: the same
	sequence   int64
	noise      bool
	marker     bool
	slip       bool // the mapping moved before it: what is missing there was never sent
	dBov       int8
}

// jitter puts the packets of one leg in their places on the call's clock and plays them, depth after these, for the
// ring's reader. What is played at a place depends only on the packets that arrived by then, in their order, and, for
// a pause, on the one that ended it within patience: never on how packets were batched or when they were processed.
//
// A packet's place is where its RTP timestamp puts it in relation to the stream's first packet, whose place is its
// arrival.
type jitter struct {
	ring    ring
	numbers sequence
	waiting []piece // by start
	tones   spans
	stats   LegStats

	clock  int // no packet that arrives before it is still to come
	played int // everything before it is played

	mapping mapping
	late    int // samples in a row that came too late
	tail    int // the end of the last placed packet
	length  int // of the last placed packet, in samples

	// The playing side, see playout.go.
	state   playState
	last    piece // the last packet that was played
	hasLast bool
	conceal concealer
	noise   comfortNoise
	buffers *buffers
}

// mapping is how a stream's RTP timestamps lie on the call's clock.
type mapping struct {
	known    bool
	ssrc     uint32
	previous uint32 // the SSRC before, whose stragglers are dropped until replaced+depth
	replaced int
	clock    int   // Hz
	stamp    int64 // the last packet's timestamp, unwrapped
	origin   int64 // the timestamp whose place is at
	at       int

	least    int // the least of arrival minus place in this window
	measured int // when the window began

	// RFC 3550, 6.4.1.
	jitterFrom int64 // arrival of the last packet, µs
	jitterAt   int64 // its timestamp
	jitter     int64 // µs, times 16
	measuring  bool
}

func (m *mapping) place(stamp int64) int {
	return m.at + floorDiv(int(stamp-m.origin)*SampleRate, m.clock)
}

// unwrap places a timestamp of 32 bits beside the last one.
func (m *mapping) unwrap(stamp uint32) int64 { return m.stamp + int64(int32(stamp-uint32(m.stamp))) }

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// legStats are the leg's figures so far.
func (j *jitter) legStats() LegStats {
	s := j.stats
	s.Lost = j.numbers.expected - j.numbers.received + s.Late
	return s
}

func (j *jitter) reset() {
	j.ring.reset()
	*j = jitter{ring: j.ring, waiting: j.waiting[:0], buffers: j.buffers}
	j.numbers.reset()
}

// arrive takes a packet that arrived at a place on the call's clock (micros is the same, finer). The leg's clock has
// been advanced to it.
func (j *jitter) arrive(p *rtp.Packet, f *format, at int, micros int64) error {
	j.stats.Packets++
	m := &j.mapping
	if m.known && p.SSRC != m.ssrc {
		switch {
		case f.codec.Kind == codec.Event: // keys of a gateway that sends them apart from the voice
			return j.tone(p, f, at, false)
		case len(p.Payload) == 0:
			return nil
		case p.SSRC == m.previous && at < m.replaced+depth:
			j.stats.Late++
			return nil
		}
		m.previous, m.replaced = m.ssrc, at
		return j.begin(p, f, at, micros)
	}
	if !m.known {
		if len(p.Payload) == 0 {
			return nil
		}
		return j.begin(p, f, at, micros)
	}
	n, how := j.numbers.count(p.SequenceNumber)
	switch how {
	case cameAnew:
		return j.begin(p, f, at, micros)
	case cameTwice:
		j.stats.Duplicates++
		return nil
	case cameReordered:
		j.stats.Reordered++
	}
	return j.put(p, f, n, at, micros)
}

// begin starts a new source: the first, another SSRC, or one whose sequence numbers began anew.
func (j *jitter) begin(p *rtp.Packet, f *format, at int, micros int64) error {
	n := j.numbers.restart(p.SequenceNumber)
	m := &j.mapping
	m.known, m.ssrc, m.jitter, m.measuring = true, p.SSRC, 0, false
	j.remap(p, f, at, j.tail)
	return j.put(p, f, n, at, micros)
}

// remap believes a packet's arrival rather than its timestamp. Where the packet continues what came before to within
// the buffer's depth, it is put right behind that, so that nothing is lost or doubled; packets that now have no place
// are dropped.
func (j *jitter) remap(p *rtp.Packet, f *format, at, behind int) {
	m := &j.mapping
	m.clock, m.at = f.clock, at
	if j.length > 0 && behind-at <= depth && at-behind <= depth {
		m.at = behind
	}
	m.stamp = int64(p.Timestamp)
	m.origin = m.stamp
	m.least, m.measured, m.measuring = farOff, at, false
	j.late = 0
	for len(j.waiting) > 0 {
		w := &j.waiting[len(j.waiting)-1]
		if w.end <= m.at {
			break
		}
		if w.start < m.at {
			w.end = m.at
			break
		}
		if !w.noise {
			j.numbers.placed.unset(w.sequence)
			j.stats.Late++
		}
		j.waiting = j.waiting[:len(j.waiting)-1]
	}
	j.tail = min(j.tail, m.at)
}

// pass counts a packet of which nothing can be made, so that it is not taken for lost.
func (j *jitter) pass(p *rtp.Packet) {
	if !j.mapping.known || p.SSRC != j.mapping.ssrc {
		return
	}
	if n, how := j.numbers.count(p.SequenceNumber); how == cameInOrder || how == cameReordered {
		j.numbers.placed.set(n)
	}
}

// put places a packet whose sequence number is counted.
func (j *jitter) put(p *rtp.Packet, f *format, n int64, at int, micros int64) error {
	m := &j.mapping
	switch {
	case len(p.Payload) == 0: // keeps a port open (RFC 6263, 4.1), or is all padding
		j.numbers.placed.set(n)
		return nil
	case f.codec.Kind == codec.Event:
		j.numbers.placed.set(n)
		return j.tone(p, f, at, true)
	}
	if f.clock != m.clock {
		j.remap(p, f, at, j.behind(n))
	}
	stamp := m.unwrap(p.Timestamp)
	start := m.place(stamp)
	if off := at - start; off > farOff || off < -farOff {
		j.remap(p, f, at, j.behind(n))
		stamp, start = m.stamp, m.at
	}
	m.stamp = stamp
	j.measure(stamp, micros)
	slip := j.drift(at-start, at)
	start = m.place(stamp)
	w := piece{start: start, end: start, sequence: n, marker: p.Marker, slip: slip}
	if f.codec.Kind == codec.Noise {
		level, err := codec.ParseComfortNoise(p.Payload)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPayload, err)
		}
		w.noise, w.dBov = true, int8(level)
		return j.wait(w)
	}
	pcm, err := f.samples(j.buffers, p.Payload, func(own int) int { return m.place(stamp+int64(own)) - start })
	if err != nil {
		return err
	}
	w.end = start + pcm.len()
	if w.end <= at-depth {
		if j.late += pcm.len(); j.late >= lateRun {
			j.remap(p, f, at, at)
			w.start, w.end = at, at+pcm.len()
		}
	}
	return j.keep(w, pcm)
}

// keep writes a packet's samples where they belong, as far as that is still to be played.
func (j *jitter) keep(w piece, pcm samples) error {
	over := max(j.clock-depth, 0)
	switch {
	case w.end <= 0: // before the call began
		j.numbers.placed.set(w.sequence)
		return nil
	case w.end <= over:
		j.stats.Late++
		return nil
	}
	j.late = 0
	j.tail, j.length = max(j.tail, w.end), pcm.len()
	if !j.ring.reserve(w.end) {
		j.stats.Late++
		return fmt.Errorf("%w: too far ahead of the call", ErrPayload)
	}
	pcm = pcm.after(max(over-w.start, 0))
	w.start = max(w.start, over)
	j.ring.write(w.start, pcm, j.played)
	return j.wait(w)
}

// wait queues a packet for being played.
func (j *jitter) wait(w piece) error {
	if len(j.waiting) == maxWaiting {
		j.stats.Late++
		return fmt.Errorf("%w: %d packets in %d ms", ErrPayload, maxWaiting, (j.tail-j.played)*1000/SampleRate)
	}
	j.numbers.placed.set(w.sequence)
	i := len(j.waiting)
	for i > 0 && j.waiting[i-1].start > w.start {
		i--
	}
	j.waiting = slices.Insert(j.waiting, i, w)
	return nil
}

// behind is where a packet belongs that follows the last placed one, if those between them were as long as that.
func (j *jitter) behind(n int64) int {
	for i := len(j.waiting) - 1; i >= 0; i-- {
		if w := &j.waiting[i]; !w.noise {
			return w.end + j.numbers.missing(w.sequence, n)*j.length
		}
	}
	if j.hasLast {
		return j.last.end + j.numbers.missing(j.last.sequence, n)*j.length
	}
	return j.tail
}

// tone notes where a telephone event plays. One that cannot be placed by its timestamp ends as it arrives.
func (j *jitter) tone(p *rtp.Packet, f *format, at int, mapped bool) error {
	e, err := codec.ParseTelephoneEvent(p.Payload)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPayload, err)
	}
	length := int(e.Duration) * SampleRate / f.clock
	start := at - length
	if mapped && f.clock == j.mapping.clock {
		placed := j.mapping.place(j.mapping.unwrap(p.Timestamp))
		if off := at - placed - length; off <= farOff && off >= -farOff {
			start = placed
		}
	}
	j.tones.add(start, start+length)
	return nil
}

// measure follows the interarrival jitter (RFC 3550, 6.4.1).
func (j *jitter) measure(stamp, micros int64) {
	m := &j.mapping
	if m.measuring {
		d := (micros - m.jitterFrom) - (stamp-m.jitterAt)*1_000_000/int64(m.clock)
		m.jitter += max(d, -d) - (m.jitter+8)>>4
		j.stats.Jitter = max(j.stats.Jitter, time.Duration(m.jitter>>4)*time.Microsecond)
	}
	m.measuring, m.jitterFrom, m.jitterAt = true, micros, stamp
}

// drift moves the mapping when even the quickest packets of a window were off, and says whether it moved forward.
func (j *jitter) drift(off, at int) bool {
	m := &j.mapping
	m.least = min(m.least, off)
	if at-m.measured < driftWindow {
		return false
	}
	least := m.least
	m.least, m.measured = farOff, at
	switch {
	case least > driftLimit:
		m.at += driftStep
		return true
	case least < -driftLimit:
		m.at -= driftStep
	}
	return false
}
