package corpus

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

const (
	rate  = sounds.Rate
	frame = rate / 50

	agent    = 0
	customer = 1
)

var legs = [2]schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}

type event struct {
	kind schemas.Kind
	by   schemas.Leg
	at   time.Duration
}

// scene is a call that is being written. What is written next begins at the cursor.
type scene struct {
	r      *rand.Rand
	draft  Draft
	voices [2]*sounds.Voice
	level  [2]float64   // of speech, dBov
	floor  [2]float64   // of the line's noise, dBov
	sound  [2][]float32 // what each party's line carries, without its noise
	noise  [2][]float32 // behind a party, louder than the line's own
	mute   [2][]stretch // where a line carries nothing at all
	cursor int
	length int // the end, once known

	f       facts
	events  []event
	endedBy schemas.Leg
	track   *sounds.Track
	err     error

	mono, swapped bool
	outbound      bool
	channel       string // what the line does, "" to draw it
	loss          float64
	degradations  []string
}

func newScene(d Draft, r *rand.Rand) *scene {
	s := &scene{r: r, draft: d, endedBy: schemas.Leg_LEG_CUSTOMER}
	whole := d.whole()
	s.voices[agent] = pick(r, whole)
	for s.voices[customer] == nil || s.voices[customer] == s.voices[agent] {
		s.voices[customer] = pick(r, whole)
	}
	s.track = pick(r, d.lib.Tracks(d.split))
	for k := range s.level {
		s.level[k] = s.between(-35, -17)
		s.floor[k] = s.level[k] - s.between(28, 45)
	}
	return s
}

// quiet takes both voices down, so that one that rises later still fits the channel.
func (s *scene) quiet() {
	for k := range s.level {
		s.level[k] = s.between(-37, -30)
		s.floor[k] = s.level[k] - s.between(28, 38)
	}
}

// mix makes the call a mono recording. Its two sides are about as loud as each other: behind the softer of two very
// different ones would be the noise of the louder's line.
func (s *scene) mix() {
	s.mono = true
	s.degrade("mono")
	s.level[customer] = s.level[agent] + s.between(-3, 3)
	s.floor[customer] = s.level[customer] - s.between(28, 45)
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

func (s *scene) between(lo, hi float64) float64 { return lo + s.r.Float64()*(hi-lo) }
func (s *scene) chance(p float64) bool          { return s.r.Float64() < p }
func (s *scene) now() float64                   { return float64(s.cursor) / rate }
func (s *scene) at() time.Duration              { return samples(s.cursor) }

func samples(n int) time.Duration { return time.Duration(n) * time.Second / rate }

func (s *scene) wait(seconds float64) { s.cursor += int(seconds * rate) }

// put adds audio to a party's line at the cursor, and leaves the cursor behind it.
func (s *scene) put(leg int, pcm []float32) {
	s.add(&s.sound[leg], s.cursor, pcm)
	s.cursor += len(pcm)
}

func (s *scene) add(to *[]float32, at int, pcm []float32) {
	if need := at + len(pcm); need > len(*to) {
		*to = append(*to, make([]float32, need-len(*to))...)
	}
	for i, v := range pcm {
		(*to)[at+i] += v
	}
}

// clip draws something that the party says, between two lengths in seconds where the voice has any such.
func (s *scene) clip(leg int, least, most float64) []float32 {
	v := s.voices[leg]
	i := s.r.IntN(v.Len())
	for range 60 {
		if l := v.Seconds(i); l >= least && l <= most {
			break
		}
		i = s.r.IntN(v.Len())
	}
	pcm, err := v.Clip(i)
	s.fail(err)
	return pcm
}

func (s *scene) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// say has a party speak for about so long: clips with short pauses for breath.
func (s *scene) say(leg int, seconds float64) { s.speak(leg, seconds, 0) }

func (s *scene) speak(leg int, seconds, raise float64) {
	end := s.cursor + int(seconds*rate)
	for first := true; first || s.cursor < end-rate/2; first = false {
		if !first {
			s.wait(s.between(0.1, 0.35))
		}
		left := float64(end-s.cursor) / rate
		pcm := s.clip(leg, min(0.8, left*0.6), max(left*1.3, 1.2))
		if cut := int(left * 1.4 * rate); len(pcm) > cut && cut > rate/2 {
			pcm = faded(pcm[:cut])
		}
		s.utter(leg, pcm, raise)
		if len(pcm) == 0 {
			return // err is set
		}
	}
}

// utter puts clean speech, and notes where it is.
func (s *scene) utter(leg int, pcm []float32, raise float64) {
	if raise > 0 {
		pcm = s.raised(pcm, raise)
	}
	pcm = sound.Scaled(pcm, sound.ActiveLevel(pcm), s.level[leg]+raise+s.r.NormFloat64())
	if leg == agent {
		s.f.nuclei += nuclei(pcm)
	}
	for _, a := range active(pcm) {
		s.f.speech[leg] = append(s.f.speech[leg], a.shift(s.cursor))
	}
	s.put(leg, pcm)
}

// raised gives a voice effort: per dB of level about 0.35 semitones of pitch (Gramming et al., J. Voice 2, 1988), and a
// spectrum that is flatter above 1 kHz (Traunmüller and Eriksson, JASA 107, 2000), each with its spread.
func (s *scene) raised(pcm []float32, dB float64) []float32 {
	ratio := math.Pow(2, dB*s.between(0.25, 0.45)/12)
	return sound.Shelved(sound.Resampled(sound.Stretched(pcm, ratio), ratio), 1000, dB*s.between(0.3, 0.55))
}

func faded(pcm []float32) []float32 {
	out := append([]float32(nil), pcm...)
	const n = rate / 50
	for i := range n {
		out[len(out)-1-i] *= float32(i) / n
	}
	return out
}

// turns has the two talk in turn for about so long; the customer begins and the agent ends.
func (s *scene) turns(seconds float64) {
	for end := s.now() + seconds; s.now() < end && s.err == nil; {
		s.gap()
		s.say(customer, s.between(1.5, 6))
		s.gap()
		s.say(agent, s.between(1.5, 7))
	}
}

func (s *scene) gap() { s.wait(s.between(0.3, 1.2)) }

// greet is the agent's first word, goodbye the last words of both.
func (s *scene) greet() {
	s.wait(s.between(0.3, 1.5))
	s.say(agent, s.between(1.5, 3.5))
}

func (s *scene) goodbye() {
	s.gap()
	s.say(customer, s.between(1, 2))
	s.gap()
	s.say(agent, s.between(1, 2.5))
	s.wait(s.between(0.5, 2))
}

// hold plays music to the customer; the switch says so if signalled, and is silent about the music if not played. The
// switch and the music are not quite at the same time.
func (s *scene) hold(seconds float64, music, signalled bool) {
	from, to := s.cursor, s.cursor+int(seconds*rate)
	if music {
		first, last := from, to
		if signalled {
			first, last = from+int(s.between(0, 0.4)*rate), to-int(s.between(0, 0.3)*rate)
		}
		s.add(&s.sound[agent], first, s.music(last-first, s.level[agent]+s.between(-6, 5)))
	}
	if signalled {
		s.event(schemas.Kind_KIND_HOLD)
	}
	s.cursor = to
	s.mute[agent] = append(s.mute[agent], stretch{from, to})
	if signalled {
		s.event(schemas.Kind_KIND_RESUME)
	}
	s.f.holds = append(s.f.holds, hold{stretch{from, to}, music, signalled})
}

func (s *scene) event(k schemas.Kind) {
	s.events = append(s.events, event{k, legs[agent], s.at()})
}

// note keeps for the record that there is something that no rule is about.
func (s *scene) note(kind SpanKind, leg, from, to int) {
	s.f.unusual = append(s.f.unusual, Span{Kind: kind, Leg: legs[leg], Start: samples(from), End: samples(to)})
}

// finish makes both lines as long as the call.
func (s *scene) finish() {
	s.length = max(s.cursor, len(s.sound[0]), len(s.sound[1]))
	if s.length > s.cursor && s.f.cut {
		s.length = s.cursor
	}
	s.length = s.length / frame * frame
	for k := range s.sound {
		s.sound[k] = append(s.sound[k], make([]float32, max(0, s.length-len(s.sound[k])))...)[:s.length]
	}
	s.f.length, s.f.endedBy = s.length, s.endedBy
	s.f.settle()
}
