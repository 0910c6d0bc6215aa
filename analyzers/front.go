package analyzers

import (
	"github.com/earshot/earshot/analyzers/dsp"
)

// lookahead is Lookahead in frames.
const lookahead = int(Lookahead / FrameDuration)

// ringFrames is how many frames are kept: those not yet delivered, the one being taken, and one to spare. A leg's state is the less the
// better: of thousands of calls the caches hold none, and frontBytes is a size that the allocator has.
const (
	ringFrames = 52
	frontBytes = 13568
)

// front turns one leg's audio into Frames. A Frame is delivered lookahead frames after its audio, because whether
// something is music is heard from what follows as much as from what came before.
type front struct {
	analysis   dsp.Analysis
	floor      dsp.Floor
	ring       [ringFrames]heard
	taken      int // frames taken, with those that Drain made up
	pushed     int // frames taken from the call
	calm       calm
	classifier classifier
	out        Frame
}

// heard is what is kept of a frame until it is delivered.
type heard struct {
	dsp.Packed
	lost, clipped uint8 // samples
	marks
}

// marks say what a frame is, each in a bit.
type marks uint8

const (
	silent marks = 1 << iota // it holds no signal, or none that is to be classified
	open                     // these three are as in Input
	tone
	comfort
	likeBefore // it is calm: measured in its level only, the rest is what the line's noise was before it
)

// is says whether the frame has one of some marks.
func (m marks) is(any marks) bool { return m&any != 0 }

// marksOf are those of what is to be heard: silent until it is found to be more.
func marksOf(in *Input) marks {
	m := silent
	if in.Open {
		m |= open
	}
	if in.Tone {
		m |= tone
	}
	if in.Comfort {
		m |= comfort
	}
	return m
}

func newFront() *front { return newFrontWith(trained(), new(scratch)) }

func newFrontWith(n *nets, s *scratch) *front {
	f := new(front)
	f.begin(n, s)
	return f
}

func (f *front) begin(n *nets, s *scratch) {
	f.classifier = classifier{nets: n, scratch: s}
	f.Reset()
}

// Reset makes it as new.
func (f *front) Reset() {
	*f = front{classifier: f.classifier}
	f.floor.Reset()
	f.classifier.reset()
	for i := range f.ring {
		f.ring[i] = nothing
	}
}

// nothing is what was heard before a call and after it, and while a leg is not open.
var nothing = func() (h heard) {
	var pcm [FrameSamples]float32
	var f dsp.Features
	new(dsp.Analysis).Frame(pcm[:], &f)
	f.Pack(&h.Packed)
	h.marks = silent
	return h
}()

// Push takes the next 20 ms and returns the Frame of lookahead pushes ago, nil for the first ones. The Frame is valid
// until the next Push or Drain.
func (f *front) Push(in *Input) (ready *Frame) {
	h := f.at(f.taken)
	*h = nothing
	h.lost, h.marks = uint8(in.Lost), marksOf(in)
	if in.Open && len(in.PCM) >= FrameSamples {
		f.measure(in, h)
	} else {
		f.floor.Gap()
		f.calm.stop()
	}
	f.pushed++
	return f.step()
}

// measure measures a frame's audio, as much of it as says something.
func (f *front) measure(in *Input, h *heard) {
	now := &f.classifier.scratch.now
	power := f.analysis.Level(in.PCM, now)
	h.Level, h.clipped = now.Level, now.Clipped
	switch {
	case in.Tone || in.Comfort: // made by the receiver: not to be classified
		if !now.Silent {
			f.analysis.Shape(in.PCM, now)
			now.Pack(&h.Packed)
		}
		f.floor.Gap()
		f.calm.stop()
	case now.Silent:
		f.floor.Gap()
		f.calm.stop()
	default:
		h.marks &^= silent
		f.floor.Update(power)
		if f.calm.step(h.Level, f.floor.Level()) {
			h.marks |= likeBefore
			f.analysis.Pass(in.PCM)
			f.calm.fill(h, f.at(f.taken-1))
			return
		}
		f.analysis.Shape(in.PCM, now)
		now.Pack(&h.Packed)
	}
}

// Drain ends the call: it returns the Frames not yet delivered one by one, then nil.
func (f *front) Drain() (ready *Frame) {
	for f.taken < f.pushed+lookahead {
		*f.at(f.taken) = nothing
		f.floor.Gap()
		if ready := f.step(); ready != nil {
			return ready
		}
	}
	return nil
}

// step classifies with the frame just taken, and delivers the one that is due.
func (f *front) step() *Frame {
	f.taken++
	due := f.taken - 1 - lookahead
	f.classifier.step(f, f.taken-1)
	if due < 0 {
		return nil
	}
	h := f.at(due)
	out := &f.out
	*out = Frame{} // and what it holds one by one: a literal would be made elsewhere and copied
	out.Level, out.Floor = h.Level, f.floor.Level()
	h.Bands.DB(&out.Bands)
	out.Pitch, out.Harmonicity = float32(h.Pitch)*dsp.PitchStep, share(h.Harmonicity)
	out.Tilt, out.Peak, out.PeakShare = float32(h.Tilt)*dsp.LevelStep, float32(h.Peak)*dsp.PeakStep, share(h.PeakShare)
	out.Lost, out.Clipped = int(h.lost), int(h.clipped)
	out.Open, out.Tone, out.Comfort = h.is(open), h.is(tone), h.is(comfort)
	f.classifier.decide(due, h, out)
	return out
}

// at is the place of a frame by its number.
func (f *front) at(n int) *heard { return &f.ring[(n+ringFrames)%ringFrames] }
