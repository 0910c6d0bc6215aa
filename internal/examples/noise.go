package examples

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/earshot/earshot/internal/sound"
)

// noiseLevel is the background of a quiet line in dBov. The legs of a call differ from it, and from each other, by up
// to noiseSpread.
const (
	noiseLevel  = -62.0
	noiseSpread = 2.0
)

// random is a generator that belongs to a name: the same name, the same numbers.
func random(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

// noise is n samples of a room's background: noise that falls towards high frequencies, each leg's in its own way.
func noise(r *rand.Rand, n int) []float32 {
	level := noiseLevel + noiseSpread*(2*r.Float64()-1)
	keep := 0.5 + 0.4*r.Float64() // of the last sample: the more, the darker
	gain := math.Sqrt(sound.Power(level) * (1 - keep*keep))
	out := make([]float32, n)
	last := 0.0
	for i := range out {
		last = keep*last + gain*r.NormFloat64()
		out[i] = float32(last)
	}
	return out
}
