//go:build goexperiment.simd && amd64

package ingest

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWideSamplesAreTheSame compares to the bit, for channels that end with the data.
func TestWideSamplesAreTheSame(t *testing.T) {
	if !wide {
		t.Fatal("this processor has no AVX2: there is nothing to compare")
	}
	defer func() { wide = true }()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 50 {
		for channels := 1; channels <= 3; channels++ {
			raw := make([]byte, 2*channels*n)
			for i := range raw {
				raw[i] = byte(r.Uint32())
			}
			for c := range channels {
				var got [2][]float32
				for k := range got {
					wide = k == 0
					got[k] = make([]float32, n)
					if n > 0 {
						pcm16(got[k], raw[2*c:], 2*channels)
					}
				}
				if !slices.Equal(got[0], got[1]) {
					t.Fatalf("%d samples of channel %d of %d: eight at a time give %v, one at a time %v", n, c, channels, got[0], got[1])
				}
			}
		}
	}
}
