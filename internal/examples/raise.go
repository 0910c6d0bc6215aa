package examples

import "math"

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
	return shelved(resampled(stretched(pcm, ratio), ratio), raisedCorner, raisedShelf)
}

// stretched lasts ratio times as long at the same pitch: overlapping pieces of 30 ms are taken from pcm at one pace and
// laid down at another, each from where it fits best what it is laid onto (WSOLA: Verhelst and Roelands, ICASSP 1993).
func stretched(pcm []float32, ratio float64) []float32 {
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

// resampled plays pcm ratio times as fast, by a windowed sinc that keeps what would pass half the rate out.
func resampled(pcm []float32, ratio float64) []float32 {
	const taps = 24 // each side
	out := make([]float32, int(float64(len(pcm))/ratio))
	cut := 1 / ratio
	for i := range out {
		at := float64(i) * ratio
		sum := 0.0
		for k := int(at) - taps + 1; k <= int(at)+taps; k++ {
			if k < 0 || k >= len(pcm) {
				continue
			}
			d := at - float64(k)
			sum += float64(pcm[k]) * cut * sinc(d*cut) * (0.5 + 0.5*math.Cos(math.Pi*d/(taps+1)))
		}
		out[i] = float32(sum)
	}
	return out
}

func sinc(x float64) float64 {
	if math.Abs(x) < 1e-9 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// shelved raises what is above corner by dB: the high shelf of R. Bristow-Johnson's Audio EQ Cookbook, slope 1.
func shelved(pcm []float32, corner, dB float64) []float32 {
	a := math.Pow(10, dB/40)
	w := 2 * math.Pi * corner / sampleRate
	cos, alpha := math.Cos(w), math.Sin(w)/2*math.Sqrt2
	root := 2 * math.Sqrt(a) * alpha
	b0, b1, b2 := a*((a+1)+(a-1)*cos+root), -2*a*((a-1)+(a+1)*cos), a*((a+1)+(a-1)*cos-root)
	a0, a1, a2 := (a+1)-(a-1)*cos+root, 2*((a-1)-(a+1)*cos), (a+1)-(a-1)*cos-root

	out := make([]float32, len(pcm))
	var x1, x2, y1, y2 float64
	for i, v := range pcm {
		x := float64(v)
		y := (b0*x + b1*x1 + b2*x2 - a1*y1 - a2*y2) / a0
		x2, x1, y2, y1 = x1, x, y1, y
		out[i] = float32(y)
	}
	return out
}
