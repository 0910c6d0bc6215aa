// Command train makes the weights of the classifier that tells speech from music, and measures them.
//
//	go run ./benchmarks/train -data DIR -out analyzers/weights.bin
//
// DIR holds the audio as README.md says how to fetch it. What is learned from what is fixed in splits.txt, and chance
// by a seed, so the same data give the same weights.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/analyzers/dsp"
)

func main() {
	if err := run(); err != nil {
		slog.Error("training failed", "err", err)
		os.Exit(1)
	}
}

func run() error {
	data := flag.String("data", "", "folder with the unpacked packages")
	cache := flag.String("cache", filepath.Join(os.TempDir(), "earshot-train"), "folder for decoded audio")
	splits := flag.String("splits", "benchmarks/train/splits.txt", "what is learned from, chosen by and measured on")
	out := flag.String("out", "", "file for the weights; without it the weights in use are measured")
	card := flag.String("card", "", "file for the model card")
	seed := flag.Uint64("seed", 1, "seed of all chance")
	sessions := flag.Int("sessions", 1500, "sessions of 40 s to learn from")
	epochs := flag.Int("epochs", 16, "times each is seen")
	flag.Parse()
	if err := os.MkdirAll(*cache, 0o755); err != nil {
		return fmt.Errorf("cannot make cache: %w", err)
	}
	audio, err := load(*data, *cache, *splits)
	if err != nil {
		return err
	}
	voice, err := synthetic(*cache)
	if err != nil {
		return err
	}
	if !voice.settle() {
		return errors.New("cannot use the synthetic voices: they are all noise")
	}
	audio["train"].voices = append(audio["train"].voices, voice)
	for _, name := range []string{"train", "dev", "test"} {
		slog.Info("audio", "split", name, "voices", len(audio[name].voices), "tracks", len(audio[name].tracks))
	}
	listen := analyzers.Listen
	if *out != "" {
		scene, frame := teach(*seed, audio["train"], *sessions, *epochs)
		if err := os.WriteFile(*out, frame.Append(scene.Append(nil)), 0o644); err != nil {
			return fmt.Errorf("cannot write weights: %w", err)
		}
		listen = func(pcm []float32, take func(*analyzers.Frame)) { analyzers.ListenWith(scene, frame, pcm, take) }
	}
	text := measure(*seed, listen, audio)
	fmt.Print(text)
	if *card != "" {
		return writeCard(*card, text, audio)
	}
	return nil
}

// teach composes sessions and trains the two nets, the second on what the first makes of them.
func teach(seed uint64, c *corpus, sessions, epochs int) (scene, frame *dsp.Net) {
	const seconds = 40
	compose40 := func(i int) *session {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		s := compose(r, c, seconds)
		channel(r, s, c)
		return s
	}
	untrained := &dsp.Net{Layers: []dsp.Layer{{In: analyzers.SceneInputs, Out: 2, Weights: make([]float32, 2*analyzers.SceneInputs), Bias: make([]float32, 2)}}}
	scenes := samples{inputs: analyzers.SceneInputs, outputs: 2, dropout: 0.15}
	all := make([]*session, sessions)
	for i := range all {
		s := compose40(i)
		all[i] = s
		analyzers.Observe(untrained, s.pcm, func(n int, in []float32) { s.addBlock(&scenes, n, in) }, func(int, []float32) {})
	}
	slog.Info("learning", "net", "scene", "blocks", scenes.rows())
	scene, loss := train(seed, &scenes, epochs, analyzers.SceneInputs, 40, 16, 2)
	slog.Info("learned", "net", "scene", "loss", loss)
	frames := samples{inputs: analyzers.FrameInputs, outputs: 1, dropout: 0.05}
	for _, s := range all {
		analyzers.Observe(scene, s.pcm, func(int, []float32) {}, func(n int, in []float32) { s.addFrame(&frames, n, in) })
	}
	slog.Info("learning", "net", "frame", "frames", frames.rows())
	frame, loss = train(seed+1, &frames, max(epochs/2, 1), analyzers.FrameInputs, 28, 1)
	slog.Info("learned", "net", "frame", "loss", loss)
	return scene, frame
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
	case music == 0 && speech > 0:
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
