package sound

import "math"

// Rate is the sample rate of everything here, in Hz.
const Rate = 8000

// A speaker's level is measured over the time that they speak, as ITU-T P.56 does: over the 20 ms frames that are not
// more than margin dB below the result.
const (
	Frame       = Rate / 50 // samples
	levelMargin = 15.9
)

// FrameLevels are the levels of the whole 20 ms frames of pcm, as mean squares.
func FrameLevels(pcm []float32) []float64 {
	levels := make([]float64, len(pcm)/Frame)
	for i := range levels {
		levels[i] = MeanSquare(pcm[i*Frame : (i+1)*Frame])
	}
	return levels
}

// ActiveLevel is the mean square of pcm where it is active; 0 for silence.
func ActiveLevel(pcm []float32) float64 {
	levels := FrameLevels(pcm)
	limit, active := 0.0, 0.0
	for range 10 { // converges in three or four
		sum, n := 0.0, 0
		for _, l := range levels {
			if l >= limit {
				sum += l
				n++
			}
		}
		if n == 0 || sum == 0 {
			return 0
		}
		active = sum / float64(n)
		limit = active / Power(levelMargin)
	}
	return active
}

func MeanSquare(pcm []float32) float64 {
	if len(pcm) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return sum / float64(len(pcm))
}

// Power is a level in dB as a ratio of powers.
func Power(dB float64) float64 { return math.Pow(10, dB/10) }

// Scaled returns pcm with its level, given as a mean square, brought to dBov. Peaks are Limited softly.
func Scaled(pcm []float32, level, dBov float64) []float32 {
	out := make([]float32, len(pcm))
	if level <= 0 {
		return out
	}
	gain := math.Sqrt(Power(dBov) / level)
	for i, v := range pcm {
		out[i] = float32(Limited(float64(v) * gain))
	}
	return out
}

// Limited leaves v as it is up to half of full scale, and bends it from there so that it never reaches full scale.
func Limited(v float64) float64 {
	const knee = 0.5
	if math.Abs(v) <= knee {
		return v
	}
	return math.Copysign(knee+(1-knee)*math.Tanh((math.Abs(v)-knee)/(1-knee)), v)
}
