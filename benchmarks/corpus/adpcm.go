package corpus

import "math"

// adpcm sends a line through IMA ADPCM, 4 bits a sample: the low-rate codec that is small enough to have here. (No
// library in Go encodes GSM or G.729.)
func adpcm(x []float32) []float32 {
	indices := [8]int{-1, -1, -1, -1, 2, 4, 6, 8}
	out := make([]float32, len(x))
	value, index := 0, 0
	for i, v := range x {
		step := adpcmStep(index)
		d := int(min(max(v, -1), 1)*32767) - value
		code := min(abs(d)*4/step, 7)
		change := step/8 + code*step/4
		if d < 0 {
			change = -change
		}
		value = min(max(value+change, -32768), 32767)
		index = min(max(index+indices[code], 0), 88)
		out[i] = float32(value) / 32768
	}
	return out
}

// adpcmStep grows by a tenth from each index to the next, as the standard's table does.
func adpcmStep(index int) int { return int(math.Round(7 * math.Pow(1.1, float64(index)))) }

func abs(n int) int { return max(n, -n) }
