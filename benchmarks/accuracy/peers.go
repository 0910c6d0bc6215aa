package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"text/tabwriter"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
	"github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// kinds of frames by what is true of them.
var frameKinds = []string{"speech", "music", "speech over music", "neither"}

func kindOfFrame(speech, music bool) int {
	switch {
	case speech && music:
		return 2
	case music:
		return 1
	case speech:
		return 0
	}
	return 3
}

// confusion is what one detector made of the frames.
type confusion struct {
	frames, speech, music [4]int
}

func (c *confusion) add(o *confusion) {
	for i := range c.frames {
		c.frames[i] += o.frames[i]
		c.speech[i] += o.speech[i]
		c.music[i] += o.music[i]
	}
}

// counts are those of finding speech, or music, whatever else is there.
func counts(c *confusion, said [4]int, with, only int) stats.Counts {
	var k stats.Counts
	for i, n := range c.frames {
		if i == with || i == only {
			k.Hits += said[i]
			k.Missed += n - said[i]
		} else {
			k.False += said[i]
		}
	}
	return k
}

func runPeers(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	var o options
	o.flags(flags)
	dir := flags.String("peers", ".cache/peers", "folder that the other detectors are fetched into and built in")
	if err := flags.Set("per-variant", "2"); err != nil {
		return err
	}
	if _, err := parse(flags, args); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "benchmarks/peers/build.sh", *dir)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("cannot build the other detectors: %w", err)
	}
	drafts, err := o.drafts()
	if err != nil {
		return err
	}
	book, err := loadRulebook()
	if err != nil {
		return err
	}
	detectors := detectors(ctx, filepath.Clean(*dir))
	sums := make([]confusion, len(detectors))
	var mu sync.Mutex
	err = onAllCores(ctx, book, weights{}, drafts, func(_ int, _ *ear, c *corpus.Case) error {
		if !o.selection.takes(c) {
			return nil
		}
		var rec legRecorder
		if _, err := c.Play(&rec); err != nil {
			return err
		}
		for k, leg := range rec.legs {
			truth := framesOf(c, leg, len(rec.pcm[k])/ingest.TickSamples)
			for i, d := range detectors {
				speech, music, err := d.hear(rec.pcm[k])
				if err != nil {
					return fmt.Errorf("%s: %w", d.name, err)
				}
				got := confuse(truth, speech, music)
				mu.Lock()
				sums[i].add(&got)
				mu.Unlock()
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return printPeers(detectors, sums, o.split)
}

// legRecorder keeps the audio of a call's legs as the analysis would hear it.
type legRecorder struct {
	legs []schemas.Leg
	pcm  [2][]float32
}

func (r *legRecorder) Begin(info ingest.Info) { r.legs = info.Legs }
func (r *legRecorder) Event(ingest.Event)     {}
func (r *legRecorder) Tick(_ int, legs []ingest.Audio) {
	for i, l := range legs {
		r.pcm[i] = append(r.pcm[i], l.PCM...)
	}
}

// frameTruth is what is true of a frame. What is neither speech nor music by name, a laugh or an advertisement inside
// the music, is not counted.
type frameTruth struct{ speech, music, doubtful bool }

func framesOf(c *corpus.Case, leg schemas.Leg, n int) []frameTruth {
	truth := make([]frameTruth, n)
	for _, s := range c.Spans {
		if s.Leg != leg && leg != schemas.Leg_LEG_MIXED && s.Leg != schemas.Leg_LEG_UNSPECIFIED {
			continue
		}
		for i := int(s.Start / analyzers.FrameDuration); i < min(n, int(s.End/analyzers.FrameDuration)); i++ {
			switch s.Kind {
			case corpus.Speech, corpus.Raised:
				truth[i].speech = true
			case corpus.Music:
				truth[i].music = true
			case corpus.Effect, corpus.Advert:
				truth[i].doubtful = true
			}
		}
	}
	return truth
}

func confuse(truth []frameTruth, speech, music []bool) (c confusion) {
	for i, t := range truth[:min(len(truth), len(speech))] {
		if t.doubtful {
			continue
		}
		k := kindOfFrame(t.speech, t.music)
		c.frames[k]++
		if speech[i] {
			c.speech[k]++
		}
		if music != nil && music[i] {
			c.music[k]++
		}
	}
	return c
}

func printPeers(all []detector, sums []confusion, split string) error {
	fmt.Printf("frames of 20 ms on calls of the split %s, in percent: called speech / called music, by what they are\n\n", split)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "detector")
	for i, k := range frameKinds {
		fmt.Fprintf(w, "\t%s (%.0f min)", k, float64(sums[0].frames[i])/50/60)
	}
	fmt.Fprint(w, "\tspeech F1\tmusic F1\n")
	for i, d := range all {
		c := &sums[i]
		fmt.Fprint(w, d.name)
		for k := range frameKinds {
			n := float64(max(c.frames[k], 1)) / 100
			if d.music {
				fmt.Fprintf(w, "\t%.1f / %.1f", float64(c.speech[k])/n, float64(c.music[k])/n)
			} else {
				fmt.Fprintf(w, "\t%.1f / –", float64(c.speech[k])/n)
			}
		}
		fmt.Fprintf(w, "\t%.1f", 100*counts(c, c.speech, 2, 0).F1())
		if d.music {
			fmt.Fprintf(w, "\t%.1f\n", 100*counts(c, c.music, 2, 1).F1())
		} else {
			fmt.Fprint(w, "\t–\n")
		}
	}
	return w.Flush()
}
