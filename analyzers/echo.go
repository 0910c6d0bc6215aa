package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

const (
	echoFrames = 5    // frames: an echo comes up to 100 ms after the voice; later ones are what echo cancellers are for
	echoDrop   = 14.0 // dB by which an echo is under the voice at least (ITU-T G.131 has a hybrid return 14 dB or less)
	echoAlike  = 0.55 // how much the spectra of echo and voice are alike, as a correlation
	echoMemory = 0.8

	// A line that echoes does so all the time. How often what is quieter by echoDrop is alike is kept over some 5 s of it.
	echoFade  = 0.004
	echoFirst = 0.45 // before anything was heard
	echoLine  = 0.4  // of a line with echo
	echoSure  = 0.65 // of one that surely has it: then noise may make it less alike, if it is as quiet as ever
	echoNoisy = 0.3
	echoRange = 4.0 // dB
	echoMusic = 25  // frames
)

// echo takes back what is called speech on one leg where it is the other leg's voice coming back: quieter by far, and of
// the same spectrum a moment later. Somebody who speaks softly has a spectrum of their own, and is like the other for moments only.
type echo struct {
	past  [2][echoFrames]echoFrame
	next  int
	alike [2]float32
	share [2]float32 // of what is quieter by far, how much was alike
	drop  [2]float32 // dB by which what was alike is quieter
	over  float32    // the first leg's level over the second's, over half a second
}

type echoFrame struct {
	level float32
	bands [18]float32 // over their mean, dB
	power float32     // sum of their squares
}

func (e *echo) reset() { *e = echo{share: [2]float32{echoFirst, echoFirst}} }

// step compares the frames of both legs with what the other leg was a moment ago, and notes in them what is echo.
func (e *echo) step(frames *[2]*Frame) {
	e.next = (e.next + 1) % echoFrames
	for k, f := range frames {
		e.past[k][e.next].take(f)
	}
	e.music(frames)
	for k, f := range frames {
		if !f.Speech && f.SpeechLikelihood < 0.3 && !f.Music {
			e.alike[k] *= echoMemory
			continue
		}
		now, most, top := &e.past[k][e.next], float32(0), float32(dsp.MinDB)
		for i := range e.past[1-k] {
			o := &e.past[1-k][i]
			most, top = max(most, now.like(o)), max(top, o.level)
		}
		quiet := top-f.Level >= echoDrop
		if !quiet {
			most = 0
		}
		e.alike[k] = float32(echoMemory*e.alike[k]) + float32((1-echoMemory)*most)
		alike := e.alike[k] >= echoAlike
		if quiet {
			e.share[k] += float32(echoFade * (float32(yes(alike)) - e.share[k]))
		}
		if alike {
			e.drop[k] += float32(3 * echoFade * (top - f.Level - e.drop[k]))
		}
		noisy := quiet && e.share[k] >= echoSure && e.alike[k] >= echoNoisy && top-f.Level > e.drop[k]-echoRange
		if alike && e.share[k] >= echoLine || noisy {
			f.Speech, f.SpeechLikelihood = false, 0
			if e.share[k] >= echoSure {
				f.Music, f.MusicLikelihood = false, 0
			}
		}
	}
}

// music takes back what is called music on one leg where it is the other leg's coming back: quieter by far for half a second.
func (e *echo) music(frames *[2]*Frame) {
	e.over += (frames[0].Level - frames[1].Level - e.over) / echoMusic
	for k, f := range frames {
		over := e.over
		if k == 0 {
			over = -over
		}
		if f.Music && frames[1-k].Music && over >= echoDrop {
			f.Music, f.MusicLikelihood = false, 0
		}
	}
}

func (x *echoFrame) take(f *Frame) {
	x.level = f.Level
	mean := float32(0)
	for i := range f.Bands {
		mean += f.Bands[i]
	}
	mean /= float32(len(x.bands))
	power := float32(0) // in a register
	for i := range f.Bands {
		b := f.Bands[i] - mean
		x.bands[i] = b
		power += float32(b * b)
	}
	x.power = power
}

// like is the correlation of two spectra.
func (x *echoFrame) like(o *echoFrame) float32 {
	sum := float32(0)
	for i := range x.bands {
		sum += float32(x.bands[i] * o.bands[i])
	}
	if sum <= 0 {
		return 0
	}
	return sum / dsp.Sqrt(float32(x.power*o.power)+1e-6)
}
