package examples

import (
	"math"

	"github.com/earshot/earshot/internal/sound"
)

// How a raised voice differs from the same voice at ease: it is higher, its spectrum is flatter, and it is louder
// (Traunmüller and Eriksson, JASA 107, 2000).
const (
	raisedSemitones = 4.0
	raisedShelf     = 5.0 // dB above raisedCorner
	raisedCorner    = 1000.0
	raisedLevel     = 12.0 // dB over the speaker's own level
)

// raised makes a raised voice of a prompt: the pitch goes up with the time kept, the spectrum is tilted. The level is
// left to the caller.
func raised(pcm []float32) []float32 {
	ratio := math.Pow(2, raisedSemitones/12)
	return sound.Shelved(sound.Resampled(sound.Stretched(pcm, ratio), ratio), raisedCorner, raisedShelf)
}
