// Command guard counts the instructions that Earshot spends on fixed calls and fails when they have grown over the
// committed figures by more than 3 % (the start-up: 10 %). Instructions, unlike seconds, are the same on a busy machine and an idle one.
//
//	guard -figures benchmarks/guard.json            compare
//	guard -figures benchmarks/guard.json -update    write them anew
//
// Valgrind's cachegrind does the counting: callgrind, which follows calls, gives up on the stacks of goroutines. The program
// is built with the compiler that the figures name, and runs on one thread without garbage collection, so that the
// figures differ by some 0.1 % from run to run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"text/tabwriter"
)

func main() {
	figures := flag.String("figures", "benchmarks/guard.json", "committed figures")
	update := flag.Bool("update", false, "write the figures anew instead of comparing")
	dir := flag.String("dir", ".cache/guard", "where calls, program and profiles are kept")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := guard(ctx, *figures, *dir, *update); err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		os.Exit(1)
	}
}

var errGrown = errors.New("the hot path costs more than it did: see where with cg_annotate, mend it, or, if it is worth its price, commit new figures (make guard-update)")

func guard(ctx context.Context, file, dir string, update bool) error {
	committed, err := readFigures(file)
	if err != nil && !(update && errors.Is(err, os.ErrNotExist)) {
		return err
	}
	if update {
		committed = &figures{Go: runtime.Version(), Arch: runtime.GOARCH}
	}
	if committed.Arch != runtime.GOARCH {
		fmt.Printf("guard: the figures are of %s, this is %s: nothing to compare\n", committed.Arch, runtime.GOARCH)
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	plain, simd := filepath.Join(dir, "earshot"), filepath.Join(dir, "earshot-simd")
	if err := build(ctx, committed.Go, "", plain); err != nil {
		return err
	}
	if err := build(ctx, committed.Go, "simd", simd); err != nil {
		return err
	}
	counted := &figures{Go: committed.Go, Arch: runtime.GOARCH}
	for _, w := range workloads {
		program := plain
		if w.simd {
			program = simd
		}
		n, err := w.count(ctx, program, dir)
		if err != nil {
			return fmt.Errorf("cannot count %s: %w", w.name, err)
		}
		counted.add(w, n)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	grown := counted.compare(table, committed)
	table.Flush()
	if update {
		return counted.write(file)
	}
	if grown {
		return fmt.Errorf("%w\n  profiles: %s", errGrown, filepath.Join(dir, "*.out"))
	}
	return nil
}
