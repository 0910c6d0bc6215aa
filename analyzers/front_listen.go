package analyzers

import "github.com/earshot/earshot/analyzers/dsp"

// Listen runs the front end alone over one leg and gives every Frame: for measuring it.
func Listen(pcm []float32, take func(*Frame)) { newFront().listen(pcm, take) }

// ListenWith is Listen with other weights than those built in.
func ListenWith(scene, frame *dsp.Net, pcm []float32, take func(*Frame)) {
	newFrontWith(newNets(scene, frame), new(scratch)).listen(pcm, take)
}

// Inputs of the classifier's nets, how many frames a block is, and how fast the music under a voice is forgotten, for training.
const (
	SceneInputs = sceneInputs
	FrameInputs = frameInputs
	BlockFrames = blockFrames
	MusicFade   = musicFade
)

// Observe runs the front end over one leg with a scene net, and shows what the nets are given: the one for each block of 100 ms
// that has sound around it, the other for each frame that is not silent. The slices are valid during the call only.
func Observe(scene *dsp.Net, pcm []float32, block, frame func(n int, in []float32)) {
	constant := &dsp.Net{Layers: []dsp.Layer{{In: frameInputs, Out: 1, Weights: make([]float32, frameInputs), Bias: make([]float32, 1)}}}
	f := newFrontWith(newNets(scene, constant), new(scratch))
	f.classifier.watch = &watch{block, frame}
	f.listen(pcm, func(*Frame) {})
}

func (f *front) listen(pcm []float32, take func(*Frame)) {
	for ; len(pcm) >= FrameSamples; pcm = pcm[FrameSamples:] {
		if frame := f.Push(&Input{PCM: pcm[:FrameSamples], Open: true}); frame != nil {
			take(frame)
		}
	}
	for frame := f.Drain(); frame != nil; frame = f.Drain() {
		take(frame)
	}
}

// NewSessionWith is NewSession with other weights than those built in.
func NewSessionWith(scene, frame *dsp.Net) *Session {
	return newSession(Builtin(), newNets(scene, frame), new(scratch))
}
