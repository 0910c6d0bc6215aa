package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// kinds are the stores that every test of this file runs on.
var kinds = map[string]func(t testing.TB, o Options) *Store{"folder": newFolder, "s3": newS3}

func newFolder(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "evidence"), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func onEach(t *testing.T, test func(t *testing.T, s *Store)) {
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) { test(t, open(t, Options{})) })
	}
}

var began = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func twoLegs(id string) Call { return Call{ID: id, StartedAt: began, Legs: legs(2)} }

// sample is sample i of leg l: another one at each place.
func sample(l, i int) int16 { return int16((i*7+l*13331)%65536 - 32768) }

// speak gives a writer so many ticks, from one on.
func speak(w *Writer, from, ticks int) {
	audio := make([]ingest.Audio, len(w.call.Legs))
	for l := range audio {
		audio[l].PCM = make([]float32, ingest.TickSamples)
	}
	for tick := from; tick < from+ticks; tick++ {
		for l := range audio {
			for i := range audio[l].PCM {
				audio[l].PCM[i] = float32(sample(l, tick*ingest.TickSamples+i)) / 32768
			}
		}
		w.Tick(audio)
	}
}

func create(t *testing.T, s *Store, c Call) *Writer {
	t.Helper()
	w, err := s.Create(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func write(t *testing.T, s *Store, c Call, ticks int) {
	t.Helper()
	w := create(t, s, c)
	speak(w, 0, ticks)
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func openCall(t *testing.T, s *Store, id string) *Audio {
	t.Helper()
	a, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func wantState(t *testing.T, s *Store, id string, want State) {
	t.Helper()
	a, err := s.Open(t.Context(), id)
	if err == nil {
		a.Close()
	}
	if got := StateOf(err); got != want {
		t.Errorf("the audio of %q is %s (%v), expected %s", id, got, err, want)
	}
}

func TestACallIsHeardAsItWasWritten(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		wantState(t, s, "call", NeverKept)
		write(t, s, twoLegs("call"), 100)
		a := openCall(t, s, "call")
		all, err := io.ReadAll(a)
		if err != nil || int64(len(all)) != a.Size() || a.Size() != 44+100*160*4 {
			t.Fatalf("read %d bytes of %d: %v", len(all), a.Size(), err)
		}
		if a.Duration() != 2*time.Second || a.Rate() != 8000 {
			t.Errorf("%v at %d Hz, expected 2 s at 8000 Hz", a.Duration(), a.Rate())
		}
		for i := range 100 * 160 {
			for l := range 2 {
				at := 44 + 4*i + 2*l
				if got := int16(uint16(all[at]) | uint16(all[at+1])<<8); got != sample(l, i) {
					t.Fatalf("sample %d of leg %d is %d, expected %d", i, l, got, sample(l, i))
				}
			}
		}
		// The product's own reader of recordings must agree.
		rec := &schemas.Recording{CallId: "x", Audio: &schemas.Recording_Inline{Inline: all}}
		r, err := ingest.OpenRecording(rec, ingest.RecordingOptions{})
		if err != nil || r.Duration() != 2*time.Second {
			t.Errorf("ingest reads the file as %v long: %v", r.Duration(), err)
		}
	})
}

func TestOneLegAlone(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		write(t, s, twoLegs("call"), 10)
		both := openCall(t, s, "call")
		for l, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER} {
			one, err := both.Only(leg)
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(one)
			if err != nil || len(all) != 44+10*160*2 {
				t.Fatalf("%v: read %d bytes: %v", leg, len(all), err)
			}
			for i := range 10 * 160 {
				if got := int16(uint16(all[44+2*i]) | uint16(all[45+2*i])<<8); got != sample(l, i) {
					t.Fatalf("%v: sample %d is %d, expected %d", leg, i, got, sample(l, i))
				}
			}
			// Any part of it, as a browser asks for it, is that part.
			for _, part := range [][2]int{{0, 44}, {10, 60}, {45, 46}, {101, 999}, {3000, 3244}} {
				p := make([]byte, part[1]-part[0])
				if n, err := one.ReadAt(p, int64(part[0])); n != len(p) || err != nil {
					t.Fatal(n, err)
				}
				if !bytes.Equal(p, all[part[0]:part[1]]) {
					t.Errorf("%v: bytes %v are others than in the whole", leg, part)
				}
			}
		}
		if _, err := both.Only(schemas.Leg_LEG_MIXED); !errors.Is(err, errNoLeg) {
			t.Errorf("the mixed leg of a call of two: %v", err)
		}
		if got := both.TimeAt(44 + 4*8000); got != time.Second {
			t.Errorf("the byte after a second is at %v", got)
		}
	})
}

func TestRangesOverHTTP(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		write(t, s, twoLegs("call"), 10)
		a := openCall(t, s, "call")
		for header, want := range map[string]string{
			"":              "200 6444",
			"bytes=0-43":    "206 44",
			"bytes=-1":      "206 1",
			"bytes=6443-":   "206 1",
			"bytes=6444-":   "416 0",
			"bytes=nothing": "416 0",
		} {
			r := httptest.NewRequest("GET", "/", nil)
			if header != "" {
				r.Header.Set("Range", header)
			}
			w := httptest.NewRecorder()
			http.ServeContent(w, r, "call.wav", a.ModTime(), a)
			n := w.Body.Len()
			if w.Code == 416 {
				n = 0
			}
			if got := fmt.Sprint(w.Code, n); got != want {
				t.Errorf("Range %q: %s, expected %s", header, got, want)
			}
		}
	})
}

func TestACallThatGoesOnIsHeardSoFar(t *testing.T) {
	s := newFolder(t, Options{})
	w := create(t, s, twoLegs("call"))
	for second := range 3 {
		speak(w, second*50, 50)
		if err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Buffered(); n != 0 {
			t.Errorf("%d bytes are buffered after a flush", n)
		}
		a := openCall(t, s, "call")
		if want := time.Duration(second+1) * time.Second; a.Duration() != want {
			t.Errorf("%v are heard, expected %v", a.Duration(), want)
		}
		p, err := s.Peaks(t.Context(), "call")
		if err != nil || len(p.Legs[0]) != 2*50*(second+1) {
			t.Errorf("the waveform so far has %d values: %v", len(p.Legs[0]), err)
		}
	}
	// What is open while the call goes on, and ends, stays what it was.
	a := openCall(t, s, "call")
	speak(w, 150, 50)
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := io.ReadAll(a); err != nil || len(all) != 44+150*160*4 {
		t.Errorf("an open call gave %d bytes after its end: %v", len(all), err)
	}
	if d := openCall(t, s, "call").Duration(); d != 4*time.Second {
		t.Errorf("%v after the end, expected 4 s", d)
	}
}

// A worker dies; another writes the call again from the beginning. Meanwhile nothing that was heard is away, and in the end
// every byte is the same as if nobody had died.
func TestWritingAgainWritesTheSame(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		died := create(t, s, twoLegs("call"))
		speak(died, 0, 1100)
		if err := died.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		heard := openCall(t, s, "call").Duration()
		again := create(t, s, twoLegs("call"))
		speak(again, 0, 300)
		if err := again.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := openCall(t, s, "call").Duration(); d != heard {
			t.Errorf("%v can be heard while the call is written again, %v could before", d, heard)
		}
		speak(again, 300, 1000)
		if err := again.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		write(t, s, twoLegs("other"), 1300)
		one, two := readAll(t, s, "call"), readAll(t, s, "other")
		if !bytes.Equal(one, two) {
			t.Error("a call written twice differs from one written once")
		}
		// Also when it had ended, and when its Close is tried twice.
		third := create(t, s, twoLegs("call"))
		speak(third, 0, 1300)
		for range 2 {
			if err := third.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(readAll(t, s, "call"), one) {
			t.Error("a call written again after its end differs")
		}
	})
}

func readAll(t *testing.T, s *Store, id string) []byte {
	t.Helper()
	all, err := io.ReadAll(openCall(t, s, id))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPeaks(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		write(t, s, twoLegs("call"), 125)
		p, err := s.Peaks(t.Context(), "call")
		if err != nil {
			t.Fatal(err)
		}
		if p.Step != 20*time.Millisecond || p.Duration != 2500*time.Millisecond || len(p.Legs) != 2 {
			t.Fatalf("%v steps of %v on %d legs", p.Duration, p.Step, len(p.Legs))
		}
		extremes := func(l, from, to int) (low, high int16) {
			low, high = math.MaxInt16, math.MinInt16
			for i := from; i < to; i++ {
				low, high = min(low, sample(l, i)), max(high, sample(l, i))
			}
			return low, high
		}
		for l := range 2 {
			for k := range 125 {
				if low, high := extremes(l, k*160, k*160+160); p.Legs[l][2*k] != low || p.Legs[l][2*k+1] != high {
					t.Fatalf("peak %d of leg %d is %d to %d, expected %d to %d", k, l, p.Legs[l][2*k], p.Legs[l][2*k+1], low, high)
				}
			}
		}
		b := p.Between(time.Second, 2*time.Second, 25)
		if b.Step != 40*time.Millisecond || len(b.Legs[0]) != 50 || b.Duration != time.Second {
			t.Fatalf("a second in 25: %d values of %v for %v", len(b.Legs[0]), b.Step, b.Duration)
		}
		if low, high := extremes(1, 8000+320, 8000+640); b.Legs[1][2] != low || b.Legs[1][3] != high {
			t.Errorf("the second of 25 is %d to %d, expected %d to %d", b.Legs[1][2], b.Legs[1][3], low, high)
		}
		for _, odd := range [][2]time.Duration{{-1, time.Hour}, {time.Hour, 2 * time.Hour}, {time.Second, 0}} {
			for _, most := range []int{0, 1, 1000} {
				p.Between(odd[0], odd[1], most)
			}
		}
		if _, err := DecodePeaks(p.Encode()[:100]); err == nil {
			t.Error("peaks that were cut off are decoded")
		}
	})
}

func TestNothingIsKeptOfACallWithoutAudio(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		write(t, s, twoLegs("call"), 0)
		wantState(t, s, "call", NeverKept)
		for e, err := range s.Undecided(t.Context(), nil) {
			t.Errorf("undecided: %v, %v", e, err)
		}
	})
}
