package ingest

// Concealment in the manner of G.711 Appendix I: the last pitch period goes on, whole for 10 ms and then fading, until
// there is silence after 60 ms. The first packet after it is blended in. Unlike the Appendix it does not delay the
// audio to smooth the beginning.
const (
	pitchShortest  = 40  // 200 Hz
	pitchLongest   = 120 // 67 Hz
	pitchWindow    = 160
	concealHistory = pitchWindow + pitchLongest

	concealWhole = 80
	concealUntil = 480
	blendSamples = 32
)

type concealer struct {
	period [pitchLongest]int16
	lag    int
	made   int // samples since the loss began
	blend  int // samples of the next packet still to be blended
	active bool
}

// begin learns from the samples before a loss.
func (c *concealer) begin(history *[concealHistory]int16) {
	c.active, c.made, c.blend = true, 0, blendSamples
	c.lag = pitchLag(history)
	copy(c.period[:], history[concealHistory-c.lag:])
}

func (c *concealer) next() float32 {
	if c.made >= concealUntil {
		return 0
	}
	v := float32(c.period[c.made%c.lag])
	if c.made >= concealWhole {
		v *= float32(concealUntil-c.made) / (concealUntil - concealWhole)
	}
	c.made++
	return v
}

func (c *concealer) fill(dst []int16) {
	for i := range dst {
		dst[i] = int16(c.next())
	}
}

// join blends the samples after a loss with what concealment would have gone on with.
func (c *concealer) join(pcm []int16) {
	for i := range pcm[:min(len(pcm), c.blend)] {
		old := float32(c.blend) / (blendSamples + 1)
		pcm[i] = int16(float32(float32(pcm[i])*(1-old)) + float32(c.next()*old))
		c.blend--
	}
	c.active = c.blend > 0
}

// pitchLag is the lag at which the last 20 ms resemble what was before most: first on every second sample, then
// around the best of these.
func pitchLag(history *[concealHistory]int16) int {
	best, at := float32(-1), pitchLongest
	for lag := pitchShortest; lag <= pitchLongest; lag += 2 {
		if r := resemblance(history, lag, 2); r > best {
			best, at = r, lag
		}
	}
	best, coarse := -1, at
	for lag := max(coarse-1, pitchShortest); lag <= min(coarse+1, pitchLongest); lag++ {
		if r := resemblance(history, lag, 1); r > best {
			best, at = r, lag
		}
	}
	return at
}

// resemblance is the normalised correlation, squared and with its sign. Its products are rounded before they are summed, on every
// processor.
func resemblance(history *[concealHistory]int16, lag, step int) float32 {
	var cross, energy float32
	for i := concealHistory - pitchWindow; i < concealHistory; i += step {
		now, then := float32(history[i]), float32(history[i-lag])
		cross += float32(now * then)
		energy += float32(then * then)
	}
	if energy == 0 || cross <= 0 {
		return 0
	}
	return cross * cross / energy
}
