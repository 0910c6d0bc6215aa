package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/benchmarks/accuracy/report"
	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/pipeline/rulebook"
)

// measure composes the calls, hears and scores them on all cores.
func measure(ctx context.Context, o *options) (*report.Report, error) {
	drafts, err := o.drafts()
	if err != nil {
		return nil, err
	}
	book, err := loadRulebook()
	if err != nil {
		return nil, err
	}
	w, err := loadWeights(o.weights)
	if err != nil {
		return nil, err
	}
	scorer := score.NewScorer(book)
	outcomes := make([]*score.Outcome, len(drafts))
	err = onAllCores(ctx, book, w, drafts, func(i int, e *ear, c *corpus.Case) error {
		if !o.selection.takes(c) {
			return nil
		}
		h, err := e.hear(c.Play)
		if err != nil {
			return err
		}
		outcomes[i] = scorer.Score(truthOf(c, len(e.legs) == 1), h)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var counted []*score.Outcome
	for _, out := range outcomes {
		if out != nil {
			counted = append(counted, out)
		}
	}
	if len(counted) == 0 {
		return nil, errors.New("no call is left to be counted")
	}
	setup := report.Setup{Split: o.split, Seed: o.seed, PerVariant: o.perVariant, Selection: o.selection.String()}
	if o.weights != "" {
		setup.Weights = filepath.Base(o.weights)
	}
	return report.New(setup, scorer.Rules(), counted), nil
}

// onAllCores composes the drafts and gives each call to an ear. Progress goes to stderr.
func onAllCores(ctx context.Context, book *rulebook.Rulebook, w weights, drafts []corpus.Draft, take func(i int, e *ear, c *corpus.Case) error) error {
	g, ctx := errgroup.WithContext(ctx)
	next := make(chan int)
	g.Go(func() error {
		defer close(next)
		for i := range drafts {
			select {
			case next <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	var mu sync.Mutex
	done := 0
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			e := newEar(book, w)
			for i := range next {
				c, err := drafts[i].Compose()
				if err == nil {
					err = take(i, e, c)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", drafts[i].ID, err)
				}
				mu.Lock()
				if done++; done%100 == 0 || done == len(drafts) {
					fmt.Fprintf(os.Stderr, "%d of %d calls\n", done, len(drafts))
				}
				mu.Unlock()
			}
			return nil
		})
	}
	return g.Wait()
}

// truthOf is a case without its audio.
func truthOf(c *corpus.Case, mono bool) *score.Truth {
	t := &score.Truth{
		ID: c.ID, Variant: c.Variant, Agent: voiceOf(c.Agent), Customer: voiceOf(c.Customer), Track: c.Track, Package: c.Package,
		Degradations: c.Degradations, Duration: c.Duration, Mono: mono, NotAssessable: c.NotAssessable,
		Undecided: c.Undecided,
	}
	for _, s := range c.Spans {
		t.Spans = append(t.Spans, score.Span{Kind: string(s.Kind), Leg: s.Leg, Start: s.Start, End: s.End})
	}
	for _, f := range c.Flags {
		t.Flags = append(t.Flags, score.Span{Kind: f.Rule, Leg: f.Leg, Start: f.Start, End: f.End})
	}
	return t
}

func voiceOf(v *sounds.Voice) score.Voice {
	return score.Voice{Name: v.Name, Language: v.Language, Sex: v.Sex}
}

// writeWorst writes the calls that a person should listen to, and removes those of the run before.
func writeWorst(o *options, r *report.Report) error {
	dir := filepath.Join(o.out, "worst")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("cannot remove the worst calls of the run before: %w", err)
	}
	drafts, err := o.drafts()
	if err != nil {
		return err
	}
	byID := map[string]corpus.Draft{}
	for _, d := range drafts {
		byID[d.ID] = d
	}
	for _, out := range r.Worst(10) {
		c, err := byID[out.Truth.ID].Compose()
		if err != nil {
			return err
		}
		path, err := c.Write(dir)
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, path)
	}
	return nil
}
