//go:build goexperiment.simd && amd64

package dsp

import (
	"math/rand/v2"
	"testing"
)

// TestWidePackingIsTheSame has values within the ranges, beyond them, and such as are no numbers.
func TestWidePackingIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for n := range 3000 {
		var f Features
		values := f.values()
		for i := range values {
			size := []float64{1, 0.5, 2, 1000, 1e7}[n%5]
			// Some half way between two steps, where rounding could differ.
			if values[i] = float32(size * r.NormFloat64()); r.IntN(4) == 0 {
				values[i] = float32(int(values[i]*2)) * LevelStep / 2
			}
			if r.IntN(30) == 0 {
				values[i] = odd[r.IntN(len(odd))]
			}
		}
		both(t, func() any { var p Packed; f.Pack(&p); return p })
	}
}

// TestWideLevelsAreTheSame has levels of all sizes.
func TestWideLevelsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for range 3000 {
		var x, y Levels
		var m Means
		for i := range x {
			x[i], y[i] = int16(r.Uint32()), int16(r.Uint32())
			if m[i] = float32(8000 * r.NormFloat64()); r.IntN(2) == 0 {
				y[i] = x[i] + int16(r.IntN(16000)) - 8000
			}
		}
		both(t, func() any { var out [NumBands]float32; x.DB(&out); return out })
		both(t, func() any { x := x; x.Lower(&y); return x })
		both(t, func() any { var out [NumBands]float32; x.Above(out[:], &y, 0, 40); return out })
		both(t, func() any { var out [NumBands]float32; x.Above(out[:], &y, -30, 30); return out })
		both(t, func() any { m := m; m.Follow(&x, 0.37); return m })
		both(t, func() any { var out [NumBands]float32; x.AboveMeans(out[:], &m, -30, 30); return out })
	}
}
