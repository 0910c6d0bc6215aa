package sounds

import (
	"math"
	"slices"
)

const frame = Rate / 50

// level in dBov.
func level(pcm []float32) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(max(len(pcm), 1))+1e-13)
}

// activeLevel is the power mean of the frames that are within 20 dB of the loudest tenth.
func activeLevel(pcm []float32) float64 {
	var levels []float64
	for n := 0; n+frame <= len(pcm); n += frame {
		levels = append(levels, level(pcm[n:n+frame]))
	}
	if len(levels) == 0 {
		return -127
	}
	sorted := slices.Sorted(slices.Values(levels))
	least := sorted[len(sorted)*9/10] - 20
	sum, n := 0.0, 0
	for _, l := range levels {
		if l >= least {
			sum += math.Pow(10, l/10)
			n++
		}
	}
	return 10 * math.Log10(sum/float64(n)+1e-13)
}

// normalise returns the audio at Level, without a constant part.
func normalise(pcm []float32) []float32 {
	mean := 0.0
	for _, v := range pcm {
		mean += float64(v)
	}
	mean /= float64(max(len(pcm), 1))
	out := make([]float32, len(pcm))
	for i, v := range pcm {
		out[i] = v - float32(mean)
	}
	gain := float32(math.Pow(10, (Level-activeLevel(out))/20))
	for i := range out {
		out[i] *= gain
	}
	return out
}

// trim cuts what is before and after the voice: what is 35 dB under it, or within 8 dB of the recording's own noise. Clicks of
// less than 60 ms are noise.
func trim(pcm []float32) []float32 {
	n := len(pcm) / frame
	levels := make([]float64, n)
	for i := range levels {
		levels[i] = level(pcm[i*frame : (i+1)*frame])
	}
	least := max(Level-35, min(noise(levels)+8, Level-16))
	heard := func(i int) bool { return i >= 0 && i < n && levels[i] > least }
	from, to := n, 0
	for i := range n {
		if heard(i) && (heard(i-1) && heard(i-2) || heard(i-1) && heard(i+1) || heard(i+1) && heard(i+2)) {
			from, to = min(from, i), i+1
		}
	}
	if from >= to {
		return nil
	}
	return pcm[max(from-1, 0)*frame : min((to+1)*frame, len(pcm))]
}

// noise is the level that one in twenty frames is under.
func noise(levels []float64) float64 {
	if len(levels) == 0 {
		return -127
	}
	sorted := slices.Sorted(slices.Values(levels))
	return sorted[len(sorted)/20]
}

// excerpt is at most four minutes of a track, from its middle, so that no long track outweighs the others.
func excerpt(pcm []float32) []float32 {
	const most = 240 * Rate
	if len(pcm) > most {
		from := (len(pcm) - most) / 2
		pcm = pcm[from : from+most]
	}
	return pcm
}
