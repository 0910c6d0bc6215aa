package examples

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

const (
	s = time.Second

	agent    = schemas.Leg_LEG_AGENT
	customer = schemas.Leg_LEG_CUSTOMER

	speechLevel = -28.0 // dBov, active
	musicLevel  = -22.0 // dBov
)

// call is a timeline that a script writes onto. What is written next begins at the cursor; a script that asks for audio
// that is not there leaves its error in err, and writes no more.
type call struct {
	sounds *sounds
	rand   *rand.Rand
	voices map[schemas.Leg]string
	decks  map[schemas.Leg][]string // prompts not yet used for small talk

	at     int // samples: the cursor
	tracks map[schemas.Leg][]float32
	muted  []Part
	left   map[schemas.Leg]time.Duration // when a party left before the call's end
	events []*schemas.CallEvent
	truth  []Part
	err    error
}

func newCall(name string, from *sounds, agentVoice, customerVoice string) *call {
	return &call{
		sounds: from,
		rand:   random(name),
		voices: map[schemas.Leg]string{agent: agentVoice, customer: customerVoice},
		decks:  map[schemas.Leg][]string{},
		tracks: map[schemas.Leg][]float32{},
		left:   map[schemas.Leg]time.Duration{},
	}
}

// now is the cursor as a time.
func (c *call) now() time.Duration { return duration(c.at) }

func duration(n int) time.Duration { return time.Duration(n) * s / sampleRate }

func samples(d time.Duration) int { return int(d * sampleRate / s) }

// pause lets some time pass.
func (c *call) pause(d time.Duration) { c.at += samples(d) }

// until lets time pass up to a point of the call.
func (c *call) until(t time.Duration) {
	if samples(t) < c.at {
		c.fail(fmt.Errorf("cannot wait until %v: it is %v already", t, c.now()))
	}
	c.at = samples(t)
}

// breath is the gap between two turns: 0.3 to 1.2 s.
func (c *call) breath() {
	c.pause(300*time.Millisecond + time.Duration(c.rand.Int64N(int64(900*time.Millisecond))))
}

// put writes audio onto a leg from the cursor, and moves the cursor past it.
func (c *call) put(leg schemas.Leg, pcm []float32) {
	end := c.at + len(pcm)
	if grow := end - len(c.tracks[leg]); grow > 0 {
		c.tracks[leg] = append(slices.Grow(c.tracks[leg], grow), make([]float32, grow)...)
	}
	for i, v := range pcm {
		c.tracks[leg][c.at+i] += v
	}
	c.at = end
}

// mark notes what was put from start up to the cursor.
func (c *call) mark(kind string, leg schemas.Leg, start time.Duration) {
	c.truth = append(c.truth, Part{Kind: kind, Leg: leg, Start: start, End: c.now()})
}

// hush mutes a leg from start up to the cursor: not even its background is left.
func (c *call) hush(leg schemas.Leg, start time.Duration) {
	c.mark(PartMute, leg, start)
	c.muted = append(c.muted, c.truth[len(c.truth)-1])
}

func (c *call) event(kind schemas.Kind) {
	c.events = append(c.events, &schemas.CallEvent{Kind: kind, By: agent, Offset: offset(c.now())})
}

func (c *call) fail(err error) {
	if c.err == nil && err != nil {
		c.err = err
	}
}

// finish lays the background over both legs, from the call's start to its end at the cursor, and silences the muted.
func (c *call) finish() error {
	if c.err != nil {
		return c.err
	}
	for _, leg := range []schemas.Leg{agent, customer} {
		if at, left := c.left[leg]; left {
			c.hush(leg, at)
		}
		if len(c.tracks[leg]) > c.at {
			return fmt.Errorf("cannot end the call at %v: the %v goes on to %v", c.now(), leg, duration(len(c.tracks[leg])))
		}
		track := noise(c.rand, c.at)
		for i, v := range c.tracks[leg] {
			track[i] = float32(sound.Limited(float64(track[i] + v)))
		}
		c.tracks[leg] = track
	}
	for _, m := range c.muted {
		clear(c.tracks[m.Leg][samples(m.Start):samples(m.End)])
	}
	slices.SortStableFunc(c.truth, func(a, b Part) int { return int(a.Start - b.Start) })
	return nil
}
