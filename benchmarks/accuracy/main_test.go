package main

import (
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/accuracy/report"
	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/corpus"
	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

func book(t *testing.T) *rulebook.Rulebook {
	t.Helper()
	t.Chdir("../..")
	b, err := loadRulebook()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// voice is a sound like a vowel: a tone of 150 Hz with its harmonics, louder and softer four times a second.
func voice(seconds, dBov float64) []float32 {
	pcm := make([]float32, int(seconds*8000))
	gain := math.Sqrt(math.Pow(10, dBov/10))
	for i := range pcm {
		t := float64(i) / 8000
		for h := 1.0; h < 15; h++ {
			pcm[i] += float32(gain / math.Sqrt(h) * (0.6 - 0.5*math.Cos(2*math.Pi*4*t)) * math.Sin(2*math.Pi*150*h*t))
		}
	}
	return pcm
}

func TestEarHearsCallAfterCall(t *testing.T) {
	e := newEar(book(t), weights{})
	silence := make([]float32, 30*8000)
	for range 2 {
		h, err := e.hear(playPCM("a", silence, silence))
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, f := range h.Verdict.Flags {
			kinds = append(kinds, f.Rule)
		}
		if len(h.Segments) == 0 || len(kinds) == 0 {
			t.Errorf("30 s of nothing: segments %v, flags %v", h.Segments, kinds)
		}
		if len(e.legs) != 2 {
			t.Errorf("legs are %v", e.legs)
		}
	}
}

func TestSelection(t *testing.T) {
	italian := &corpus.Case{Agent: &sounds.Voice{Language: "it"}, Customer: &sounds.Voice{Language: "fr"}, Package: "moh"}
	for _, c := range []struct {
		args  []string
		takes bool
		words string
	}{
		{nil, true, ""},
		{[]string{"-only-language", "fr"}, true, "calls with a voice in fr"},
		{[]string{"-only-language", "zh"}, false, "calls with a voice in zh"},
		{[]string{"-without-language", "it"}, false, "calls without a voice in it"},
		{[]string{"-without-language", "zh"}, true, "calls without a voice in zh"},
		{[]string{"-only-package", "moh"}, true, "calls with music of moh"},
		{[]string{"-without-package", "moh", "-only-language", "it"}, false, "calls with a voice in it, calls without music of moh"},
	} {
		var s selection
		f := flag.NewFlagSet("", flag.ContinueOnError)
		s.flags(f)
		if err := f.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if got := s.takes(italian); got != c.takes || s.String() != c.words {
			t.Errorf("%v: takes %v and is %q, want %v and %q", c.args, got, s.String(), c.takes, c.words)
		}
	}
}

func TestTruthOf(t *testing.T) {
	c := &corpus.Case{
		ID: "raised-voice/clear/0001", Variant: "clear", Duration: time.Minute,
		Agent: &sounds.Voice{Name: "a", Language: "it", Sex: "f"}, Customer: &sounds.Voice{Name: "b"},
		Spans: []corpus.Span{{Kind: corpus.Raised, Leg: schemas.Leg_LEG_AGENT, Start: 1, End: 2, Value: 9}},
		Flags: []corpus.Flag{{Rule: "raised-voice", Leg: schemas.Leg_LEG_AGENT, Start: 1, End: 2, Measured: 9}},
	}
	want := &score.Truth{
		ID: "raised-voice/clear/0001", Variant: "clear", Duration: time.Minute, Mono: true,
		Agent: score.Voice{Name: "a", Language: "it", Sex: "f"}, Customer: score.Voice{Name: "b"},
		Spans: []score.Span{{Kind: "raised", Leg: schemas.Leg_LEG_AGENT, Start: 1, End: 2}},
		Flags: []score.Span{{Kind: "raised-voice", Leg: schemas.Leg_LEG_AGENT, Start: 1, End: 2}},
	}
	if d := cmp.Diff(want, truthOf(c, true)); d != "" {
		t.Error(d)
	}
}

func TestWeightsAreChecked(t *testing.T) {
	if w, err := loadWeights(""); err != nil || w.scene != nil {
		t.Errorf("no file gives %v, %v", w, err)
	}
	builtin, err := os.ReadFile("../../analyzers/weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		good bool
	}{"those built in": {builtin, true}, "half": {builtin[:len(builtin)/2], false}, "a byte more": {append(builtin, 0), false}} {
		file := filepath.Join(t.TempDir(), "weights")
		if err := os.WriteFile(file, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := loadWeights(file)
		if (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if c.good && w.session() == nil {
			t.Errorf("%s: no session", name)
		}
	}
}

func TestParse(t *testing.T) {
	flags := func() *flag.FlagSet {
		f := flag.NewFlagSet("raised", flag.ContinueOnError)
		f.SetOutput(io.Discard)
		return f
	}
	if args, err := parse(flags(), []string{"dir"}, "DIR"); err != nil || args[0] != "dir" {
		t.Errorf("got %v, %v", args, err)
	}
	for _, args := range [][]string{nil, {"a", "b"}, {"-x", "a"}} {
		if _, err := parse(flags(), args, "DIR"); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestFramesOf(t *testing.T) {
	s := time.Second
	c := &corpus.Case{Spans: []corpus.Span{
		{Kind: corpus.Music, Leg: schemas.Leg_LEG_AGENT, Start: 0, End: 2 * s},
		{Kind: corpus.Speech, Leg: schemas.Leg_LEG_AGENT, Start: s, End: 3 * s},
		{Kind: corpus.Speech, Leg: schemas.Leg_LEG_CUSTOMER, Start: 0, End: 4 * s},
		{Kind: corpus.Effect, Leg: schemas.Leg_LEG_AGENT, Start: 3 * s, End: 4 * s},
	}}
	said := make([]bool, 250)
	for i := range 100 {
		said[i] = true
	}
	got := confuse(framesOf(c, schemas.Leg_LEG_AGENT, 250), said, said)
	want := confusion{frames: [4]int{50, 50, 50, 50}, speech: [4]int{0, 50, 50, 0}, music: [4]int{0, 50, 50, 0}}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if f := counts(&got, got.music, 2, 1); f.Hits != 100 || f.Missed != 0 || f.False != 0 {
		t.Errorf("music: %+v", f)
	}
	if f := counts(&got, got.speech, 2, 0); f.Hits != 50 || f.Missed != 50 || f.False != 50 {
		t.Errorf("speech: %+v", f)
	}
}

func TestEarshotIsADetector(t *testing.T) {
	d := detectors(t.Context(), "")[0]
	speech, music, err := d.hear(make([]float32, 5*analyzers.SampleRate))
	if err != nil || len(speech) != 250 || len(music) != 250 {
		t.Fatalf("%d and %d frames, %v", len(speech), len(music), err)
	}
	for i := range speech {
		if speech[i] || music[i] {
			t.Fatal("silence is something")
		}
	}
}

func TestSmoothed(t *testing.T) {
	got := smoothed([]float64{0, 1, 0, 0}, []float64{1, 1, 2, 0}, 1)
	if d := cmp.Diff([]float64{0.5, 0.25, 1.0 / 3, 0}, got); d != "" {
		t.Error(d)
	}
}

// TestDoubled: a tone keeps its frequency and level.
func TestDoubled(t *testing.T) {
	const hz = 1000
	pcm := make([]float32, 800)
	for i := range pcm {
		pcm[i] = float32(math.Sin(2 * math.Pi * hz * float64(i) / 8000))
	}
	for i, v := range doubled(pcm)[100:1500] {
		if want := math.Sin(2 * math.Pi * hz * float64(i+100) / 16000); math.Abs(float64(v)-want) > 0.01 {
			t.Fatalf("sample %d is %.3f, want %.3f", i+100, v, want)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("benchmarks", 0o755); err != nil {
		t.Fatal(err)
	}
	was := report.Results{Calls: 10, Figures: []report.Figure{{Name: "macro F1", Value: 0.9, Low: 0.85, High: 0.95}}}
	if err := compare(&was); err != nil {
		t.Errorf("with nothing committed: %v", err)
	}
	if err := write(".", committedPage, committedFigures, "page", was); err != nil {
		t.Fatal(err)
	}
	for value, falls := range map[float64]bool{0.99: false, 0.9: false, 0.86: false, 0.84: true} {
		is := report.Results{Figures: []report.Figure{{Name: "macro F1", Value: value}}}
		if err := compare(&is); errors.Is(err, errFallen) != falls {
			t.Errorf("%.2f: %v", value, err)
		}
	}
	if err := os.WriteFile(committedFigures, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := compare(&was); err == nil {
		t.Error("half a file is compared with")
	}
}
