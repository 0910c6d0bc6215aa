package evidence

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// A recording that lies elsewhere is given out as 16-bit PCM with the agent first, however it is written.
func TestARecordingElsewhereIsReferred(t *testing.T) {
	dir := t.TempDir()
	s := newFolder(t, Options{Roots: []string{dir}})
	path := filepath.Join(dir, "a.wav")
	// A-law, the customer first, 16 kHz: a header as a recorder writes it.
	header := wavHeader(2, 16000, 32000)
	header[20], header[34] = 6, 8
	header[32] = 2
	copy(header[28:], []byte{0x00, 0x7d, 0, 0})
	body := make([]byte, 32000)
	for i := range body {
		body[i] = byte(i * 31)
	}
	if err := os.WriteFile(path, append(header, body...), 0o600); err != nil {
		t.Fatal(err)
	}
	channels := []schemas.Leg{schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_AGENT}
	if err := s.Refer(t.Context(), twoLegs("call"), "file://"+path, channels); err != nil {
		t.Fatal(err)
	}
	a := openCall(t, s, "call")
	if a.Rate() != 16000 || a.Duration() != time.Second {
		t.Errorf("%v at %d Hz, expected 1 s at 16 kHz", a.Duration(), a.Rate())
	}
	all, err := io.ReadAll(a)
	if err != nil {
		t.Fatal(err)
	}
	decoded := codec.DecodePCMA(nil, body)
	for i := range 16000 {
		for l, c := range []int{1, 0} {
			at := 44 + 4*i + 2*l
			if got, want := int16(uint16(all[at])|uint16(all[at+1])<<8), linear16(decoded[2*i+c]); got != want {
				t.Fatalf("sample %d of leg %d is %d, expected %d", i, l, got, want)
			}
		}
	}
	if p, err := s.Peaks(t.Context(), "call"); err != nil || len(p.Legs[0]) != 100 {
		t.Errorf("peaks: %v", err)
	}
	if n := len(undecided(t, s)); n != 1 {
		t.Errorf("%d calls are undecided, expected the recording", n)
	}
	// It is not ours: only the reference goes.
	if err := s.Remove(t.Context(), undecided(t, s)[0]); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "call", NeverKept)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestAReferredRecordingThatIsAwayIsUnreachable(t *testing.T) {
	dir := t.TempDir()
	s := newFolder(t, Options{Roots: []string{dir}})
	for id, uri := range map[string]string{
		"gone": "file://" + dir + "/gone.wav", "outside": "file:///etc/hostname", "elsewhere": "s3://bucket/key",
	} {
		if err := s.Refer(t.Context(), twoLegs(id), uri, legs(2)); err != nil {
			t.Fatal(err)
		}
		wantState(t, s, id, Unreachable)
	}
}
