package analyzers

import (
	"math"
	"time"

	"github.com/earshot/earshot/schemas"
)

const (
	noiseReport  = 25   // dB: noise as far or further under the speech disturbs nobody
	noiseWindow  = 100  // frames: 2 s, of which there is one noise level
	noiseLeast   = 10   // frames of pauses in a window that tell its level
	noiseTail    = 5    // frames after a word that still hold some of it
	noiseBehind  = 300  // frames, 6 s: what is heard longer after the last word is behind nobody's speech
	noiseAlike   = 6    // dB by which the noise may change and still be the same
	noiseStray   = 3    // windows, 6 s: less is no noise to tell of, and less of other noise does not end it
	noiseGap     = 1500 // frames: so do 30 s in which it cannot be heard
	noiseSpeech  = 50   // frames of speech from which its level is known
	noiseMemory  = 1500 // frames of speech, 30 s, over which its level is the mean
	noiseAbove   = 5    // dB over the median, above which a frame in a pause is no noise but a knock or a breath
	noiseGuess   = 0.01 // what a window without pauses weighs in the noise's level
	noiseMinimum = 2    // dB by which the least level of some seconds lies under the mean
)

// noise reports what is heard behind somebody's speech: the noise between the words, against the active level of the
// speech, which is the mean power while they talk, with pauses of up to 0.2 s as in ITU-T P.56, less the noise's. A stretch
// lasts as long as the noise stays about as loud. Music is not noise, nor what a line plays while nobody is there; voices
// in the background are.
type noise struct{ legs [3]noiseLeg }

type noiseLeg struct {
	levels [80]uint8 // of the pauses in this window, in steps of 1 dB from -90 dBov
	pauses int
	talked int // frames of speech in this window
	since  int // frames since the last speech
	n      int // frames of this window

	speech noiseSum // of what was said lately
	now    noiseStretch
	next   noiseStretch // other noise than now, which may be the end of it
}

// noiseSum is a mean power.
type noiseSum struct{ power, n float64 }

func (m noiseSum) level() float64 { return 10 * math.Log10(m.power/m.n+1e-13) }

type noiseStretch struct {
	start, end     int
	windows, heard int // windows, and those of them in which pauses told the level
	noise, speech  noiseSum
	talked         int
}

func newNoise() *noise { return new(noise) }

func (*noise) Kinds() []KindDoc {
	return []KindDoc{{
		Kind:  "noise",
		Value: "active level of the speech over the noise behind it, dB",
		Measures: map[string]string{
			"level":        "mean level of the noise, dBov",
			"speech_level": "active level of the speech, dBov",
			"snr":          "active level of the speech over the noise behind it, dB",
			"seconds":      "length, s",
			"speech":       "speech in it, s",
		},
	}}
}

func (a *noise) Reset() { *a = noise{} }

func (a *noise) Frame(now *Instant, emit Emit) {
	other := now.Held || !now.Answered
	if now.Mixed != nil {
		a.legs[2].step(now.Mixed, other, schemas.Leg_LEG_MIXED, now.Index, emit)
		return
	}
	// What is heard on a leg while the other party speaks may be their echo.
	a.legs[0].step(now.Agent, other || now.Customer.Speech, schemas.Leg_LEG_AGENT, now.Index, emit)
	a.legs[1].step(now.Customer, other || now.Agent.Speech, schemas.Leg_LEG_CUSTOMER, now.Index, emit)
}

// step takes a frame; other says that a pause in it may be filled with something else than noise.
func (l *noiseLeg) step(f *Frame, other bool, leg schemas.Leg, i int, emit Emit) {
	l.since++
	switch {
	case !f.Open || f.Music || f.Tone || f.Comfort || f.Lost > 0 || f.Level <= digitalSilence:
	case f.Speech:
		l.since = 0
		l.talked++
		l.speech.power += f.meanSquare()
		l.speech.n++
	case !other && l.since > noiseTail:
		l.levels[int(clamp(float64(f.Level)+90, 0, float64(len(l.levels)-1)))]++
		l.pauses++
	}
	if l.n++; l.n == noiseWindow {
		l.window(f, leg, i+1, emit)
	}
}

// window closes two seconds.
func (l *noiseLeg) window(f *Frame, leg schemas.Leg, end int, emit Emit) {
	level, heard := l.between()
	talked := l.talked
	known := l.speech.n >= noiseSpeech && (heard || talked >= noiseWindow/2)
	if !heard {
		level = float64(f.Floor) + noiseMinimum
	}
	l.n, l.pauses, l.talked = 0, 0, 0
	l.levels = [len(l.levels)]uint8{}
	if !known || l.since > noiseBehind {
		return
	}
	if l.speech.n > noiseMemory {
		l.speech.power *= noiseMemory / l.speech.n
		l.speech.n = noiseMemory
	}
	weight := noiseGuess
	w := noiseStretch{start: end - noiseWindow, end: end, windows: 1, talked: talked, speech: l.speech}
	if heard {
		w.heard, weight = 1, 1
	}
	w.noise = noiseSum{weight * math.Pow(10, level/10), weight}
	if l.now.windows > 0 && w.start-l.now.end > noiseGap {
		l.now.emit(leg, emit)
		l.now, l.next = noiseStretch{}, noiseStretch{}
	}
	loud := w.snr() < noiseReport
	switch {
	case l.now.windows == 0:
		if loud {
			l.now = w
		}
	case loud && l.now.heard == 0: // it was guessed so far
		w.start = l.now.start
		l.now = w
	case loud && math.Abs(level-l.now.noise.level()) <= noiseAlike:
		if l.next.windows > 0 {
			l.now.add(&l.next)
			l.next = noiseStretch{}
		}
		l.now.add(&w)
	default:
		if l.next.windows == 0 {
			l.next = w
		} else {
			l.next.add(&w)
		}
		if l.next.windows >= noiseStray {
			l.now.emit(leg, emit)
			l.now, l.next = l.next, noiseStretch{}
			if l.now.snr() >= noiseReport {
				l.now = noiseStretch{}
			}
		}
	}
}

// between is the mean level of the pauses in this window, without what stands out of them.
func (l *noiseLeg) between() (level float64, heard bool) {
	if l.pauses < noiseLeast {
		return 0, false
	}
	var m noiseSum
	seen, median := 0, len(l.levels)
	for b, n := range l.levels {
		if b > median+noiseAbove {
			break
		}
		m.power += float64(float64(n) * math.Pow(10, (float64(b)-89.5)/10))
		m.n += float64(n)
		if seen += int(n); seen*2 >= l.pauses && median == len(l.levels) {
			median = b
		}
	}
	return m.level(), true
}

func (s *noiseStretch) add(o *noiseStretch) {
	s.end = o.end
	s.windows += o.windows
	s.heard += o.heard
	s.talked += o.talked
	s.noise.power += o.noise.power
	s.noise.n += o.noise.n
	s.speech.power += o.speech.power
	s.speech.n += o.speech.n
}

// spoken is the active level of the speech without the noise in it.
func (s *noiseStretch) spoken() float64 {
	noise := s.noise.power / s.noise.n
	return 10 * math.Log10(max(s.speech.power/s.speech.n-noise, noise/100))
}

func (s *noiseStretch) snr() float64 { return s.spoken() - s.noise.level() }

// emit tells of the stretch, unless it was short, or never heard without speech over it.
func (s *noiseStretch) emit(leg schemas.Leg, emit Emit) {
	if s.heard == 0 || s.windows < noiseStray {
		return
	}
	seg := Segment{
		Kind: "noise", Leg: leg, Value: s.snr(),
		Start: time.Duration(s.start) * FrameDuration,
		End:   time.Duration(s.end) * FrameDuration,
		// Where there were no pauses, the noise was guessed from the least level.
		Confidence: 0.5 + 0.5*float64(s.heard)/float64(s.windows),
	}
	seg.Set("level", s.noise.level())
	seg.Set("speech_level", s.spoken())
	seg.Set("snr", s.snr())
	seg.Set("seconds", seg.Duration().Seconds())
	seg.Set("speech", frames(s.talked))
	emit(seg)
}

func (*noise) Event(Event, Emit) {}

func (a *noise) End(_ Ending, emit Emit) {
	for k, leg := range [3]schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		a.legs[k].now.emit(leg, emit)
	}
}
