package sound

import "math"

// Resampled plays pcm ratio times as fast, by a windowed sinc that keeps what would pass half the rate out.
func Resampled(pcm []float32, ratio float64) []float32 {
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
