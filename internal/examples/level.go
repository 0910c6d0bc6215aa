package examples

import "math"

// sampleRate in Hz is that of everything here.
const sampleRate = 8000

// A speaker's level is measured over the time that they speak, as ITU-T P.56 does: over the 20 ms frames that are not
// more than margin dB below the result.
const (
	levelFrame  = sampleRate / 50
	levelMargin = 15.9
)

// frameLevels are the levels of the whole 20 ms frames of pcm, as mean squares.
func frameLevels(pcm []float32) []float64 {
	levels := make([]float64, len(pcm)/levelFrame)
	for i := range levels {
		levels[i] = meanSquare(pcm[i*levelFrame : (i+1)*levelFrame])
	}
	return levels
}

// activeLevel is the mean square of pcm where it is active; 0 for silence.
func activeLevel(pcm []float32) float64 {
	levels := frameLevels(pcm)
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
		limit = active / power(levelMargin)
	}
	return active
}

func meanSquare(pcm []float32) float64 {
	if len(pcm) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return sum / float64(len(pcm))
}

// power is a level in dB as a ratio of powers.
func power(dB float64) float64 { return math.Pow(10, dB/10) }

// scaled returns pcm with its level, given as a mean square, brought to dBov. Peaks are limited softly.
func scaled(pcm []float32, level, dBov float64) []float32 {
	out := make([]float32, len(pcm))
	if level <= 0 {
		return out
	}
	gain := math.Sqrt(power(dBov) / level)
	for i, v := range pcm {
		out[i] = float32(limited(float64(v) * gain))
	}
	return out
}

// limited leaves v as it is up to half of full scale, and bends it from there so that it never reaches full scale.
func limited(v float64) float64 {
	const knee = 0.5
	if math.Abs(v) <= knee {
		return v
	}
	return math.Copysign(knee+(1-knee)*math.Tanh((math.Abs(v)-knee)/(1-knee)), v)
}
