package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/earshot/earshot/benchmarks/accuracy/report"
	"github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/benchmarks/sounds"
)

// What is committed: the figures of the test split, and the same as a page.
const (
	committedFigures = "benchmarks/accuracy.json"
	committedPage    = "benchmarks/accuracy.md"
)

// options are those of a measurement on composed calls.
type options struct {
	sounds, out, weights, split string
	seed                        uint64
	perVariant                  int
	selection                   selection
}

func (o *options) flags(f *flag.FlagSet) {
	f.StringVar(&o.sounds, "sounds", ".cache/sounds", "folder of fetched sounds")
	f.StringVar(&o.out, "out", ".cache/accuracy", "folder for the page, the figures and the worst calls")
	f.StringVar(&o.weights, "weights", "", "file with other weights of the classifier")
	f.StringVar(&o.split, "split", string(sounds.Test), "split that voices and music are of: train, tune or test")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the calls, and of resampling")
	f.IntVar(&o.perVariant, "per-variant", 10, "calls of each variant")
	o.selection.flags(f)
}

// drafts plans the calls.
func (o *options) drafts() ([]corpus.Draft, error) {
	lib, err := sounds.Open(o.sounds)
	if err != nil {
		return nil, err
	}
	all, err := corpus.Plan(lib, sounds.Split(o.split), o.seed, o.perVariant)
	if err != nil {
		return nil, err
	}
	var drafts []corpus.Draft
	for _, d := range all {
		if o.selection.named(d.ID) {
			drafts = append(drafts, d)
		}
	}
	return drafts, nil
}

func runCorpus(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	var o options
	o.flags(flags)
	update := flags.Bool("update", false, "commit the figures: write "+committedFigures+" and "+committedPage)
	if _, err := parse(flags, args); err != nil {
		return err
	}
	ordinary := o.split == string(sounds.Test) && o.selection.String() == "" && o.weights == ""
	if *update && !ordinary {
		return fmt.Errorf("%w: only figures of the whole test split with the weights built in are committed", errUsage)
	}
	began := time.Now()
	r, err := measure(ctx, &o)
	if err != nil {
		return err
	}
	res, page := r.Results(), r.Markdown()
	if err := write(o.out, "accuracy.md", "accuracy.json", page, res); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.out, "mistakes.txt"), []byte(r.Mistakes()), 0o644); err != nil {
		return fmt.Errorf("cannot write the mistakes: %w", err)
	}
	if err := writeWorst(&o, r); err != nil {
		return err
	}
	fmt.Print(page)
	fmt.Printf("\n%d calls of %.1f h in %.0f s; page, figures, all mistakes and the worst calls are in %s\n", res.Calls, res.Hours, time.Since(began).Seconds(), o.out)
	switch {
	case *update:
		return write(".", committedPage, committedFigures, page, res)
	case ordinary:
		return compare(&res)
	}
	return nil
}

func write(dir, page, figures, text string, res report.Results) error {
	data, err := json.MarshalIndent(res, "", "\t")
	if err != nil {
		return fmt.Errorf("cannot write figures: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot write figures: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, figures), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("cannot write figures: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, page), []byte(text), 0o644); err != nil {
		return fmt.Errorf("cannot write the page: %w", err)
	}
	return nil
}

// compare fails when a figure has fallen more than its interval below the committed one.
func compare(res *report.Results) error {
	data, err := os.ReadFile(committedFigures)
	if os.IsNotExist(err) {
		fmt.Printf("there is no %s to compare with; -update makes it\n", committedFigures)
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the committed figures: %w", err)
	}
	var committed report.Results
	if err := json.Unmarshal(data, &committed); err != nil {
		return fmt.Errorf("cannot read the committed figures: %s: %w", committedFigures, err)
	}
	if committed.Setup != res.Setup {
		fmt.Printf("the committed figures are of other calls (%+v), these of %+v\n", committed.Setup, res.Setup)
	}
	fallen := res.Fallen(&committed)
	for _, f := range fallen {
		fmt.Println("fallen:", f)
	}
	if len(fallen) > 0 {
		return fmt.Errorf("%d %w more than their interval below %s", len(fallen), errFallen, committedFigures)
	}
	fmt.Printf("no figure has fallen more than its interval below %s\n", committedFigures)
	return nil
}
