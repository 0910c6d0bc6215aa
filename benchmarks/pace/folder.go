package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/benchmarks/sounds"
)

// folder is one of composed calls, as a back catalogue is.
type folder struct {
	sounds, dir string
	files       int
	bytes       int64
}

// compose makes the calls that are not there yet.
func (f *folder) compose(ctx context.Context) error {
	if f.files == 0 {
		return nil
	}
	if have, err := f.wavs(); err == nil && len(have) == f.files {
		return nil
	}
	lib, err := sounds.Open(f.sounds)
	if err != nil {
		return err
	}
	var drafts []corpus.Draft
	for each := 1; len(drafts) < f.files; each++ {
		if drafts, err = corpus.Plan(lib, sounds.Test, 1, each); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(f.dir); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "composing %d calls in %s, once\n", f.files, f.dir)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for _, d := range drafts[:f.files] {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			c, err := d.Compose()
			if err == nil {
				_, err = c.Write(f.dir)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return nil
}

func (f *folder) wavs() ([]string, error) { return filepath.Glob(filepath.Join(f.dir, "*.wav")) }

// cool has the system forget what the files hold.
func (f *folder) cool() error {
	files, err := f.wavs()
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := forget(name); err != nil {
			return fmt.Errorf("cannot make %s cold: %w", name, err)
		}
	}
	return nil
}

// measure has the programs take the folder in turns, on all cores.
func (f *folder) measure(ctx context.Context, earshot string, rounds int, r *results) error {
	if f.files == 0 {
		return nil
	}
	files, err := f.wavs()
	if err != nil {
		return err
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		f.bytes += info.Size()
	}
	analyze := []string{earshot, "analyze", "--json", f.dir}
	ffmpeg := []string{"sh", "-c", fmt.Sprintf("find '%s' -name '*.wav' -print0 | xargs -0 -P %d -I{} ffmpeg -nostdin -v quiet -threads 1 -filter_threads 1 -i {} -af ebur128 -f null -",
		f.dir, runtime.NumCPU())}
	turns := []struct {
		name string
		cold bool
		args []string
	}{
		{"Earshot", false, analyze}, {"ffmpeg ebur128", false, ffmpeg}, {"Earshot, files not in memory", true, analyze},
	}
	took := make([][]float64, len(turns))
	for round := range rounds {
		for i, t := range turns {
			if t.cold {
				if err := f.cool(); err != nil {
					return err
				}
			}
			seconds, err := wall(ctx, t.args)
			if err != nil {
				return fmt.Errorf("cannot run %s over %s: %w", t.name, f.dir, err)
			}
			took[i] = append(took[i], seconds)
		}
		fmt.Fprintf(os.Stderr, "folder: round %d of %d\n", round+1, rounds)
	}
	r.Folder = &catalogue{Files: len(files), Megabytes: float64(f.bytes) / 1e6}
	for i, t := range turns {
		slices.Sort(took[i])
		r.Folder.Rows = append(r.Folder.Rows, newResult(t.name, "", took[i]))
	}
	return nil
}

// wall is how long a program takes by the clock, in seconds.
func wall(ctx context.Context, args []string) (float64, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	began := time.Now()
	err := cmd.Run()
	return time.Since(began).Seconds(), err
}

// starts is how often a start is timed.
const starts = 25

func startUp(ctx context.Context, earshot, second string, r *results) error {
	var took []float64
	for range starts {
		seconds, err := wall(ctx, []string{earshot, "analyze", "--json", second})
		if err != nil {
			return fmt.Errorf("cannot start Earshot: %w", err)
		}
		took = append(took, seconds)
	}
	slices.Sort(took)
	one := newResult("Earshot", "a file of a second", took)
	r.Start = &one
	return nil
}
