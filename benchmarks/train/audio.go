package main

import (
	"math"
	"slices"
)

const (
	rate  = 8000
	frame = rate / 50
	// standard is the active level of every clip and track before anything is done to it, in dBov.
	standard = -26
)

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

// normalise returns the audio at the standard level, without a constant part.
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
	scale(out, standard-activeLevel(out))
	return out
}

func scale(pcm []float32, db float64) {
	g := float32(math.Pow(10, db/20))
	for i := range pcm {
		pcm[i] *= g
	}
}

// spoken is clean speech with the level, frame by frame, from which it is speech.
type spoken struct {
	pcm   []float32
	least []float64
}

// truth says of each frame whether it is speech, with pauses up to 200 ms bridged and what is shorter than 60 ms left
// out.
func (s *spoken) truth() []bool {
	said := make([]bool, len(s.pcm)/frame)
	for n := range said {
		said[n] = level(s.pcm[n*frame:(n+1)*frame]) > s.least[n]
	}
	fill(said, true, 3, false)
	fill(said, false, 11, true)
	return said
}

// fill replaces runs of a value shorter than a length, not those at the ends.
func fill(x []bool, value bool, shorter int, by bool) {
	for n := 0; n < len(x); {
		end := n
		for end < len(x) && x[end] == x[n] {
			end++
		}
		if x[n] == value && end-n < shorter && n > 0 && end < len(x) {
			for i := n; i < end; i++ {
				x[i] = by
			}
		}
		n = end
	}
}
