// Command train makes the weights of the classifier that tells speech from music, and measures them.
//
//	go run ./benchmarks/train -sounds DIR -out analyzers/weights.bin
//
// DIR holds voices and music as benchmarks/sounds fetches them. What is learned from what is fixed in its manifest, and
// chance by a seed, so the same sounds give the same weights.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/analyzers/dsp"
	"github.com/earshot/earshot/benchmarks/sounds"
)

func main() {
	if err := run(); err != nil {
		slog.Error("training failed", "err", err)
		os.Exit(1)
	}
}

func run() error {
	dir := flag.String("sounds", ".cache/sounds", "folder of fetched sounds")
	out := flag.String("out", "", "file for the weights; without it the weights in use are measured")
	voices := flag.String("voices", "", "file for the model of voices, which is learned with the weights made, or those in use")
	perVariant := flag.Int("calls", 100, "calls of each kind to learn voices from")
	card := flag.String("card", "", "file for the model card")
	splits := flag.String("measure", "tune,test", "splits to measure, with commas between them")
	seed := flag.Uint64("seed", 1, "seed of all chance")
	sessions := flag.Int("sessions", 4000, "sessions of 40 s to learn from")
	epochs := flag.Int("epochs", 12, "times each is seen")
	var held without
	flag.StringVar(&held.language, "without-language", "", "learn from no voice of this language, such as fr")
	flag.StringVar(&held.pkg, "without-package", "", "learn from no music of this package")
	flag.Parse()
	debug.SetGCPercent(20) // what is learned from stays in memory: 8 GB or so
	lib, err := sounds.Open(*dir)
	if err != nil {
		return err
	}
	listen := analyzers.Listen
	if *out != "" {
		c, err := load(lib, sounds.Train, held)
		if err != nil {
			return err
		}
		slog.Info("learning", "voices", len(c.voices()), "tracks", len(c.tracks))
		scene, frame := teach(*seed, c, *sessions, *epochs)
		if err := os.WriteFile(*out, frame.Append(scene.Append(nil)), 0o644); err != nil {
			return fmt.Errorf("cannot write weights: %w", err)
		}
		listen = func(pcm []float32, take func(*analyzers.Frame)) { analyzers.ListenWith(scene, frame, pcm, take) }
	}
	var text strings.Builder
	if *voices != "" {
		m, err := teachVoices(*seed, lib, listen, *perVariant)
		if err != nil {
			return err
		}
		if err := os.WriteFile(*voices, m.Append(nil), 0o644); err != nil {
			return fmt.Errorf("cannot write the model of voices: %w", err)
		}
		for _, s := range []sounds.Split{sounds.Train, sounds.Tune} {
			if err := measureSpeakers(&text, *seed+1, lib, s, listen, m, 40); err != nil {
				return err
			}
		}
	}
	for _, s := range strings.Split(*splits, ",") {
		if s == "" {
			continue
		}
		c, err := load(lib, sounds.Split(s), without{})
		if err != nil {
			return err
		}
		text.WriteString(measure(*seed, listen, s, c))
	}
	fmt.Print(text.String())
	if *card != "" {
		return writeCard(*card, text.String(), lib, held)
	}
	return nil
}

// teach composes sessions and trains the two nets, the second on what the first makes of them.
func teach(seed uint64, c *corpus, sessions, epochs int) (scene, frame *dsp.Net) {
	const seconds = 40
	untrained := &dsp.Net{Layers: []dsp.Layer{{In: analyzers.SceneInputs, Out: 2, Weights: make([]float32, 2*analyzers.SceneInputs), Bias: make([]float32, 2)}}}
	all := make([]*session, sessions)
	scenes := gather(sessions, samples{inputs: analyzers.SceneInputs, outputs: 2, dropout: 0.15}, func(i int, to *samples) {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		s := compose(r, c, seconds)
		channel(r, s, c)
		s.clean, all[i] = nil, s
		analyzers.Observe(untrained, s.pcm, func(n int, in []float32) { s.addBlock(to, n, in) }, func(int, []float32) {})
	})
	slog.Info("learning", "net", "scene", "blocks", scenes.rows())
	scene, loss := train(seed, scenes, epochs, analyzers.SceneInputs, 64, 32, 2)
	slog.Info("learned", "net", "scene", "loss", loss)
	frames := gather(sessions, samples{inputs: analyzers.FrameInputs, outputs: 1, dropout: 0.05}, func(i int, to *samples) {
		s := all[i]
		analyzers.Observe(scene, s.pcm, func(int, []float32) {}, func(n int, in []float32) { s.addFrame(to, n, in) })
	})
	slog.Info("learning", "net", "frame", "frames", frames.rows())
	frame, loss = train(seed+1, frames, max(epochs/2, 1), analyzers.FrameInputs, 48, 24, 1)
	slog.Info("learned", "net", "frame", "loss", loss)
	return scene, frame
}

// gather has sessions add their samples on all cores, and joins them in their order.
func gather(sessions int, like samples, add func(i int, to *samples)) *samples {
	parts := make([]samples, sessions)
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.NumCPU() {
		wait.Go(func() {
			for i := range next {
				parts[i] = like
				add(i, &parts[i])
			}
		})
	}
	for i := range sessions {
		next <- i
	}
	close(next)
	wait.Wait()
	all := like
	for i := range parts {
		all.join(&parts[i])
		parts[i] = samples{}
	}
	return &all
}

// addBlock teaches what share of a block is speech, and music. What is most costly to get wrong counts more: music where
// there is only speech, and speech where there is only music.
func (s *session) addBlock(to *samples, n int, in []float32) {
	var speech, music, doubtful, frames float32
	for i := n * analyzers.BlockFrames; i < min((n+1)*analyzers.BlockFrames, len(s.speech)); i++ {
		frames++
		speech += one(s.speech[i])
		music += one(s.music[i])
		doubtful += one(s.doubtful[i])
	}
	if frames == 0 {
		return
	}
	speechCount, musicCount := float32(1), float32(1)
	switch {
	case doubtful > 0:
		musicCount = 0.1
	case speech > 0:
		musicCount = 1.5
	}
	to.add(in, []float32{speech / frames, music / frames}, []float32{speechCount, musicCount})
}

func (s *session) addFrame(to *samples, n int, in []float32) {
	// Every third is enough of a kind that comes fifty times a second.
	if n >= len(s.speech) || (n*7+n/50)%3 != 0 {
		return
	}
	count := float32(1)
	switch {
	case s.speech[n] && s.masked[n]:
		count = 0.2
	case s.music[n] && !s.speech[n]:
		count = 1.5
	}
	to.add(in, []float32{one(s.speech[n])}, []float32{count})
}

func one(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
