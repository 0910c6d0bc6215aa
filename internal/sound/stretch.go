package sound

import "math"

// Stretched lasts ratio times as long at the same pitch: overlapping pieces of 30 ms are taken from pcm at one pace and
// laid down at another, each from where it fits best what it is laid onto (WSOLA: Verhelst and Roelands, ICASSP 1993).
func Stretched(pcm []float32, ratio float64) []float32 {
	const (
		piece = 240
		hop   = piece / 2
		reach = 80 // samples to look for the fit: a period of 100 Hz
	)
	out := make([]float32, int(float64(len(pcm))*ratio)+piece)
	natural := 0 // where the last piece would have gone on by itself
	for at := 0; at+piece <= len(out); at += hop {
		want := int(float64(at) / ratio)
		from := best(pcm, natural, want-reach, want+reach, hop)
		if from+piece > len(pcm) {
			return out[:at+hop]
		}
		for i := range piece {
			window := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/piece)
			out[at+i] += float32(window) * pcm[from+i]
		}
		natural = from + hop
	}
	return out
}

// best is the place in [lo, hi] from which n samples of pcm resemble those from like most.
func best(pcm []float32, like, lo, hi, n int) int {
	lo, hi = max(lo, 0), min(hi, len(pcm)-n)
	if like+n > len(pcm) {
		return max(lo, 0)
	}
	at, most := max(lo, 0), math.Inf(-1)
	for from := lo; from <= hi; from++ {
		dot, square := 0.0, 1e-9
		for i := range n {
			dot += float64(pcm[like+i]) * float64(pcm[from+i])
			square += float64(pcm[from+i]) * float64(pcm[from+i])
		}
		if fit := dot / math.Sqrt(square); fit > most {
			at, most = from, fit
		}
	}
	return at
}
