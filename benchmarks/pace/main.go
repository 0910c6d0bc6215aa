// Command pace measures how fast Earshot judges an hour of a call beside other programs that each do a part of it: every one
// on one core, in turns, so that what else the machine does strikes all alike.
//
//	pace -rounds 7 -markdown benchmarks/pace.md -json benchmarks/pace.json
//
// It prints processor time per hour of one leg, the ratio to real time, and its spread. Earshot is given both legs of the
// call as a WAV file, start-up and all, and its time is halved; the others are given the agent's leg.
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
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds, *markdown, *results, *dir, *peers); err != nil {
		fmt.Fprintln(os.Stderr, "pace:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, markdown, results, dir, peers string) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds is %d, expected at least 1", rounds)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	sounds, err := writeSounds(dir)
	if err != nil {
		return err
	}
	earshot := filepath.Join(dir, "earshot")
	for _, build := range [][]string{{"benchmarks/peers/build.sh", peers}, {"go", "build", "-trimpath", "-o", earshot, "./cmd/earshot"}} {
		cmd := exec.CommandContext(ctx, build[0], build[1:]...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("cannot build %s: %w", build[len(build)-1], err)
		}
	}
	runners := contestants(earshot, peers, sounds)
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
	res := newResults(ctx, rounds)
	for i, r := range runners {
		slices.Sort(took[i])
		res.add(r.name, r.does, took[i])
	}
	return res.write(markdown, results)
}
