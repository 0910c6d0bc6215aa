package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

// holdVoices tells how long somebody speaks during a hold, and whether that is the agent: music sounds like a voice for
// moments, and an advertisement has a voice of its own. The agent's is learnt from what is said without music.
type holdVoices struct {
	agent voiceprint
	music [dsp.NumBands]float32 // its power of late, by band

	// Of this hold:
	plain   int        // frames of speech where there never was music
	during  int        // and over music or in its pauses
	speaker voiceprint // of whoever that was
	gap     voiceprint // of whoever speaks in the pause that lasts
	end     int        // of the last run over music
	run     run
}

// run is frames of speech in a row.
type run struct {
	frames, over, standing int // all, those over music, and those of them in which a voice stands out of it
	likelihood             float32
	voice                  voiceprint
}

const (
	// A run counts from 0.2 s on, if it is likely on the whole and the voice stands out of the music in a tenth of it.
	runLeast      = 10
	runLikelihood = 0.7
	runStanding   = 0.1
	// Between two runs over music less than 1.2 s apart somebody speaks too softly to be heard, or draws breath.
	runGap = 60
	// musicFade is how much of the music's spectrum a frame replaces: what is remembered is about half a second.
	musicFade = 0.04
	// A voice stands out of the music in a frame with a pitch if so many bands have so many times the music's power.
	standBands, standRatio = 6, 3
	// Two voices are one where their spectra's shapes differ by less than shapeApart in dB and their pitches by less than
	// pitchApart in octaves; less of the one allows for more of the other.
	shapeApart, pitchApart = 6.5, 0.5
)

func (v *holdVoices) begin() { *v = holdVoices{agent: v.agent} }

// learn takes a frame outside a hold.
func (v *holdVoices) learn(f *Frame, music bool) {
	if f.Speech && !music {
		v.agent.add(f, &[dsp.NumBands]float32{})
	}
}

// meanwhile takes a frame of a pause, of which it is not yet known whether it is the hold's end.
func (v *holdVoices) meanwhile(f *Frame) { v.gap.add(f, &[dsp.NumBands]float32{}) }

// goesOn says that the pause was none of the end: so many frames of speech were in it, if it was surely speech.
func (v *holdVoices) goesOn(spoken bool, speech int) {
	if spoken {
		v.during += speech
		v.speaker.join(&v.gap)
	}
	v.gap = voiceprint{}
}

// over ends the hold before frame i. Whoever has spoken since is the agent.
func (v *holdVoices) over(i int) {
	v.pause(i)
	v.agent.join(&v.gap)
	v.gap = voiceprint{}
}

// hear takes frame i of a hold.
func (v *holdVoices) hear(i int, f *Frame, music bool) {
	if music && !f.Speech {
		for k, b := range f.Bands {
			v.music[k] += float32(musicFade * (dsp.Power(b) - v.music[k]))
		}
	}
	if !f.Speech {
		v.pause(i)
		return
	}
	v.run.frames++
	v.run.likelihood += f.SpeechLikelihood
	if music {
		v.run.over++
		v.run.voice.add(f, &v.music)
		if v.stands(f) {
			v.run.standing++
		}
	}
}

func (v *holdVoices) stands(f *Frame) bool {
	if f.Pitch == 0 {
		return false
	}
	n := 0
	for i, b := range f.Bands {
		if dsp.Power(b) > standRatio*v.music[i] {
			n++
		}
	}
	return n >= standBands
}

// pause ends the run before frame i.
func (v *holdVoices) pause(i int) {
	r := &v.run
	if r.frames >= runLeast && r.likelihood >= runLikelihood*float32(r.frames) && float32(r.standing) >= runStanding*float32(r.over) {
		if gap := i - r.frames - v.end; v.during > 0 && r.over > 0 && gap < runGap {
			v.during += gap
		}
		v.plain += r.frames - r.over
		v.during += r.over
		if r.over > 0 {
			v.end = i
			v.speaker.join(&r.voice)
		}
	}
	*r = run{}
}

// said is how many frames the agent speaks in this hold, and how many somebody does who is not the agent or of whom that cannot
// be told.
func (v *holdVoices) said() (agent, other int) {
	if is, known := v.isAgent(&v.speaker); known && is {
		return v.plain + v.during, 0
	}
	return v.plain, v.during
}

// stranger says that whoever speaks in the pause is surely not the agent: a singer, an announcer.
func (v *holdVoices) stranger() bool {
	is, known := v.isAgent(&v.gap)
	return known && !is
}

func (v *holdVoices) isAgent(o *voiceprint) (is, known bool) {
	shape, pitch, known := v.agent.apart(o)
	shape, pitch = shape/shapeApart, pitch/pitchApart
	return shape*shape+pitch*pitch < 1, known
}
