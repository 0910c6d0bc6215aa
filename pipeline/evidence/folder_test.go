package evidence

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCallIDsLeadNowhere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret.wav"), []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), filepath.Join(dir, "deep", "evidence"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"../../../secret", "/etc/passwd", "..", ".", "a/b", "a\\b", "a\x00b", "通话", "A", "a", strings.Repeat("x", 5000), "due/undecided", " "}
	for i, id := range ids {
		write(t, s, twoLegs(id), i+1)
	}
	for i, id := range ids {
		if got, want := openCall(t, s, id).Samples(), int64(160*(i+1)); got != want {
			t.Errorf("call %.20q has %d samples, expected %d: another call is in its place", id, got, want)
		}
	}
	var outside []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() && !strings.HasPrefix(path, filepath.Join(dir, "deep", "evidence")) {
			outside = append(outside, path)
		}
		return err
	})
	if want := []string{filepath.Join(dir, "secret.wav")}; !slices.Equal(outside, want) {
		t.Errorf("outside of the folder lie %v, expected %v", outside, want)
	}
}

// A link inside the folder, made by somebody else, leads nowhere either.
func TestLinksLeadNowhere(t *testing.T) {
	s := newFolder(t, Options{})
	secret := filepath.Join(t.TempDir(), "secret.wav")
	if err := os.WriteFile(secret, append(wavHeader(2, 8000, 4), 1, 2, 3, 4), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, s, twoLegs("call"), 1)
	link := filepath.Join(s.where, place("audio", name("call"), ".wav"))
	if err := errors.Join(os.Remove(link), os.Symlink(secret, link)); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "call", Unreachable)
}

func TestAFolderThatIsAwayIsUnreachable(t *testing.T) {
	s := newFolder(t, Options{})
	write(t, s, twoLegs("call"), 10)
	w := create(t, s, twoLegs("other"))
	speak(w, 0, 10)
	// As when a disk is not mounted: the folder is there, and empty.
	away := s.where + "-away"
	if err := errors.Join(os.Rename(s.where, away), os.Mkdir(s.where, 0o755)); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "call", Unreachable)
	wantState(t, s, "unknown", Unreachable)
	if err := w.Close(t.Context()); err == nil {
		t.Error("audio was written beside the folder that is away")
	}
	if _, err := s.Peaks(t.Context(), "call"); StateOf(err) != Unreachable {
		t.Errorf("peaks: %v", err)
	}
	if err := errors.Join(os.Remove(s.where), os.Rename(away, s.where)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Errorf("the folder is back, and the call cannot be written: %v", err)
	}
	wantState(t, s, "other", Present)
}

func TestLocationsThatCannotBe(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"": "no evidence store", "ftp://host/x": "expected a folder or s3://", full: "expected an empty folder",
		filepath.Join(full, "thesis.txt"): "cannot make the evidence folder",
	} {
		if _, err := Open(context.Background(), location, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q in it", location, err, want)
		}
	}
}

// An older version wrote a file beside the key that it was to get. What it left torn is no entry, and goes in time.
func TestATornFileOfAnOlderVersionIsNoEntry(t *testing.T) {
	s := newFolder(t, Options{})
	write(t, s, twoLegs("kept"), 10)
	write(t, s, twoLegs("waits"), 10)
	until := began.AddDate(0, 0, 180)
	for _, e := range undecided(t, s) {
		if e.CallID == "kept" {
			if err := s.Keep(t.Context(), e, until); err != nil {
				t.Fatal(err)
			}
		}
	}
	keys := []string{
		undecidedPrefix + name("died") + ".json.1772357400000000000.tmp",
		"due/" + until.Format("2006-01-02") + "/" + name("died") + ".json.1772357400000000000.tmp",
		place("peaks", name("kept"), ".peaks.1772357400000000000.tmp"),
	}
	left := func() (n int) {
		for _, key := range keys {
			if _, err := os.Stat(filepath.Join(s.where, key)); err == nil {
				n++
			}
		}
		return n
	}
	for _, key := range keys {
		if err := os.WriteFile(filepath.Join(s.where, key), []byte(`{"call_id":"di`), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	check := func() {
		t.Helper()
		if all := undecided(t, s); len(all) != 1 || all[0].CallID != "waits" {
			t.Errorf("undecided are %v, expected the call that waits", all)
		}
		if ids := due(t, s, until); !slices.Contains(ids, "kept") {
			t.Errorf("due are %v, expected the kept call too", ids)
		}
		wantState(t, s, "kept", Present)
	}
	check()
	for _, sweep := range []struct {
		since time.Time
		left  int
	}{{time.Now().Add(-time.Hour), len(keys)}, {time.Now().Add(time.Hour), 0}} {
		if n, err := s.Abandoned(t.Context(), sweep.since); err != nil || left() != sweep.left {
			t.Errorf("%d files are gone, %d are left, expected %d (%v)", n, left(), sweep.left, err)
		}
	}
	check()
}
