// Command accuracy measures Earshot on calls whose truth is known.
//
//	go run ./benchmarks/accuracy              the test split: figures, goals, and what has fallen
//	go run ./benchmarks/accuracy -update      the same, written to benchmarks/accuracy.md and .json
//	go run ./benchmarks/accuracy syllables DIR    syllables counted in words named by their hanzi
//	go run ./benchmarks/accuracy raised DIR       raised voices in acted speech laid out as RAVDESS
//	go run ./benchmarks/accuracy peers            speech and music against other detectors
//
// While something is developed, -split tune is to be used: the test split is only measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
)

// errFallen ends the command with status 1 when all has been said already.
var errFallen = errors.New("figures have fallen")

// commands by name; the first argument names one, or is a flag of the corpus measurement.
var commands = map[string]func(ctx context.Context, args []string) error{
	"corpus":    runCorpus,
	"syllables": runSyllables,
	"raised":    runRaised,
	"peers":     runPeers,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	name, args := "corpus", os.Args[1:]
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	command, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "accuracy: unknown command %q, expected corpus, syllables, raised or peers\n", name)
		os.Exit(2)
	}
	switch err := command(ctx, args); {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "accuracy: %v\n", err)
		os.Exit(2)
	default:
		slog.Error("accuracy", "err", err)
		os.Exit(1)
	}
}

// errUsage marks a wrong command line.
var errUsage = errors.New("wrong usage")

// parse reads the flags of a command, which takes as many arguments as named.
func parse(flags *flag.FlagSet, args []string, names ...string) ([]string, error) {
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() != len(names) {
		return nil, fmt.Errorf("%w: %s takes %d arguments %v, got %d", errUsage, flags.Name(), len(names), names, flags.NArg())
	}
	return flags.Args(), nil
}
