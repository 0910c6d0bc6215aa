package analyzers

import (
	"math"
	"time"

	"github.com/earshot/earshot/schemas"
)

// FrameDuration is the step of all analysis.
const FrameDuration = 20 * time.Millisecond

// SampleRate in Hz and FrameSamples are the form of the audio that analysis takes.
const (
	SampleRate   = 8000
	FrameSamples = 160
)

// Lookahead is how long after its audio a Frame is delivered: what follows it has been heard, so its Speech and
// Music are decisions, not guesses.
const Lookahead = time.Second

// Input is 20 ms of one leg.
type Input struct {
	Leg schemas.Leg
	// PCM holds FrameSamples samples at SampleRate, full scale ±1; read during the call only.
	PCM []float32
	// Lost counts the samples that never arrived.
	Lost int
	// Open is false while the leg sends no media at all.
	Open bool
	// Tone: a telephone event (DTMF) plays. Comfort: this is comfort noise.
	Tone, Comfort bool
}

// Frame is what is known of 20 ms of one leg. It is computed once and shared by all analyzers.
type Frame struct {
	// Level is the RMS level in dBov: 0 is a full-scale square wave, -127 digital silence.
	Level float32
	// Floor is the leg's noise floor in dBov, from rolling minima of the level.
	Floor float32
	// Bands are the levels of the 18 bands of dsp.BandEdges, in dB.
	Bands [18]float32
	// Pitch is the fundamental frequency in Hz, 0 where the frame is not voiced.
	Pitch float32
	// Harmonicity is the peak of the normalised autocorrelation over the pitch range, 0 to 1.
	Harmonicity float32
	// Tilt is the level of 1–3.4 kHz over that of 0.3–1 kHz, in dB; loud voices have a flatter, higher tilt.
	Tilt float32
	// Peak is the strongest frequency in Hz, PeakShare its share of the power, 0 to 1: a steady tone is near 1.
	Peak, PeakShare float32
	// SpeechLikelihood and MusicLikelihood are the classifier's outputs, 0 to 1. Both are high where someone talks over music.
	SpeechLikelihood, MusicLikelihood float32
	// Speech and Music are the decisions, after smoothing with what came before and after.
	Speech, Music bool
	// Loud says that the speaker is well above their own level earlier in the call: by Rise dB. TiltRise and PitchRise say
	// how much the spectral tilt (dB) and the pitch (semitones) of all that loud scene are above theirs, and RaisedConfidence
	// how likely that makes a raised voice, not just a gain. Raised is the decision. All are 0 until enough speech was heard.
	Loud, Raised                                bool
	Rise, TiltRise, PitchRise, RaisedConfidence float32
	// Lost and Clipped count samples.
	Lost, Clipped int
	// Open, Tone and Comfort are as in Input.
	Open, Tone, Comfort bool

	square float64 // of the level, once somebody has asked
}

// meanSquare is the level as one, for means over frames.
func (f *Frame) meanSquare() float64 {
	if f.square == 0 {
		f.square = math.Pow(10, float64(f.Level)/10)
	}
	return f.square
}

// Instant is one step of a call: the frames of all its legs, and what the switch has said by then.
type Instant struct {
	// Index counts frames from the call's start.
	Index int
	// Agent and Customer are set for a call of two legs, Mixed for a mono one. They are valid during the call only.
	Agent, Customer, Mixed *Frame
	// Held says that the switch has put the call on hold.
	Held bool
	// Answered says that the call is answered, or that nothing says otherwise.
	Answered bool
}

// At is the time of the instant's first sample.
func (n *Instant) At() time.Duration { return time.Duration(n.Index) * FrameDuration }

// Event is a fact from the switch on the call's clock.
type Event struct {
	Kind schemas.Kind
	By   schemas.Leg
	At   time.Duration
}

// Ending is how the call ended.
type Ending struct {
	At time.Duration
	// By is who hung up; unspecified when nobody said so.
	By schemas.Leg
}
