package datadir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecondOpenIsRefusedUntilTheFirstCloses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir)
	if want := fmt.Sprintf("process %d is using it", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("second Open: %v, want an error with %q", err, want)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatalf("after Close: %v", err)
	}
	again.Close()
}

func TestUnusableFolderIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below"), ""} {
		_, err := Open(dir)
		if err == nil || !strings.Contains(err.Error(), "data folder") || !strings.Contains(err.Error(), dir) {
			t.Errorf("Open(%q): %v, want an error that names the folder", dir, err)
		}
	}
}
