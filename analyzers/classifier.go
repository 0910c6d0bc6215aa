package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

// scored is how many blocks' scores are kept: those of frames not yet delivered, and some before them.
const scored = 8

// voiced is how many frames' likelihoods of speech are kept: those judged and not yet delivered, which are 16 at most.
const voiced = 4 * blockFrames

// classifier tells speech from music. One net judges blocks of 100 ms from the seconds around them: is there music,
// is there speech. A second one says of each frame, knowing that, whether the speech is in it.
type classifier struct {
	nets    *nets
	watch   *watch
	context context
	blocks  int // complete
	// score holds the last blocks' logits of speech and music, voice the last frames' likelihoods of speech.
	score [scored]score
	voice [voiced]float32
	usual usual
	decision
	scratch *scratch
}

// scratch is what the nets take and give; here, so that judging allocates nothing. The legs of a call share one, and
// calls may.
type scratch struct {
	now      dsp.Features // of the newest frame, where it was measured
	whole    block
	in       [max(sceneInputs, frameInputs)]float32
	sceneOut [2]float32
	frameOut [1]float32
	runner   dsp.FixedRunner
}

// voiceRange is how far below the loudest frame around it, in dB, a frame may be and still be speech.
const voiceRange = 40

// leastSpeech is the logit of speech in a block and the one before, below which none of its frames is speech: among 240,000 such
// frames of composed calls the frame net found not one. It is not asked about them then.
const leastSpeech = -4.5

// leastMusic is the level in dBov below which nothing is called music: what a line carries there is echo, hum and the
// rounding of its codec. Music that a customer is meant to hear is well above -45.
const leastMusic = -55

// score is what a block was judged to be: logits, and the likelihood of music.
type score struct{ speech, music, likelihood float32 }

// usual is the spectrum of late: the mean level of each band over about the last two seconds of sound. What rises above it is
// new: a voice over music that goes on, say.
type usual struct {
	bands  dsp.Means
	frames int
}

func (u *usual) take(bands *dsp.Levels) {
	u.frames++
	u.bands.Follow(bands, max(0.01, 1/float32(u.frames)))
}

// unheard is the score of a block without sound.
var unheard = score{speech: -6, music: -6}

// watch sees what the nets are given. It is set for training only.
type watch struct {
	scene func(block int, in []float32)
	frame func(frame int, in []float32)
}

func (c *classifier) reset() {
	*c = classifier{nets: c.nets, watch: c.watch, scratch: c.scratch}
	c.context.reset()
	for i := range c.score {
		c.score[i] = unheard
	}
}

// step takes in frame n, the newest.
func (c *classifier) step(f *front, n int) {
	if n%blockFrames == 0 {
		c.context.begin()
	}
	switch h, before, b := f.at(n), f.at(n-1), c.context.newest(); {
	case h.is(silent):
	case h.is(likeBefore):
		b.addCalm(&f.calm.traits, h.Level)
	default:
		b.add(&c.scratch.now, h, before)
		if f.calm.run > 0 {
			f.calm.learn(&c.scratch.now, h, before)
		}
	}
	if (n+1)%blockFrames != 0 {
		return
	}
	c.blocks++
	if judged := c.blocks - 1 - blocksAfter; judged >= 0 {
		c.judge(f, judged)
	}
}

// judge scores a block and its frames.
func (c *classifier) judge(f *front, judged int) {
	whole := &c.scratch.whole
	*whole = block{}
	now := &c.score[judged%scored]
	*now = unheard
	calm := c.context.calm()
	if in := c.scratch.in[:sceneInputs]; calm {
		whole.top = c.context.top()
	} else if c.context.scene(in, whole) {
		if c.watch != nil {
			c.watch.scene(judged, in)
		}
		out := &c.scratch.sceneOut
		c.scratch.runner.Run(c.nets.scene, in, out[:])
		*now = score{speech: out[0], music: out[1], likelihood: dsp.Sigmoid(out[1])}
		if c.context.topAround(2) < leastMusic {
			now.likelihood = 0
		}
	}
	before := &c.score[(judged+scored-1)%scored]
	quiet := max(now.speech, before.speech) < leastSpeech
	scene := [4]float32{now.speech, now.music, before.speech, before.music}
	for n := judged * blockFrames; n < (judged+1)*blockFrames; n++ {
		c.voice[n%voiced] = 0
		h := f.at(n)
		if h.is(silent) || h.Level < whole.top-voiceRange {
			continue
		}
		if h.is(likeBefore) || quiet && c.watch == nil {
			c.usual.take(&h.Bands)
			continue
		}
		in := c.scratch.in[:frameInputs]
		f.frame(n, in, whole, &c.usual, &scene)
		if c.watch != nil {
			c.watch.frame(n, in)
		}
		out := &c.scratch.frameOut
		c.scratch.runner.Run(c.nets.frame, in, out[:])
		c.voice[n%voiced] = dsp.Sigmoid(out[0])
		c.usual.take(&h.Bands)
	}
}
