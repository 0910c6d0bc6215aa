package analyzers

import (
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	holdMinMusic = 150 // frames: less than 3 s of music, with no word from the switch, is a jingle or a ring tone
	// holdLikelihood makes music sure. Without the switch's word, holdMinMusic of sure music makes a hold: a voice may be
	// taken for music for seconds, but hardly for sure.
	holdLikelihood = 0.9
	holdGap        = 100 // frames: music that pauses for less than 2 s is one hold, whatever is said in it
	holdHoles      = 20  // one frame in so many: speech has pauses, and where fewer are quiet the music goes on under it
	holdRest       = 300 // frames: so is music that rests for less than 6 s in which nobody has surely spoken
	holdBreak      = 500 // frames: so is music that goes on after 10 s of something as loud that is no voice for sure
	// Where hardly anybody has spoken, and no switch says when a hold ends, both may last so many times as long: one piece is over
	// and the next one begins, or a piece sounds like nothing known. One frame of speech in holdTalk is somebody who speaks.
	holdPatience, holdTalk = 2.5, 8
	holdDrop               = 25  // dB under the music's mean level, above which a pause is as loud
	holdWindow             = 250 // frames: the 5 s before and after in which the agent should speak
	holdBack               = 50  // frames of sure music, 1 s, that go on with a hold in which somebody has spoken
	holdEcho               = 50  // frames: music that outlasts the switch's resume by less than 1 s ends with it

	// A run of speech is sure from half a second on, if likely on the whole: music sounds like a voice for moments too.
	sureRun        = 25
	sureLikelihood = 0.85
)

// hold reports each time the customer was put on hold: the agent's leg carries music, or the switch says so, or both.
// Music on the customer's leg is the customer's own and never a hold; music before the answer is the queue's.
type hold struct {
	count int // holds so far

	start, end   int     // of the evidence
	music        int     // frames of music
	signal       int     // frames that the switch calls held
	gapSpeech    int     // frames of agent speech since end
	talk         int     // the same, without the bound of holdWindow
	sureMusic    int     // frames of music that is surely music
	level        float64 // sum over the frames of music, dBov
	loud         int     // frames as loud as the music since end
	spoken       bool    // somebody has surely spoken since end
	back         int     // frames of sure music since then
	run          int     // frames of speech since end in a row
	runSum       float32
	resumed      int // where the switch's hold ended, -1 before
	likelihood   float64
	state        holdState
	counted      bool
	speechBefore int
	lastEmit     int

	voices holdVoices

	recent    [(holdWindow + 63) / 64]uint64 // agent speech, a bit a frame, ring over the last 5 s
	recentSum int
	last      int // frames seen
	leg       schemas.Leg
}

type holdState uint8

const (
	holdNone  holdState = iota
	holdOn              // evidence now, or less than holdGap ago
	holdAfter           // ended; collecting what the agent says in the 5 s after
)

func newHold() *hold { return new(hold) }

func (*hold) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:    "hold",
		Value:   "length, s",
		Sources: []string{"music", "signal", "both"},
		Measures: map[string]string{
			"music":         "music heard in it, s",
			"signal":        "held according to the switch, s",
			"agent_speech":  "speech inside it in the agent's voice, or with no music to tell whose by, s",
			"other_speech":  "speech over its music in another voice, such as an advertisement's, or one that cannot be told, s",
			"speech_before": "agent speech in the 5 s before it, s",
			"before":        "length of the call before it, at most 5 s",
			"speech_after":  "agent speech in the 5 s after it, s",
			"after":         "length of the call after it, at most 5 s",
			"index":         "its number in the call, from 1",
		},
	}}
}

func (h *hold) Reset() { *h = hold{} }

func (h *hold) Frame(now *Instant, emit Emit) {
	f, leg := now.Agent, schemas.Leg_LEG_AGENT
	if f == nil {
		f, leg = now.Mixed, schemas.Leg_LEG_MIXED
	}
	music := f.Music && now.Answered
	evidence := music || now.Held
	i := now.Index
	h.last, h.leg = i+1, leg

	if h.state == holdAfter {
		switch {
		case evidence || i-h.end >= holdWindow:
			h.finish(i, emit)
		case f.Speech:
			h.gapSpeech++
		}
	}
	switch {
	case h.state == holdNone && evidence:
		h.begin(i)
		h.add(f, music, now.Held, i)
	case h.state == holdOn && evidence:
		if h.spoken && !h.sure() { // what was heard before the words was none of it
			h.begin(i)
		}
		if !h.spoken || now.Held || h.returns(f) {
			h.add(f, music, now.Held, i)
		}
	case h.state == holdOn:
		h.pause(f, i)
		n := i - h.end
		said := h.spoken && h.loud < n-n/holdHoles && !h.voices.stranger()
		waited := float64(n)
		if h.signal == 0 && h.talk*holdTalk < n {
			waited /= holdPatience
		}
		if n >= holdGap && said || waited >= holdRest && h.loud*2 < n || waited >= holdBreak {
			h.stop(emit)
		}
	}
	if h.state == holdOn && h.sure() && i-h.lastEmit >= int(time.Second/FrameDuration) {
		h.lastEmit = i
		h.send(true, emit)
	}
	if h.state != holdOn {
		h.voices.learn(f, music)
	}
	h.remember(i, f.Speech && !music)
}

func (h *hold) begin(i int) {
	h.state = holdOn
	h.start, h.end = i, i
	h.music, h.signal, h.gapSpeech = 0, 0, 0
	h.resumed, h.likelihood, h.counted = -1, 0, false
	h.run, h.runSum = 0, 0
	h.voices.begin()
	h.level, h.loud, h.spoken, h.back, h.sureMusic = 0, 0, false, 0, 0
	h.speechBefore = h.recentSum
	h.lastEmit = i
}

func (h *hold) add(f *Frame, music, held bool, i int) {
	h.end = i + 1
	h.voices.goesOn(h.spoken, h.gapSpeech)
	h.loud, h.spoken, h.gapSpeech, h.talk, h.back = 0, false, 0, 0, 0
	h.run, h.runSum = 0, 0
	h.voices.hear(i, f, music)
	if music {
		h.music++
		h.likelihood += float64(f.MusicLikelihood)
		h.level += float64(f.Level)
		if f.MusicLikelihood >= holdLikelihood {
			h.sureMusic++
		}
	}
	if held {
		h.signal++
		h.resumed = -1
	} else if h.signal > 0 && h.resumed < 0 {
		h.resumed = i
	}
}

// returns says, where somebody has surely spoken since the music, whether it is back: a voice sounds like music for moments.
func (h *hold) returns(f *Frame) bool {
	if f.Speech {
		h.gapSpeech++
		h.voices.meanwhile(f)
	}
	if f.MusicLikelihood >= holdLikelihood {
		h.back++
	}
	return h.back >= holdBack
}

// pause takes a frame without evidence. A piece may go on with drums alone, which is neither music nor speech for sure:
// the hold then ends only if the music does not come back for holdBreak.
func (h *hold) pause(f *Frame, i int) {
	if f.Speech {
		h.talk++
	}
	if f.Speech && i-h.end < holdWindow {
		h.gapSpeech++
		h.voices.meanwhile(f)
	}
	if h.music > 0 && float64(f.Level) > h.level/float64(h.music)-holdDrop {
		h.loud++
	}
	if !f.Speech {
		h.run, h.runSum = 0, 0
		return
	}
	h.run++
	h.runSum += f.SpeechLikelihood
	if h.run >= sureRun && h.runSum >= sureLikelihood*float32(h.run) {
		h.spoken = true
	}
}

// sure says that this is a hold and not a snatch of music.
func (h *hold) sure() bool {
	return h.counted || h.signal > 0 || h.sureMusic >= holdMinMusic
}

// stop ends the evidence: from here on only what the agent says next is collected.
func (h *hold) stop(emit Emit) {
	if !h.sure() {
		h.state = holdNone
		return
	}
	h.voices.over(h.end)
	if h.resumed >= 0 && h.end-h.resumed < holdEcho {
		h.end = h.resumed
	}
	h.state = holdAfter
	h.send(true, emit)
}

// finish emits the hold for good; i is the first frame that no longer belongs to what follows it.
func (h *hold) finish(i int, emit Emit) {
	h.last = i
	h.send(false, emit)
	h.state = holdNone
}

func (h *hold) send(open bool, emit Emit) {
	if !h.counted {
		h.counted = true
		h.count++
	}
	s := Segment{
		Kind: "hold", Leg: h.leg, Open: open, Confidence: 1, Source: "signal",
		Start: time.Duration(h.start) * FrameDuration,
		End:   time.Duration(h.end) * FrameDuration,
	}
	if h.music > 0 {
		if h.signal == 0 {
			s.Source = "music"
			s.Confidence = h.likelihood / float64(h.music)
		} else if h.music >= holdMinMusic || h.music*2 > h.signal {
			s.Source = "both"
		}
	}
	s.Value = s.Duration().Seconds()
	s.Set("music", frames(h.music))
	s.Set("signal", frames(h.signal))
	agent, other := h.voices.said()
	s.Set("agent_speech", frames(agent))
	s.Set("other_speech", frames(other))
	s.Set("speech_before", frames(h.speechBefore))
	s.Set("before", frames(min(h.start, holdWindow)))
	s.Set("speech_after", frames(h.gapSpeech))
	s.Set("after", frames(min(max(h.last-h.end, 0), holdWindow)))
	s.Set("index", float64(h.count))
	emit(s)
}

// remember keeps the last 5 s of agent speech, for a hold that begins at the next frame.
func (h *hold) remember(i int, speech bool) {
	place := i % holdWindow
	slot, bit := &h.recent[place/64], uint64(1)<<(place%64)
	if *slot&bit != 0 {
		h.recentSum--
		*slot &^= bit
	}
	if speech {
		h.recentSum++
		*slot |= bit
	}
}

func (*hold) Event(Event, Emit) {}

func (h *hold) End(_ Ending, emit Emit) {
	if h.state == holdOn {
		h.stop(emit)
	}
	if h.state == holdAfter {
		h.finish(h.last, emit)
	}
}

// frames is a number of frames in seconds.
func frames(n int) float64 { return (time.Duration(n) * FrameDuration).Seconds() }
