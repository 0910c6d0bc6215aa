package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// measureEdges: calls in which music of 5 to 40 s begins and ends at once between talk; how far off it is heard to.
func measureEdges(w *strings.Builder, seed uint64, listen listener, c *corpus) {
	var starts, ends []float64
	missed, falsely, parts := 0, 0, 0
	for i := range 60 {
		r := rand.New(rand.NewPCG(seed, uint64(4000+i)))
		x := talk(r, c, 150*rate, 0.1, 2).pcm
		var spans [][2]float64
		for at := between(r, 4, 12); ; {
			length := between(r, 5, 40)
			if at+length > 145 {
				break
			}
			y := tuned(r, c, int(length*rate))
			scale(y, between(r, -8, 4))
			from := int(at * rate)
			copy(x[from:], y)
			spans = append(spans, [2]float64{at, at + length})
			at += length + between(r, 4, 15)
		}
		h := hear(listen, telephone(x, between(r, -12, 4)))
		heard := segments(h.music)
		for _, s := range spans {
			parts++
			first, last := -1.0, -1.0
			for _, g := range heard {
				if g[0] < s[1]-0.5 && g[1] > s[0]+0.5 {
					if first < 0 {
						first = g[0]
					}
					last = g[1]
				}
			}
			if first < 0 {
				missed++
				continue
			}
			starts, ends = append(starts, math.Abs(first-s[0])), append(ends, math.Abs(last-s[1]))
		}
		for _, g := range heard {
			hit := false
			for _, s := range spans {
				hit = hit || g[0] < s[1] && g[1] > s[0]
			}
			if !hit && g[1]-g[0] >= 3 {
				falsely++
			}
		}
	}
	slices.Sort(starts)
	slices.Sort(ends)
	at := func(x []float64, p float64) float64 { return x[int(p*float64(len(x)-1))] }
	fmt.Fprintf(w, "Spliced calls, %d music parts: %d missed, %d false of 3 s or more (music merged over gaps under 2 s, parts under 3 s dropped); start off by median %.2f s, 90 %% %.2f s; end by %.2f s, 90 %% %.2f s.\n\n",
		parts, missed, falsely, at(starts, 0.5), at(starts, 0.9), at(ends, 0.5), at(ends, 0.9))
}

// segments are the stretches of music in seconds: gaps under 2 s merged, stretches under 3 s dropped.
func segments(music []bool) (s [][2]float64) {
	x := append([]bool(nil), music...)
	fill(x, false, 100, true)
	for n := 0; n < len(x); {
		end := n
		for end < len(x) && x[end] == x[n] {
			end++
		}
		if x[n] && end-n >= 150 {
			s = append(s, [2]float64{float64(n) / 50, float64(end) / 50})
		}
		n = end
	}
	return s
}

// measureHard: composed sessions through the worst of channels.
func measureHard(w *strings.Builder, seed uint64, listen listener, c *corpus) {
	var s, m tally
	for i := range 90 {
		r := rand.New(rand.NewPCG(seed+99, uint64(i)))
		x := compose(r, c, 40)
		channel(r, x, c)
		h := hear(listen, x.pcm)
		for n := range x.speech {
			if !x.speech[n] || !x.masked[n] {
				s.add(x.speech[n], h.speech[n])
			}
			if !x.doubtful[n] {
				m.add(x.music[n], h.music[n])
			}
		}
	}
	fmt.Fprintf(w, "Composed sessions with noise, filters, codecs, gain and loss, 60 min, masked speech not counted: speech precision %.1f %%, recall %.1f %%, F1 %.1f %%; music precision %.1f %%, recall %.1f %%, F1 %.1f %%.\n\n",
		s.precision(), s.recall(), s.f1(), m.precision(), m.recall(), m.f1())
}

// measureNeither: what is neither, a minute each.
func measureNeither(w *strings.Builder, seed uint64, listen listener, c *corpus) {
	fmt.Fprintf(w, "Neither speech nor music, a minute each:\n\n| sound | music %% | longest music s | speech %% |\n|---|---|---|---|\n")
	line := func(name string, x []float32) {
		h := hear(listen, telephone(x, 6))
		fmt.Fprintf(w, "| %s | %.1f | %.1f | %.1f |\n", name, share(h.music), longest(h.music), share(h.speech))
	}
	for i, cadence := range cadences {
		x := make([]float32, 60*rate)
		for at, step := 0.0, 0; at < 60; step++ {
			length := cadence.steps[step%len(cadence.steps)]
			if step%2 == 0 {
				tone(x, at, length, cadence.hz)
			}
			at += length
		}
		scale(x, standard)
		line(fmt.Sprintf("tone %v Hz, on and off %v s", cadence.hz, cadences[i].steps), x)
	}
	r := rand.New(rand.NewPCG(seed, 5000))
	for _, kind := range noises {
		line("noise: "+kind, noise(r, 60*rate, kind, c))
	}
	line("clicks", clicks(r, 60*rate))
	low := noise(r, 60*rate, "white", c)
	scale(low, -40)
	line("comfort noise at -60 dBov", low)
	line("silence", make([]float32, 60*rate))
}
