// Command pace measures how fast Earshot judges an hour of a call beside other programs that each do a part of it: every one
// on one core, in turns, so that what else the machine does strikes all alike.
//
//	pace -rounds 7 -markdown benchmarks/pace.md -json benchmarks/pace.json
//
// It prints processor time per hour of one leg, the ratio to real time, and its spread. Earshot is given both legs of the
// call as a WAV file, start-up and all, and its time is halved; the others are given the agent's leg.
//
// Then a folder of composed calls goes through Earshot and through ffmpeg's ebur128 on all cores, warm and cold, and a file of
// a second through Earshot, by the clock on the wall: start-up is all of that.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
)

func main() {
	rounds := flag.Int("rounds", 7, "runs of each program")
	markdown := flag.String("markdown", "benchmarks/pace.md", "file for the table")
	results := flag.String("json", "benchmarks/pace.json", "file for the figures")
	dir := flag.String("dir", ".cache/pace", "where sound and program are kept")
	peers := flag.String("peers", ".cache/peers", "folder that the other detectors are built in")
	f := folder{}
	flag.StringVar(&f.sounds, "sounds", ".cache/sounds", "folder of fetched sounds, which the folder of calls is composed of")
	flag.StringVar(&f.dir, "folder", ".cache/pace/calls", "where those calls are kept")
	flag.IntVar(&f.files, "files", 1000, "calls in the folder; 0 to leave it out")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds, *markdown, *results, *dir, *peers, &f); err != nil {
		fmt.Fprintln(os.Stderr, "pace:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, markdown, results, dir, peers string, f *folder) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds is %d, expected at least 1", rounds)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	heard, err := writeSounds(dir)
	if err != nil {
		return err
	}
	earshot := programs{filepath.Join(dir, "earshot"), filepath.Join(dir, "earshot-simd")}
	for _, build := range []struct {
		env  string
		args []string
	}{
		{"", []string{"benchmarks/peers/build.sh", peers}},
		{"", []string{"go", "build", "-trimpath", "-o", earshot.plain, "./cmd/earshot"}},
		{"GOEXPERIMENT=simd", []string{"go", "build", "-trimpath", "-o", earshot.wide, "./cmd/earshot"}},
	} {
		cmd := exec.CommandContext(ctx, build.args[0], build.args[1:]...)
		cmd.Stderr = os.Stderr
		if build.env != "" {
			cmd.Env = append(os.Environ(), build.env)
		}
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("cannot run %v: %w", build.args, err)
		}
	}
	if err := f.compose(ctx); err != nil {
		return err
	}
	res := newResults(ctx, rounds)
	runners := contestants(earshot, peers, heard)
	took := make([][]float64, len(runners))
	for round := range rounds {
		for i, r := range runners {
			seconds, err := r.run(ctx)
			if err != nil {
				return err
			}
			took[i] = append(took[i], seconds/float64(r.legs))
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, rounds)
	}
	for i, r := range runners {
		slices.Sort(took[i])
		res.add(r.name, r.does, took[i])
	}
	if err := f.measure(ctx, earshot.plain, rounds, res); err != nil {
		return err
	}
	if err := startUp(ctx, earshot.plain, heard.second, res); err != nil {
		return err
	}
	return res.write(markdown, results)
}
