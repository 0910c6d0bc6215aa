// Command fetch puts voices and music into a folder that sounds.Open reads.
//
//	go run ./benchmarks/sounds/fetch -dir .cache/sounds -split test
//
// It downloads Debian's packages through apt, as scripts/debian-packages.sh does: without root and without touching apt's own state.
// A split that is there already is left as it is.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/earshot/earshot/benchmarks/sounds"
)

func main() {
	dir := flag.String("dir", ".cache/sounds", "folder for the sounds")
	splits := flag.String("split", "test", "which to fetch: train, tune, test, with commas between them")
	debs := flag.String("debs", "", "folder of packages downloaded before")
	force := flag.Bool("force", false, "decode again what is there")
	flag.Parse()
	for _, s := range strings.Split(*splits, ",") {
		if err := fetch(*dir, *debs, sounds.Split(s), *force); err != nil {
			slog.Error("cannot fetch sounds", "split", s, "err", err)
			os.Exit(1)
		}
	}
}

func fetch(dir, debs string, s sounds.Split, force bool) error {
	if _, err := os.Stat(filepath.Join(dir, string(s), sounds.IndexFile)); err == nil && !force {
		return nil
	}
	entries, err := sounds.Manifest()
	if err != nil {
		return err
	}
	packages := sounds.Packages(entries, s)
	if len(packages) == 0 {
		return fmt.Errorf("split %q, expected train, tune or test", s)
	}
	temp, err := os.MkdirTemp("", "earshot-sounds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if debs == "" {
		debs = filepath.Join(temp, "packages")
		cmd := exec.Command("scripts/debian-packages.sh", append([]string{debs}, packages...)...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("cannot download packages: %w", err)
		}
	}
	for _, pkg := range packages {
		files, err := filepath.Glob(filepath.Join(debs, pkg+"_*.deb"))
		if err != nil || len(files) != 1 {
			return fmt.Errorf("%s holds %d packages %s, expected one", debs, len(files), pkg)
		}
		if err := os.MkdirAll(filepath.Join(temp, "unpacked", pkg), 0o755); err != nil {
			return err
		}
		if out, err := exec.Command("dpkg-deb", "-x", files[0], filepath.Join(temp, "unpacked", pkg)).CombinedOutput(); err != nil {
			return fmt.Errorf("cannot unpack %s: %w: %s", files[0], err, out)
		}
	}
	slog.Info("decoding", "split", s)
	return sounds.Import(dir, filepath.Join(temp, "unpacked"), s)
}
