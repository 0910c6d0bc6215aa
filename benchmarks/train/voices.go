package main

import (
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/analyzers/dsp"
	"github.com/earshot/earshot/analyzers/voice"
	bench "github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/schemas"
)

// overMusic is a call in which somebody speaks over hold music: the agent, or an advertisement's announcer.
type overMusic struct {
	agent  bool
	before []voiced // the agent's, without music
	during []voiced // over the music
}

// voiced is a frame with a pitch, and the music in it.
type voiced struct {
	bands, music voice.Bands
	pitch        float32
}

// teachVoices makes the model of voices from so many calls of each kind.
func teachVoices(seed uint64, lib *sounds.Library, listen listener, perVariant int) (*voice.Model, error) {
	calls, err := callsOverMusic(seed, lib, sounds.Train, listen, perVariant)
	if err != nil {
		return nil, err
	}
	var shapes []voice.Bands
	for _, c := range calls {
		for i, f := range c.before {
			if i%4 == 0 {
				shapes = append(shapes, voice.Shape(&f.bands))
			}
		}
	}
	slog.Info("learning voices", "calls", len(calls), "frames", len(shapes))
	m := new(voice.Model)
	fit(rand.New(rand.NewPCG(seed, 77)), shapes, m)
	if err := m.Prepare(); err != nil {
		return nil, err
	}
	traits, same := weighed(m, calls)
	m.Weigh = logistic(traits, same)
	return m, nil
}

// measureSpeakers tells how well the model tells the agent from an announcer on calls of a split.
func measureSpeakers(w *strings.Builder, seed uint64, lib *sounds.Library, split sounds.Split, listen listener, m *voice.Model, perVariant int) error {
	calls, err := callsOverMusic(seed, lib, split, listen, perVariant)
	if err != nil {
		return err
	}
	traits, same := weighed(m, calls)
	var agents, others []float64
	for i, t := range traits {
		logit := float64(m.Weigh[0])
		for j, v := range t {
			logit += float64(m.Weigh[1+j] * v)
		}
		if same[i] {
			agents = append(agents, logit)
		} else {
			others = append(others, logit)
		}
	}
	above := 0.0
	for _, a := range agents {
		for _, o := range others {
			switch {
			case a > o:
				above++
			case a == o:
				above += 0.5
			}
		}
	}
	over := func(of []float64) float64 {
		n := 0
		for _, v := range of {
			if v > 0 {
				n++
			}
		}
		return 100 * float64(n) / float64(max(len(of), 1))
	}
	fmt.Fprintf(w, "Who speaks over music, %s: of %d calls, %d with enough of the voice to tell. The agent is likelier than an announcer in %.1f %% of all pairs; taken for the agent: %.1f %% of agents, %.1f %% of announcers.\n\n",
		split, len(calls), len(traits), 100*above/float64(max(len(agents)*len(others), 1)), over(agents), over(others))
	return nil
}

// weighed is what the evidence of each call says, where there is enough.
func weighed(m *voice.Model, calls []*overMusic) (traits [][voice.NumTraits]float32, same []bool) {
	for _, c := range calls {
		var p voice.Print
		for _, f := range c.before {
			p.Add(m, &f.bands, f.pitch)
		}
		s := m.Speaker(&p)
		var e voice.Evidence
		for _, f := range c.during {
			e.Add(m, &s, &f.bands, &f.music, f.pitch)
		}
		if t, ok := e.Traits(&s); ok {
			traits, same = append(traits, t), append(same, c.agent)
		}
	}
	return traits, same
}

// callsOverMusic composes calls and hears them as the analyzer does.
func callsOverMusic(seed uint64, lib *sounds.Library, split sounds.Split, listen listener, perVariant int) ([]*overMusic, error) {
	all, err := bench.Plan(lib, split, seed, perVariant)
	if err != nil {
		return nil, err
	}
	drafts := slices.DeleteFunc(all, func(d bench.Draft) bool {
		return (d.Scenario != "talk-over-hold" || d.Variant == "near-below") && d.Variant != "advertisement"
	})
	calls, errs := make([]*overMusic, len(drafts)), make([]error, len(drafts))
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.NumCPU() {
		wait.Go(func() {
			for i := range next {
				calls[i], errs[i] = hearOverMusic(drafts[i], listen)
			}
		})
	}
	for i := range drafts {
		next <- i
	}
	close(next)
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return calls, nil
}

func hearOverMusic(d bench.Draft, listen listener) (*overMusic, error) {
	c, err := d.Compose()
	if err != nil {
		return nil, err
	}
	hold := slices.IndexFunc(c.Spans, func(s bench.Span) bool { return s.Kind == bench.Hold })
	if hold < 0 {
		return nil, fmt.Errorf("%s has no hold, expected one", d.ID)
	}
	from, to := int(c.Spans[hold].Start/analyzers.FrameDuration), int(c.Spans[hold].End/analyzers.FrameDuration)
	o := &overMusic{agent: d.Scenario == "talk-over-hold"}
	var music voice.Bands
	n := -1
	listen(c.Heard(schemas.Leg_LEG_AGENT), func(f *analyzers.Frame) {
		n++
		within := n >= from && n < to
		switch {
		case within && f.Music && !f.Speech:
			for k, b := range f.Bands {
				music[k] += analyzers.MusicFade * (dsp.Power(b) - music[k])
			}
		case within && f.Music && f.Speech && f.Pitch > 0:
			o.during = append(o.during, voiced{f.Bands, music, f.Pitch})
		case n < from && f.Speech && !f.Music && f.Pitch > 0:
			o.before = append(o.before, voiced{bands: f.Bands, pitch: f.Pitch})
		}
	})
	return o, nil
}

// logistic fits a constant and the weights of the traits: both kinds count the same, however many there are of each.
func logistic(traits [][voice.NumTraits]float32, same []bool) (w [1 + voice.NumTraits]float32) {
	const n = voice.NumTraits
	var mean, deviation [n]float64
	of := [2]float64{}
	for i, t := range traits {
		of[int(one(same[i]))]++
		for j, v := range t {
			mean[j] += float64(v) / float64(len(traits))
		}
	}
	for _, t := range traits {
		for j, v := range t {
			deviation[j] += math.Pow(float64(v)-mean[j], 2) / float64(len(traits))
		}
	}
	var at [1 + n]float64
	for range 5000 { // plain descent: the problem is convex and small
		var slope [1 + n]float64
		for i, t := range traits {
			x := [1 + n]float64{1}
			logit := at[0]
			for j, v := range t {
				x[1+j] = (float64(v) - mean[j]) / math.Sqrt(deviation[j]+1e-9)
				logit += at[1+j] * x[1+j]
			}
			wrong := 1/(1+math.Exp(-logit)) - float64(one(same[i]))
			for j := range x {
				slope[j] += wrong * x[j] / (2 * of[int(one(same[i]))])
			}
		}
		for j := range at {
			decay := 0.0
			if j > 0 {
				decay = 0.01 * at[j]
			}
			at[j] -= 0.3 * (slope[j] + decay)
		}
	}
	w[0] = float32(at[0])
	for j := range n {
		d := math.Sqrt(deviation[j] + 1e-9)
		w[1+j] = float32(at[1+j] / d)
		w[0] -= float32(at[1+j] * mean[j] / d)
	}
	return w
}
