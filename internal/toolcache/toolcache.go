// Package toolcache keeps what tests build or fetch once: real servers that are no part of the product.
//
// It lies in EARSHOT_TEST_CACHE, or where the user's caches are. Packages are tested side by side, so a file lock lets one of
// them fill a folder while the others wait.
package toolcache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Dir is the folder of the cache.
func Dir() (string, error) {
	if dir := os.Getenv("EARSHOT_TEST_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "earshot"), err
}

// Once gives the path of name in the cache, which make has to make when it is not there.
func Once(name string, make func(path string) error) (string, error) {
	dir, err := Dir()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("cannot lock %s: %w", lock.Name(), err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return path, err
	}
	return path, make(path)
}

// Program gives the program that a Go package of a module's version makes, which it builds the first time. Its name is the
// package's last part.
func Program(pkg, version string) (string, error) {
	base := filepath.Base(pkg)
	dir, err := Once(base+"-"+version, func(dir string) error {
		fmt.Fprintf(os.Stderr, "building %s %s for the tests (once) ...\n", pkg, version)
		part, err := os.MkdirTemp(filepath.Dir(dir), "building-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(part)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "go", "install", pkg+"@"+version)
		install.Env = append(os.Environ(), "GOBIN="+part, "GOFLAGS=")
		if said, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("cannot build %s: %w\n%s", pkg, err, said)
		}
		return os.Rename(part, dir)
	})
	return filepath.Join(dir, base), err
}
