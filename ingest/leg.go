package ingest

import (
	"fmt"

	"github.com/pion/rtp"

	"github.com/earshot/earshot/schemas"
)

// leg is one side of a live call: what its payload types mean, and its jitter buffer.
type leg struct {
	id schemas.Leg
	formats
	jitter
	packet rtp.Packet // reused
}

func (l *leg) reset() {
	l.formats.reset()
	l.jitter.reset()
}

func (l *leg) begin(id schemas.Leg, streams []Stream) {
	l.id = id
	for i := range streams {
		if streams[i].Leg == id {
			l.announce(&streams[i])
		}
	}
}

// read parses a packet and finds out what it holds.
func (l *leg) read(b []byte) (*format, error) {
	if err := readRTP(&l.packet, b); err != nil {
		return nil, err
	}
	f, err := l.find(&l.packet.Header)
	if err != nil {
		l.pass(&l.packet)
	}
	return f, err
}

// give copies a played tick out of the ring and lets go of what nobody needs any more.
func (l *leg) give(tick int, to *Audio) {
	h := l.ring.tick(tick)
	l.ring.give(h, (*[TickSamples]float32)(to.PCM))
	to.Lost = int(h.lost)
	to.Open = h.open >= TickSamples/2
	to.Comfort = h.comfort >= TickSamples/2
	to.Tone = h.tone > 0
	l.ring.release(tick + 1 - historyTicks)
}

// unitEach is unit, one sample at a time.
func unitEach(to *[TickSamples]float32, from *[TickSamples]int16) {
	for i, v := range from {
		to[i] = float32(v) * (1.0 / 32768)
	}
}

// announcedLegs are the legs of a call: agent and customer, unless the start announces the mixed one only.
func announcedLegs(streams []Stream) ([]schemas.Leg, error) {
	mixed, apart := false, false
	for i := range streams {
		switch id := streams[i].Leg; {
		case id == schemas.Leg_LEG_MIXED:
			mixed = true
		case id.Name() != "":
			apart = true
		}
	}
	switch {
	case mixed && apart:
		return nil, fmt.Errorf("%w: streams of the mixed leg beside those of agent or customer", ErrForeignLeg)
	case mixed:
		return []schemas.Leg{schemas.Leg_LEG_MIXED}, nil
	default:
		return []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}, nil
	}
}

// knownLeg is the leg, or unspecified when a newer sender names one that is not known here.
func knownLeg(id schemas.Leg) schemas.Leg {
	if id.Name() == "" {
		return schemas.Leg_LEG_UNSPECIFIED
	}
	return id
}

func knownDirection(d schemas.Direction) schemas.Direction {
	if _, known := schemas.Direction_name[int32(d)]; !known {
		return schemas.Direction_DIRECTION_UNSPECIFIED
	}
	return d
}
