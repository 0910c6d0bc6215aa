// Package datadir keeps two processes from opening the data of one embedded
// engine at the same time.
package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockName is the file in the folder that carries the lock. It stays behind when
// the process ends; the lock itself does not, however the process ended.
const lockName = "earshot.lock"

// Lock is the hold on one folder.
type Lock struct {
	file *os.File
}

// Open creates dir if it is missing, makes sure it can be written, and locks it.
func Open(dir string) (*Lock, error) {
	if dir == "" {
		return nil, errors.New("cannot open the data folder: no folder is named")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("cannot create the data folder %s: %w", dir, err)
	}
	path := filepath.Join(dir, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, fmt.Errorf("cannot write to the data folder %s: %w", dir, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("cannot lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("cannot open the data folder %s: process %s is using it", dir, holder(path))
	}
	// Only a hint for the error message of whoever comes next.
	err = file.Truncate(0)
	if err == nil {
		_, err = file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("cannot write %s: %w", path, err)
	}
	return &Lock{file: file}, nil
}

// Close gives the folder up.
func (l *Lock) Close() error { return l.file.Close() }

func holder(path string) string {
	pid, err := os.ReadFile(path)
	if s := strings.TrimSpace(string(pid)); err == nil && s != "" {
		return s
	}
	return "unknown"
}
