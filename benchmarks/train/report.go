package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/earshot/earshot/analyzers"
)

type listener func(pcm []float32, take func(*analyzers.Frame))

// hearing is what was decided of each frame.
type hearing struct{ speech, music []bool }

func hear(listen listener, pcm []float32) (h hearing) {
	listen(pcm, func(f *analyzers.Frame) {
		h.speech, h.music = append(h.speech, f.Speech), append(h.music, f.Music)
	})
	return h
}

// tally counts decisions against what is true.
type tally struct{ hit, miss, falsely, rightly int }

func (t *tally) add(true, said bool) {
	switch {
	case true && said:
		t.hit++
	case true:
		t.miss++
	case said:
		t.falsely++
	default:
		t.rightly++
	}
}

func (t *tally) sum(o tally) {
	t.hit, t.miss, t.falsely, t.rightly = t.hit+o.hit, t.miss+o.miss, t.falsely+o.falsely, t.rightly+o.rightly
}

func percent(a, b int) float64     { return 100 * float64(a) / float64(max(a+b, 1)) }
func (t tally) precision() float64 { return percent(t.hit, t.falsely) }
func (t tally) recall() float64    { return percent(t.hit, t.miss) }
func (t tally) f1() float64 {
	return 100 * float64(2*t.hit) / float64(max(2*t.hit+t.miss+t.falsely, 1))
}

func longest(x []bool) (seconds float64) {
	run, most := 0, 0
	for _, v := range x {
		if run++; !v {
			run = 0
		}
		most = max(most, run)
	}
	return float64(most) / 50
}

func share(x []bool) float64 {
	n := 0
	for _, v := range x {
		n += int(one(v))
	}
	return 100 * float64(n) / float64(max(len(x), 1))
}

// measure prints what the classifier makes of a split.
func measure(seed uint64, listen listener, split string, c *corpus) string {
	var w strings.Builder
	fmt.Fprintf(&w, "## Split %s\n\n", split)
	measureVoices(&w, seed, listen, c)
	measureTracks(&w, seed, listen, c)
	measureOver(&w, seed, listen, c)
	measureEdges(&w, seed, listen, c)
	measureHard(&w, seed, listen, c)
	measureNeither(&w, seed, listen, c)
	return w.String()
}

func telephone(x []float32, gain float64) []float32 {
	scale(x, gain)
	companded(x, aLaw)
	return x
}

// measureVoices: each voice alone, ten minutes of prompts with pauses of up to two seconds.
func measureVoices(w *strings.Builder, seed uint64, listen listener, c *corpus) {
	fmt.Fprintf(w, "Speech only, each voice 10 min, A-law, no noise, against the energy of the clean source.\n\n")
	fmt.Fprintf(w, "| voice | precision %% | recall %% | F1 %% | edges within 60 ms %% | music %% | longest music s |\n|---|---|---|---|---|---|---|\n")
	var all tally
	for i, v := range c.voices() {
		r := rand.New(rand.NewPCG(seed, uint64(1000+i)))
		x := talk(r, &corpus{whole: []*source{v}}, 600*rate, 0.1, 2)
		said := x.truth()
		h := hear(listen, telephone(x.pcm, between(r, -8, 8)))
		var t tally
		for n := range said {
			t.add(said[n], h.speech[n])
		}
		all.sum(t)
		fmt.Fprintf(w, "| %s | %.1f | %.1f | %.1f | %.1f | %.2f | %.1f |\n", v.name, t.precision(), t.recall(), t.f1(), near(said, h.speech, 3), share(h.music), longest(h.music))
	}
	fmt.Fprintf(w, "| all | %.1f | %.1f | %.1f | | | |\n\n", all.precision(), all.recall(), all.f1())
}

// near is the share of the edges of one that have an edge of the other, of the same kind, within some frames.
func near(said, heard []bool, frames int) float64 {
	hit, all := 0, 0
	for n := 1; n < len(said); n++ {
		if said[n] == said[n-1] {
			continue
		}
		all++
		for d := -frames; d <= frames; d++ {
			if k := n + d; k > 0 && k < len(heard) && heard[k] == said[n] && heard[k-1] != heard[k] {
				hit++
				break
			}
		}
	}
	return 100 * float64(hit) / float64(max(all, 1))
}

// measureTracks: each track alone.
func measureTracks(w *strings.Builder, seed uint64, listen listener, c *corpus) {
	var music, speech tally
	type worst struct {
		name         string
		music, gap   float64
		speech, talk float64
	}
	var all []worst
	for i, t := range c.tracks {
		r := rand.New(rand.NewPCG(seed, uint64(2000+i)))
		x := append([]float32(nil), t.clips[0]...)
		is, doubtful := heardMusic(x)
		h := hear(listen, telephone(x, between(r, -12, 6)))
		var m, s tally
		missed := make([]bool, len(is))
		for n := range is {
			if !doubtful[n] && is[n] {
				m.add(true, h.music[n])
				s.add(false, h.speech[n])
				missed[n] = !h.music[n]
			}
		}
		music.sum(m)
		speech.sum(s)
		all = append(all, worst{t.name, m.recall(), longest(missed), percent(s.falsely, s.rightly), longest(h.speech)})
	}
	fmt.Fprintf(w, "Music only, %d tracks, A-law: %.2f %% of %d min called music, %.2f %% called speech. The worst ten, and the five most often called speech:\n\n",
		len(c.tracks), music.recall(), (music.hit+music.miss)/3000, percent(speech.falsely, speech.rightly))
	fmt.Fprintf(w, "| track | music %% | longest missed s | speech %% | longest speech s |\n|---|---|---|---|---|\n")
	slices.SortFunc(all, func(a, b worst) int { return int(math.Copysign(1, a.music-b.music)) })
	for _, t := range all[:min(10, len(all))] {
		fmt.Fprintf(w, "| %s | %.1f | %.1f | %.1f | %.1f |\n", t.name, t.music, t.gap, t.speech, t.talk)
	}
	slices.SortFunc(all, func(a, b worst) int { return int(math.Copysign(1, b.speech-a.speech)) })
	for _, t := range all[:min(5, len(all))] {
		fmt.Fprintf(w, "| %s | %.1f | %.1f | %.1f | %.1f |\n", t.name, t.music, t.gap, t.speech, t.talk)
	}
	fmt.Fprintln(w)
}

// measureOver: speech over music at several ratios.
func measureOver(w *strings.Builder, seed uint64, listen listener, c *corpus) {
	fmt.Fprintf(w, "Speech over music, 10 min each, A-law; frames of speech more than 3 dB under the music are not counted.\n\n| speech over music dB | speech precision %% | speech recall %% | speech F1 %% | music recall %% |\n|---|---|---|---|---|\n")
	for _, ratio := range []float64{-5, 0, 5, 10, 15} {
		var s, m tally
		for i := range 20 {
			r := rand.New(rand.NewPCG(seed, uint64(3000+i)))
			voice, y := talk(r, c, 30*rate, 0.2, 4), tuned(r, c, 30*rate)
			said, x := voice.truth(), voice.pcm
			is, doubtful := heardMusic(y)
			scale(y, -ratio)
			under := masked(x, y)
			for k, v := range y {
				x[k] += v
			}
			h := hear(listen, telephone(x, between(r, -10, 2)))
			for n := range said {
				if !said[n] || !under[n] {
					s.add(said[n], h.speech[n])
				}
				if is[n] && !doubtful[n] {
					m.add(true, h.music[n])
				}
			}
		}
		fmt.Fprintf(w, "| %+.0f | %.1f | %.1f | %.1f | %.1f |\n", ratio, s.precision(), s.recall(), s.f1(), m.recall())
	}
	fmt.Fprintln(w)
}

// tuned is part of a track, real ones only.
func tuned(r rng, c *corpus, n int) []float32 {
	for {
		if t := pick(r, c.tracks).clips[0]; len(t) > n {
			from := r.IntN(len(t) - n)
			return normalise(t[from : from+n])
		}
	}
}
