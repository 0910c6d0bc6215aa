package analyzers

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/earshot/earshot/analyzers/dsp"
	"github.com/earshot/earshot/analyzers/voice"
)

// voices is what benchmarks/train made of how voices differ.
//
//go:embed voices.bin
var voices []byte

// voiceModel is decoded when first needed, so that the training command runs whatever the file holds.
var voiceModel = sync.OnceValue(func() *voice.Model {
	m, rest, err := voice.Decode(voices)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("cannot read the model of voices: %d bytes too many", len(rest))
	}
	if err != nil {
		panic(err) // the file is part of the program
	}
	return m
})

// holdVoices tells how long somebody speaks during a hold, and whether that is the agent: music sounds like a voice for
// moments, and an advertisement has a voice of its own. The agent's is learnt from what is said without music.
type holdVoices struct {
	agent voice.Print
	music voice.Bands // its power of late

	// Of this hold:
	known   voice.Speaker  // the agent, by what was heard before it
	plain   int            // frames of speech where there never was music
	during  int            // and over music or in its pauses
	speaker voice.Evidence // whether that was the agent
	pause   pauseVoice
	end     int // of the last run over music
	run     run
}

// pauseVoice is whoever speaks in a pause of the music.
type pauseVoice struct {
	print    voice.Print
	evidence voice.Evidence
}

// run is frames of speech in a row.
type run struct {
	frames, over int // all, and those over music
	likelihood   float32
	voice        voice.Evidence
}

const (
	// A run counts from 0.2 s on, if it is likely on the whole.
	runLeast      = 10
	runLikelihood = 0.55
	// Between two runs over music less than 2 s apart somebody speaks too softly to be heard, or draws breath.
	runGap = 100
	// musicFade is how much of the music's spectrum a frame replaces: what is remembered is about half a second.
	musicFade = 0.04
	// Whoever speaks over music is taken for the agent from one likelihood on, and for a stranger below the other: a flag costs money,
	// so a little more than evens.
	isAgent, isStranger = 0.55, 0.2
)

func (v *holdVoices) begin() {
	*v = holdVoices{agent: v.agent}
	v.known = voiceModel().Speaker(&v.agent)
}

// learn takes a frame outside a hold.
func (v *holdVoices) learn(f *Frame, music bool) {
	if f.Speech && !music && f.Pitch > 0 {
		v.agent.Add(voiceModel(), &f.Bands, f.Pitch)
	}
}

// meanwhile takes a frame of a pause, of which it is not yet known whether it is the hold's end.
func (v *holdVoices) meanwhile(f *Frame) {
	if f.Pitch > 0 {
		v.pause.print.Add(voiceModel(), &f.Bands, f.Pitch)
		v.pause.evidence.Add(voiceModel(), &v.known, &f.Bands, &voice.Bands{}, f.Pitch)
	}
}

// goesOn says that the pause was none of the end: so many frames of speech were in it, if it was surely speech.
func (v *holdVoices) goesOn(spoken bool, speech int) {
	if spoken {
		v.during += speech
		v.speaker.Join(&v.pause.evidence)
	}
	v.pause = pauseVoice{}
}

// over ends the hold before frame i. Whoever has spoken since is the agent.
func (v *holdVoices) over(i int) {
	v.ends(i)
	v.agent.Join(&v.pause.print)
	v.pause = pauseVoice{}
}

// hear takes frame i of a hold.
func (v *holdVoices) hear(i int, f *Frame, music bool) {
	if music && !f.Speech {
		for k, b := range f.Bands {
			v.music[k] += float32(musicFade * (dsp.Power(b) - v.music[k]))
		}
	}
	if !f.Speech {
		v.ends(i)
		return
	}
	v.run.frames++
	v.run.likelihood += f.SpeechLikelihood
	if music {
		v.run.over++
		if f.Pitch > 0 {
			v.run.voice.Add(voiceModel(), &v.known, &f.Bands, &v.music, f.Pitch)
		}
	}
}

// ends ends the run before frame i.
func (v *holdVoices) ends(i int) {
	r := &v.run
	if r.frames >= runLeast && r.likelihood >= runLikelihood*float32(r.frames) {
		if gap := i - r.frames - v.end; v.during > 0 && r.over > 0 && gap < runGap {
			v.during += gap
		}
		v.plain += r.frames - r.over
		v.during += r.over
		if r.over > 0 {
			v.end = i
			v.speaker.Join(&r.voice)
		}
	}
	*r = run{}
}

// said is how many frames the agent speaks in this hold, and how many somebody does who is not the agent or of whom that cannot
// be told.
func (v *holdVoices) said() (agent, other int) {
	if likely, known := voiceModel().Same(&v.known, &v.speaker); known && likely > isAgent {
		return v.plain + v.during, 0
	}
	return v.plain, v.during
}

// stranger says that whoever speaks in the pause is surely not the agent: a singer, an announcer.
func (v *holdVoices) stranger() bool {
	likely, known := voiceModel().Same(&v.known, &v.pause.evidence)
	return known && likely < isStranger
}
