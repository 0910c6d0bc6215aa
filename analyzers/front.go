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
	frontBytes = 20 << 10
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
	dsp.Features
	lost                uint8 // samples
	open, tone, comfort bool
	// calm frames are measured in their level only: the rest is what the line's noise was before them.
	calm bool
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
var nothing = heard{Features: silentFeatures()}

func silentFeatures() (f dsp.Features) {
	var pcm [FrameSamples]float32
	new(dsp.Analysis).Frame(pcm[:], &f)
	return f
}

// Push takes the next 20 ms and returns the Frame of lookahead pushes ago, nil for the first ones. The Frame is valid
// until the next Push or Drain.
func (f *front) Push(in *Input) (ready *Frame) {
	h := f.at(f.taken)
	*h = nothing
	h.lost, h.open, h.tone, h.comfort = uint8(in.Lost), in.Open, in.Tone, in.Comfort
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
	power := f.analysis.Level(in.PCM, &h.Features)
	switch {
	case in.Tone || in.Comfort: // made by the receiver: not to be classified
		if !h.Silent {
			f.analysis.Shape(in.PCM, &h.Features)
		}
		h.Silent = true
		f.floor.Gap()
		f.calm.stop()
	case h.Silent:
		f.floor.Gap()
		f.calm.stop()
	default:
		f.floor.Update(power)
		if h.calm = f.calm.step(h.Level, f.floor.Level()); h.calm {
			f.analysis.Pass(in.PCM)
			f.calm.fill(&h.Features)
			return
		}
		f.analysis.Shape(in.PCM, &h.Features)
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
	f.out = Frame{
		Level: h.Level, Floor: f.floor.Level(), Bands: h.Bands,
		Pitch: h.Pitch, Harmonicity: h.Harmonicity, Tilt: h.Tilt, Peak: h.Peak, PeakShare: h.PeakShare,
		Lost: int(h.lost), Clipped: int(h.Clipped), Open: h.open, Tone: h.tone, Comfort: h.comfort,
	}
	f.classifier.decide(due, h, &f.out)
	return &f.out
}

// at is the place of a frame by its number.
func (f *front) at(n int) *heard { return &f.ring[(n+ringFrames)%ringFrames] }
