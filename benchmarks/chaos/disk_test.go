//go:build chaos

package chaos

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// diskSize is small enough to be filled in a moment, and larger than the engine needs: it keeps what it has merged for eight
// minutes, which was 1 GiB after 4,000 calls in a quarter of an hour.
const diskSize = "size=2g"

// disk is a small file system of its own, so that it can be full. Without the right to mount one it is a folder, and
// cannot.
type disk struct {
	dir   string
	small bool
	full  bool
	was   bool // full, at some time
}

func newDisk(t *testing.T) *disk {
	d := &disk{dir: t.TempDir()}
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, diskSize); err != nil {
		t.Logf("no disk will be full: cannot mount a small one: %v", err)
		return d
	}
	d.small = true
	t.Cleanup(func() { syscall.Unmount(d.dir, syscall.MNT_DETACH) })
	return d
}

func (d *disk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill leaves no byte free.
func (d *disk) fill() error {
	f, err := os.Create(d.ballast())
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 1<<20); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			d.full, d.was = true, true
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (d *disk) empty() error {
	d.full = false
	return os.Remove(d.ballast())
}
