package examples

import (
	"context"
	"errors"
	"github.com/earshot/earshot/internal/sound"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

func TestCompose(t *testing.T) {
	dir := t.TempDir()
	var steps []int
	calls, err := Compose(standin(t), dir, func(done, total int) { steps = append(steps, done*100+total) })
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range steps {
		if want := (i+1)*100 + len(calls); step != want || len(steps) != len(calls) {
			t.Errorf("progress %d, expected %d", step, want)
		}
	}
	t.Run("nearly every rule of the rulebook is broken by some call", func(t *testing.T) {
		var rules, broken []string
		for _, m := range regexp.MustCompile(`(?m)^  - id: (\S+)$`).FindAllStringSubmatch(string(schemas.Rulebook), -1) {
			// These would need another voice, or another room, than the prompts were recorded by and in.
			if !slices.Contains([]string{"speech-too-fast", "speech-too-slow", "floor-noise"}, m[1]) {
				rules = append(rules, m[1])
			}
		}
		for _, e := range calls {
			broken = append(broken, e.Expect...)
			if !slices.IsSorted(e.Expect) {
				t.Errorf("%s expects %v, which is not sorted", e.Name, e.Expect)
			}
		}
		slices.Sort(rules)
		slices.Sort(broken)
		if diff := cmp.Diff(rules, slices.Compact(broken)); diff != "" {
			t.Errorf("rules (-rulebook +examples):\n%s", diff)
		}
	})
	t.Run("half goes as RTP", func(t *testing.T) {
		as := map[string]int{}
		for _, e := range calls {
			as[e.As]++
		}
		if as[AsRTP]+as[AsRecording] != len(calls) || math.Abs(float64(as[AsRTP]-as[AsRecording])) > 1 {
			t.Errorf("%v of %d calls", as, len(calls))
		}
	})
	for _, e := range calls {
		t.Run(e.Name, func(t *testing.T) { checkCall(t, e) })
	}
}

// checkCall reads a call back as Earshot does, and compares what is heard with the truth.
func checkCall(t *testing.T, e Example) {
	rec, err := ingest.LoadSidecar(e.WAV)
	if err != nil {
		t.Fatal(err)
	}
	if rec.CallId != e.Name || rec.AgentId == "" || rec.Seat == "" || rec.Team == "" || rec.Queue == "" || rec.Customer == "" {
		t.Errorf("the sidecar lacks facts: %v", rec)
	}
	if e.Title.ZH == "" || e.Title.EN == "" {
		t.Error("no title")
	}
	if e.Length < time.Minute || e.Length > 6*time.Minute {
		t.Errorf("lasts %v, expected 1 to 6 min", e.Length)
	}
	heard := listen(t, e)
	if got := duration(len(heard[rec.Channels[0]])); got < e.Length || got > e.Length+ingest.TickDuration {
		t.Errorf("%v of audio, expected %v", got, e.Length)
	}
	for _, p := range e.Truth {
		if p.Start < 0 || p.End <= p.Start || p.End > e.Length {
			t.Errorf("%+v is not within the call's %v", p, e.Length)
			continue
		}
		if len(rec.Channels) == 2 {
			checkPart(t, heard, p)
		}
	}
	if strings.Contains(e.Name, "raised") || strings.Contains(e.Name, "quarrel") {
		if !strings.Contains(e.Title.EN, "made from") {
			t.Errorf("the title %q does not say how the voice was made", e.Title.EN)
		}
	}
}

func checkPart(t *testing.T, heard recorder, p Part) {
	t.Helper()
	inside := func(leg schemas.Leg) []float32 { return heard[leg][samples(p.Start)+1 : samples(p.End)-1] }
	between := func(what string, level, lo, hi float64) {
		if dB := 10 * math.Log10(level); !(dB >= lo && dB <= hi) {
			t.Errorf("%s at %v: %.1f dBov, expected %g to %g", what, p.Start, dB, lo, hi)
		}
	}
	switch p.Kind {
	case PartMute:
		if sound.MeanSquare(inside(p.Leg)) != 0 {
			t.Errorf("the %v is not silent while muted at %v", p.Leg, p.Start)
		}
	case PartSilence:
		between("the agent's background", sound.MeanSquare(inside(agent)), noiseLevel-3, noiseLevel+3)
		between("the customer's background", sound.MeanSquare(inside(customer)), noiseLevel-3, noiseLevel+3)
	case PartSpeech:
		between("speech", sound.ActiveLevel(inside(p.Leg)), -38, speechLevel+1) // music may play over it
	case PartRaised:
		between("raised speech", sound.ActiveLevel(inside(p.Leg)), speechLevel+raisedLevel-3, speechLevel+raisedLevel+1)
	case PartHold:
		if level := sound.MeanSquare(inside(agent)); level > 0 {
			between("hold music", level, -37, musicLevel+1)
		}
	}
}

// recorder is a Sink that keeps the audio of each leg.
type recorder map[schemas.Leg][]float32

func (r recorder) Tick(_ int, legs []ingest.Audio) {
	for _, a := range legs {
		r[a.Leg] = append(r[a.Leg], a.PCM...)
	}
}

func (recorder) Event(ingest.Event) {}

func listen(t *testing.T, e Example) recorder {
	t.Helper()
	file, err := ingest.OpenFile(e.WAV, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := recorder{}
	if _, err := file.Run(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestComposedAgain composes into a folder where the calls of an earlier day are.
func TestComposedAgain(t *testing.T) {
	audio, dir := standin(t), t.TempDir()
	sc := scripts()[0]
	when := time.Date(2024, 2, 29, 9, 0, 0, 0, time.UTC)
	first, err := compose(sc, newSounds(audio), dir, when)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(first.WAV)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := dayOf(dir, sc.name), when.Truncate(24*time.Hour); !got.Equal(want) {
		t.Errorf("the day is %v, expected that of the call composed before, %v", got, want)
	}
	second, err := compose(sc, newSounds(audio), dir, when)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(second.WAV)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, after) {
		t.Error("the same audio gave another call")
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same audio gave another example (-first +second):\n%s", diff)
	}
}

func TestComposeWithoutAudio(t *testing.T) {
	_, err := Compose(t.TempDir(), t.TempDir(), nil)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join("sounds", allison)) {
		t.Errorf("error %v, expected one that names the missing file", err)
	}
}

func TestComposeFromOtherAudio(t *testing.T) {
	audio := t.TempDir()
	hello := filepath.Join(audio, "sounds", allison, "hello.wav")
	for _, c := range []struct {
		want  string
		write func()
	}{
		{"got 16-bit of 2 channels at 8000 Hz", func() { writeTestWAV(t, hello, make([]float32, 8000), make([]float32, 8000)) }},
		{"expected at least 0.1 s of audio, got 80 samples", func() { writeTestWAV(t, hello, make([]float32, 80)) }},
		{"expected a WAV file", func() { writeText(t, hello) }},
	} {
		c.write()
		_, err := Compose(audio, t.TempDir(), nil)
		if err == nil || !strings.Contains(err.Error(), hello) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one that names %s and says %q", err, hello, c.want)
		}
	}
}

func writeText(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("this is a text, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
}
