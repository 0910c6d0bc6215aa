package analyzers

// Thresholds of the decisions: a likelihood has to pass the upper one to begin, and to fall below the lower one to end.
const (
	musicOn, musicOff   = 0.7, 0.35
	speechOn, speechOff = 0.5, 0.4
	// bridge is the longest pause in speech, in frames, that is still speech: stops of consonants and the like.
	bridge = 10
	// least is the least speech, in frames: a shorter one is a click.
	least = 3
)

// decision holds what is decided of the frame delivered last.
type decision struct {
	music, speech bool
	pause         int // frames since the last that was likely speech
}

// decide fills in the likelihoods and decisions of a frame that is due. The blocks up to two after its own have been
// judged, and the next bridge frames.
func (c *classifier) decide(due int, h *heard, out *Frame) {
	out.MusicLikelihood = c.smoothMusic(due / blockFrames)
	out.SpeechLikelihood = c.voice[due%voiced]
	made := h.is(tone | comfort)
	if made {
		out.MusicLikelihood, out.SpeechLikelihood = 0, 0
	}
	if c.music {
		c.music = out.MusicLikelihood > musicOff
	} else {
		c.music = out.MusicLikelihood > musicOn
	}
	c.speech = c.speechAt(due)
	out.Music = c.music
	out.Speech = c.speech && !made
}

// smoothMusic weighs the likelihoods of a block and of two on either side.
func (c *classifier) smoothMusic(block int) float32 {
	weights := [5]float32{1, 2, 3, 2, 1}
	sum := float32(0)
	for i, w := range weights {
		sum += float32(w * c.score[(block+i+scored-2)%scored].likelihood)
	}
	return sum / 9
}

func (c *classifier) speechAt(due int) bool {
	likely := func(d int, limit float32) bool { return c.voice[(due+d)%voiced] > limit }
	if !c.speech {
		for d := range least {
			if !likely(d, speechOn) {
				return false
			}
		}
		c.pause = 0
		return true
	}
	if likely(0, speechOff) {
		c.pause = 0
		return true
	}
	// In a pause: it is bridged if speech goes on soon enough.
	c.pause++
	for d := 1; c.pause+d <= bridge+1; d++ {
		if likely(d, speechOn) && likely(d+1, speechOff) {
			return true
		}
	}
	return false
}
