package main

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/analyzers/dsp"
	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

const rulebookFile = "schemas/rulebook.yaml"

func loadRulebook() (*rulebook.Rulebook, error) {
	data, err := os.ReadFile(rulebookFile)
	if err != nil {
		return nil, fmt.Errorf("cannot read the rulebook (the command runs in the project's folder): %w", err)
	}
	return rulebook.Load(rulebookFile, data, "", analyzers.Vocabulary())
}

// weights are those of the classifier; the zero value is those built in.
type weights struct{ scene, frame *dsp.Net }

func loadWeights(file string) (weights, error) {
	if file == "" {
		return weights{}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return weights{}, fmt.Errorf("cannot read weights: %w", err)
	}
	scene, rest, err := dsp.DecodeNet(data, analyzers.SceneInputs, 2)
	if err != nil {
		return weights{}, fmt.Errorf("cannot read the scene net of %s: %w", file, err)
	}
	frame, rest, err := dsp.DecodeNet(rest, analyzers.FrameInputs, 1)
	if err != nil {
		return weights{}, fmt.Errorf("cannot read the frame net of %s: %w", file, err)
	}
	if len(rest) > 0 {
		return weights{}, fmt.Errorf("cannot read weights: %s has %d bytes too many", file, len(rest))
	}
	return weights{scene, frame}, nil
}

func (w weights) session() *analyzers.Session {
	if w.scene == nil {
		return analyzers.NewSession()
	}
	return analyzers.NewSessionWith(w.scene, w.frame)
}

// ear hears one call after the other, as a worker does. It belongs to one goroutine.
type ear struct {
	*pipeline.Analysis
	legs     []schemas.Leg
	segments []analyzers.Segment
}

func newEar(book *rulebook.Rulebook, w weights) *ear {
	return &ear{Analysis: pipeline.NewAnalysisWith(book, w.session())}
}

// Begin is corpus.Player's.
func (e *ear) Begin(info ingest.Info) {
	e.legs, e.segments = info.Legs, nil
	e.Analysis.Begin(info, pipeline.Outlet{Segment: func(s analyzers.Segment) { e.segments = append(e.segments, s) }})
}

// hear takes a call that play plays, and gives what was said of it.
func (e *ear) hear(play func(corpus.Player) (ingest.Ending, error)) (*score.Heard, error) {
	end, err := play(e)
	if err != nil {
		return nil, err
	}
	verdict := e.End(end)
	slices.SortStableFunc(e.segments, func(a, b analyzers.Segment) int { return int(a.Start - b.Start) })
	return &score.Heard{Segments: e.segments, Verdict: verdict}, nil
}

// twoLegs are those of a call that is not mono.
var twoLegs = []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}

// playPCM plays the audio of two legs of one length, as a recording would be.
func playPCM(id string, agent, customer []float32) func(corpus.Player) (ingest.Ending, error) {
	return func(to corpus.Player) (ingest.Ending, error) {
		to.Begin(ingest.Info{CallID: id, Legs: twoLegs})
		const step = ingest.TickSamples
		n := min(len(agent), len(customer)) / step
		for i := range n {
			to.Tick(i, []ingest.Audio{
				{Leg: twoLegs[0], Open: true, PCM: agent[i*step : (i+1)*step]},
				{Leg: twoLegs[1], Open: true, PCM: customer[i*step : (i+1)*step]},
			})
		}
		return ingest.Ending{At: time.Duration(n) * ingest.TickDuration}, nil
	}
}
