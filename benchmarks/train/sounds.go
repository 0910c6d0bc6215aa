package main

import (
	"math"
	"math/rand/v2"
)

// What is neither speech nor music, and music made up.

type rng = *rand.Rand

func between(r rng, low, high float64) float64 { return low + (high-low)*r.Float64() }

func chance(r rng, p float64) bool { return r.Float64() < p }

func pick[T any](r rng, from []T) T { return from[r.IntN(len(from))] }

// noise is n samples of some kind of noise at the standard level.
func noise(r rng, n int, kind string, c *corpus) []float32 {
	x := make([]float32, n)
	if kind == "babble" {
		for range 5 + r.IntN(4) {
			babbler := talk(r, c, n, 0.05, 0.3).pcm
			for i := range x {
				x[i] += babbler[i]
			}
		}
		return normalise(x)
	}
	a, b := 0.0, 0.0
	for i := range x {
		w := r.NormFloat64()
		switch kind {
		case "white":
			a = w
		case "pink":
			b = 0.97*b + w
			a = 0.35*b + w
		case "brown":
			a = 0.98*a + w
		case "hum":
			t := float64(i) / rate
			a = math.Sin(2*math.Pi*100*t) + 0.5*math.Sin(2*math.Pi*300*t) + 0.2*math.Sin(2*math.Pi*500*t) + 0.1*w
		case "swell":
			t := float64(i) / rate
			a = w * (0.6 + 0.4*math.Sin(2*math.Pi*t*0.7) + 0.3*math.Sin(2*math.Pi*t*0.23))
		}
		x[i] = float32(a)
	}
	return normalise(x)
}

var noises = []string{"white", "pink", "brown", "hum", "swell", "babble"}

// clicks is keys, doors, handling.
func clicks(r rng, n int) []float32 {
	x := make([]float32, n)
	for at := 0; at < n; at += int(between(r, 0.05, 1.5) * rate) {
		decay, loud := between(r, 0.5, 40)/1000*rate, math.Pow(10, between(r, -1.2, 0))
		ring, f := between(r, 0, 1), between(r, 300, 2500)/rate
		for i := 0; i < int(decay*6) && at+i < n; i++ {
			v := (1-ring)*r.NormFloat64() + ring*math.Sin(2*math.Pi*f*float64(i))
			x[at+i] += float32(loud * v * math.Exp(-float64(i)/decay))
		}
	}
	return normalise(x)
}

// cadence is a signal of the telephone: frequencies heard together, and seconds on and off by turns.
type cadence struct {
	hz    []float64
	steps []float64
}

var cadences = []cadence{
	{[]float64{450}, []float64{1, 4}}, {[]float64{425}, []float64{1, 4}}, {[]float64{440, 480}, []float64{2, 4}},
	{[]float64{400, 450}, []float64{0.4, 0.2, 0.4, 2}}, {[]float64{450}, []float64{0.35, 0.35}}, {[]float64{450}, []float64{0.7, 0.7}},
	{[]float64{480, 620}, []float64{0.5, 0.5}}, {[]float64{425}, []float64{0.5, 0.5}}, {[]float64{425}, []float64{0.25, 0.25}},
	{[]float64{450}, []float64{100, 0}}, {[]float64{350, 440}, []float64{100, 0}}, {[]float64{425}, []float64{100, 0}},
	{[]float64{1100}, []float64{0.5, 3}}, {[]float64{2100}, []float64{3, 0.5}}, {[]float64{1400}, []float64{0.5, 15}},
	{[]float64{1000}, []float64{0.2, 5}}, {[]float64{440}, []float64{0.4, 2}}, {[]float64{400}, []float64{0.2, 0.2}},
}

// signal is n samples of a signal of the telephone at the standard level.
func signal(r rng, n int) []float32 {
	x := make([]float32, n)
	switch k := r.IntN(10); {
	case k == 0: // digits dialled
		rows, columns := []float64{697, 770, 852, 941}, []float64{1209, 1336, 1477, 1633}
		on, off := between(r, 0.06, 0.3), between(r, 0.05, 0.4)
		for at := 0.0; int(at*rate) < n; at += on + off {
			tone(x, at, on, []float64{pick(r, rows), pick(r, columns)})
		}
	case k == 1: // special information tones
		for at := 0.0; int(at*rate) < n; at += 2 {
			for i, f := range []float64{950, 1400, 1800} {
				tone(x, at+float64(i)*0.33, 0.33, []float64{f})
			}
		}
	default:
		c := pick(r, cadences)
		if k == 2 {
			c.hz = []float64{between(r, 300, 2200)}
		}
		step := 0
		for at := 0.0; int(at*rate) < n; step++ {
			length := c.steps[step%len(c.steps)]
			if step%2 == 0 {
				tone(x, at, length, c.hz)
			}
			at += length
		}
	}
	scale(x, standard)
	return x
}

func tone(x []float32, at, length float64, hz []float64) {
	from := int(at * rate)
	for i := from; i < min(from+int(length*rate), len(x)); i++ {
		for _, f := range hz {
			x[i] += float32(math.Sin(2*math.Pi*f*float64(i)/rate) * 1.41 / math.Sqrt(float64(len(hz))))
		}
	}
}

// melody is music made up: notes of a scale on an instrument made up, for what the tracks have little of, such as one
// slow piano, one flute, a voice without words.
func melody(r rng, n int) []float32 {
	x := make([]float32, n)
	scaleOf := pick(r, [][]float64{{0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 10}, {0, 2, 4, 7, 9}, {0, 3, 5, 7, 10}})
	root, beat := between(r, 90, 260), between(r, 0.18, 0.9)
	struck, vibrato := chance(r, 0.6), chance(r, 0.5)
	decay, rolloff := between(r, 0.3, 2.5), between(r, 0.8, 2.5)
	formant := between(r, 400, 1100)
	sung := !struck && chance(r, 0.5)
	degree := 0
	for at := 0.0; int(at*rate) < n; {
		length := beat * float64(1+r.IntN(3))
		degree = min(max(degree+r.IntN(5)-2, -5), 12)
		chord := []int{degree}
		if chance(r, 0.35) {
			chord = append(chord, degree+2, degree+4)
		}
		for _, d := range chord {
			octave, step := math.Floor(float64(d)/float64(len(scaleOf))), ((d%len(scaleOf))+len(scaleOf))%len(scaleOf)
			hz := root * math.Pow(2, octave+scaleOf[step]/12)
			sounding := length
			if struck {
				sounding = min(decay*3, 4)
			}
			for h := 1.0; h < 14 && h*hz < 3800; h++ {
				loud := math.Pow(h, -rolloff)
				if sung {
					loud = 1 / (1 + math.Pow((h*hz-formant)/250, 2))
				}
				phase := between(r, 0, 6)
				for i := 0; i < int(sounding*rate) && int(at*rate)+i < n; i++ {
					t := float64(i) / rate
					env := min(t/0.04, 1, (sounding-t)/0.05)
					if struck {
						env = min(t/0.005, 1) * math.Exp(-t*(0.6+0.4*h)/decay)
					}
					bend := 0.0
					if vibrato && !struck {
						bend = 0.008 * math.Sin(2*math.Pi*5.5*t) / 5.5 * hz * h
					}
					x[int(at*rate)+i] += float32(loud * env * math.Sin(phase+2*math.Pi*(hz*h*t)+bend))
				}
			}
		}
		at += length
		if chance(r, 0.1) {
			at += between(r, 0, 0.8)
		}
	}
	return normalise(x)
}
