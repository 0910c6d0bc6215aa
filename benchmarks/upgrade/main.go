// Command upgrade replaces workers of an older version by those of this one while calls go on, and compares the tables with
// runs that nobody disturbed.
//
//	make upgrade FROM=v1.2.0
//
// Two workers of the old version judge live calls; one by one they are stopped, and workers of the new version join the same
// group. No call may be missing or be there twice, and where both versions find the same in a call, so must the upgrade. Where
// they do not, a call that went on meanwhile may have rows of both; how many is told.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/earshot/earshot/internal/examples"
)

func main() {
	from := flag.String("from", "", "commit of the old version")
	audio := flag.String("audio", ".cache/audio", "prompts and hold music that calls are composed of")
	lib := flag.String("libchdb", "bin/libchdb.so", "the ClickHouse engine")
	speed := flag.Float64("speed", 8, "how much faster than they went calls are sent")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *from, *audio, *lib, *speed); err != nil {
		fmt.Fprintln(os.Stderr, "upgrade:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, from, audio, lib string, speed float64) (err error) {
	dir, err := os.MkdirTemp("", "earshot-upgrade-")
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			os.RemoveAll(dir)
		} else {
			fmt.Fprintln(os.Stderr, "logs are in", dir)
		}
	}()
	if lib, err = filepath.Abs(lib); err != nil {
		return err
	}
	os.Setenv("EARSHOT_LIBCHDB", lib)
	old, err := buildAt(ctx, from, dir)
	if err != nil {
		return err
	}
	fresh := filepath.Join(dir, "new")
	if err := build(ctx, ".", fresh, "new"); err != nil {
		return err
	}
	calls, err := examples.Compose(audio, filepath.Join(dir, "calls"), nil)
	if err != nil {
		return fmt.Errorf("cannot compose calls: %w; run make audio", err)
	}
	s := &site{dir: dir, old: old, fresh: fresh, speed: speed}
	for _, c := range calls {
		s.files = append(s.files, c.WAV)
	}
	defer s.stop()
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.upgrade(ctx); err != nil {
		return err
	}
	for _, version := range []string{"old", "new"} {
		if err := s.undisturbed(ctx, version); err != nil {
			return err
		}
	}
	return s.compare(os.Stdout)
}

// buildAt builds a commit's program in a work tree of its own.
func buildAt(ctx context.Context, commit, dir string) (program string, err error) {
	tree := filepath.Join(dir, "tree")
	if said, err := exec.CommandContext(ctx, "git", "worktree", "add", "--detach", tree, commit).CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot check out %q: %w: %s", commit, err, said)
	}
	defer func() { _ = exec.Command("git", "worktree", "remove", "--force", tree).Run() }() // git worktree prune finds it
	program = filepath.Join(dir, "old")
	return program, build(ctx, tree, program, "old")
}

func build(ctx context.Context, tree, program, version string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-X main.version="+version, "-o", program, "./cmd/earshot")
	cmd.Dir = tree
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build %s: %w: %s", tree, err, said)
	}
	return nil
}

// pause is between the steps of the upgrade: long enough for a rebalance, short beside a call.
const pause = 4 * time.Second
