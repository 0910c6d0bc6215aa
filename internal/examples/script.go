package examples

import (
	"fmt"
	"github.com/earshot/earshot/internal/sound"
	"time"

	"github.com/earshot/earshot/schemas"
)

// The words of the scripts: everything a call in calls_*.go is told with.

func (c *call) agentSays(prompts ...string)    { c.says(agent, prompts) }
func (c *call) customerSays(prompts ...string) { c.says(customer, prompts) }

func (c *call) agentShouts(prompts ...string)    { c.shouts(agent, prompts) }
func (c *call) customerShouts(prompts ...string) { c.shouts(customer, prompts) }

// says has a party say prompts one after the other, and then take a breath.
func (c *call) says(leg schemas.Leg, prompts []string) {
	c.speak(leg, prompts, PartSpeech, c.sounds.prompt, speechLevel)
}

// shouts is says with a raised voice made from the prompts.
func (c *call) shouts(leg schemas.Leg, prompts []string) {
	c.speak(leg, prompts, PartRaised, c.sounds.raised, speechLevel+raisedLevel)
}

func (c *call) speak(leg schemas.Leg, prompts []string, kind string, load func(voice, name string) ([]float32, error), level float64) {
	for _, name := range prompts {
		pcm, err := load(c.voices[leg], name)
		c.fail(err)
		start := c.now()
		c.put(leg, sound.Scaled(pcm, sound.ActiveLevel(pcm), level))
		c.mark(kind, leg, start)
		c.breath()
	}
}

// chat has the two talk in turn for at least that long: the customer begins, the agent has the last word.
func (c *call) chat(d time.Duration) {
	for until := c.now() + d; c.now() < until && c.err == nil; {
		c.customerSays(c.next(customer, customerTalk))
		c.agentSays(c.next(agent, agentTalk))
	}
}

// next deals from a shuffled deck of prompts: none comes twice before all have come.
func (c *call) next(leg schemas.Leg, deck []string) string {
	if len(c.decks[leg]) == 0 {
		c.decks[leg] = append([]string(nil), deck...)
		c.rand.Shuffle(len(deck), func(i, j int) {
			c.decks[leg][i], c.decks[leg][j] = c.decks[leg][j], c.decks[leg][i]
		})
	}
	name := c.decks[leg][0]
	c.decks[leg] = c.decks[leg][1:]
	return name
}

// together has two parts of the script begin at the same time. What follows begins when both are over.
func (c *call) together(parts ...func()) {
	start, end := c.at, c.at
	for _, part := range parts {
		c.at = start
		part()
		end = max(end, c.at)
	}
	c.at = end
}

// hold plays music to the customer in the agent's place.
func (c *call) hold(d time.Duration, track string) { c.holdAt(d, track, musicLevel) }

// signalledHold is a hold that the switch reports, too.
func (c *call) signalledHold(d time.Duration, track string) {
	c.event(schemas.Kind_KIND_HOLD)
	c.hold(d, track)
	c.event(schemas.Kind_KIND_RESUME)
}

// silentHold is one that only the switch knows of: the customer hears nothing.
func (c *call) silentHold(d time.Duration) {
	start := c.now()
	c.event(schemas.Kind_KIND_HOLD)
	c.pause(d)
	c.event(schemas.Kind_KIND_RESUME)
	c.mark(PartHold, agent, start)
	c.hush(agent, start)
}

// holdAt begins 10 s into the track, past any fade-in, and begins the track anew where it ends. Its level is in dBov.
func (c *call) holdAt(d time.Duration, track string, level float64) {
	pcm, err := c.sounds.music(track)
	c.fail(err)
	if c.err != nil {
		return
	}
	excerpt := make([]float32, samples(d))
	for i := range excerpt {
		excerpt[i] = pcm[(10*sampleRate+i)%len(pcm)]
	}
	start := c.now()
	c.put(agent, sound.Scaled(excerpt, sound.MeanSquare(excerpt), level))
	c.mark(PartHold, agent, start)
}

// mutes has a party's leg carry nothing at all for a while.
func (c *call) mutes(leg schemas.Leg, d time.Duration) {
	start := c.now()
	c.pause(d)
	c.hush(leg, start)
}

// leaves has a party hang up while the other stays: from here to the call's end its leg carries nothing.
func (c *call) leaves(leg schemas.Leg) { c.left[leg] = c.now() }

// silence is a pause in which the line stays open on both sides.
func (c *call) silence(d time.Duration) {
	start := c.now()
	c.pause(d)
	c.mark(PartSilence, schemas.Leg_LEG_UNSPECIFIED, start)
}

// greet and farewell are how calls begin and end.
func (c *call) greet() { c.pause(s / 2); c.agentSays("hello", "queue-thankyou") }

func (c *call) farewell() { c.agentSays("auth-thankyou", "vm-goodbye"); c.customerSays("goodbye") }

// breaksIn has a party begin a prompt that long into what the other says, and the other stop after both have talked for a while.
func (c *call) breaksIn(leg schemas.Leg, prompt string, over schemas.Leg, of string, after, both time.Duration) {
	start := c.at
	c.says(over, []string{of})
	end := start + samples(after+both)
	if c.err != nil || end >= len(c.tracks[over]) {
		c.fail(fmt.Errorf("cannot break in on %s after %v: it is over by then", of, after))
		return
	}
	c.tracks[over] = c.tracks[over][:end]
	c.truth[len(c.truth)-1].End = duration(end)
	c.at = start + samples(after)
	c.says(leg, []string{prompt})
}

// cutOff ends the call that long into what a party begins to say.
func (c *call) cutOff(leg schemas.Leg, prompt string, d time.Duration) {
	end := c.at + samples(d)
	c.says(leg, []string{prompt})
	switch {
	case c.err != nil:
	case end >= len(c.tracks[leg]):
		c.fail(fmt.Errorf("cannot cut off %s after %v: it is over by then", prompt, d))
	default:
		c.at = end
		c.tracks[leg] = c.tracks[leg][:end]
		c.truth[len(c.truth)-1].End = c.now()
	}
}
