package corpus

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"
	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

// standIn makes a folder of sounds: three voices that hum syllables, and a piece of music.
func standIn(t testing.TB) *sounds.Library {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tune")
	put := func(name string, hz, seconds, beat float64) {
		ints := make([]int, int(seconds*rate))
		for i := range ints {
			at := float64(i) / rate
			ints[i] = int(3000 * math.Sin(2*math.Pi*hz*at) * (0.55 + 0.45*math.Sin(2*math.Pi*beat*at)))
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := wav.NewEncoder(f, rate, 16, 1, 1)
		if err := w.Write(&audio.IntBuffer{Format: &audio.Format{NumChannels: 1, SampleRate: rate}, Data: ints, SourceBitDepth: 16}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var index sounds.Index
	for i, name := range []string{"a", "b", "c"} {
		v := &sounds.Voice{Name: name, Language: "it", Sex: "f", Package: "x"}
		for k := range 40 {
			seconds := []float64{0.5, 1.2, 2, 3.1}[k%4]
			file := filepath.Join(name, string(rune('0'+k%4))+".wav")
			if k < 4 {
				put(file, 150+40*float64(i), seconds, 4)
			}
			v.Clips = append(v.Clips, sounds.Clip{File: file, Seconds: seconds})
		}
		index.Voices = append(index.Voices, v)
	}
	put("piece.wav", 440, 30, 0.2)
	index.Tracks = []*sounds.Track{{Name: "piece", Package: "y", File: "piece.wav", Seconds: 30}}
	data, err := json.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, sounds.IndexFile), data, 0o644); err != nil {
		t.Fatal(err)
	}
	lib, err := sounds.Open(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

type counter struct {
	info  ingest.Info
	ticks int
	lost  int
}

func (c *counter) Begin(i ingest.Info) { c.info = i }
func (c *counter) Event(ingest.Event)  {}
func (c *counter) Tick(_ int, legs []ingest.Audio) {
	c.ticks++
	for _, l := range legs {
		c.lost += l.Lost
	}
}

// TestEveryScenario composes and plays a call of every kind, and asks of it what any call must be.
func TestEveryScenario(t *testing.T) {
	drafts, err := Plan(standIn(t), sounds.Tune, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	lossy := 0
	for i, d := range drafts {
		c, err := d.Compose()
		if err != nil {
			t.Error(err)
			continue
		}
		again := c
		if i%8 == 0 { // each takes as long as the first
			if again, err = d.Compose(); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.EqualFunc(c.tracks, again.tracks, slices.Equal[[]float32]) || !cmp.Equal(c.Flags, again.Flags) {
			t.Errorf("%s: composed again it is another call", c.ID)
		}
		for _, f := range c.Flags {
			rules[f.Rule] = true
			if f.Start < 0 || f.End > c.Duration || f.End < f.Start {
				t.Errorf("%s: %s from %v to %v in a call of %v", c.ID, f.Rule, f.Start, f.End, c.Duration)
			}
		}
		if err := d.meant(c); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		var heard counter
		end, err := c.Play(&heard)
		if err != nil {
			t.Fatal(err)
		}
		if off := end.At - c.Duration; off < 0 || off > ingest.TickDuration || len(heard.info.Legs) != len(c.channels) {
			t.Errorf("%s: played %v with %d legs, expected %v with %d", c.ID, end.At, len(heard.info.Legs), c.Duration, len(c.channels))
		}
		if c.loss > 0 {
			lossy++
			if share := float64(heard.lost) / float64(heard.ticks*ingest.TickSamples*2); share < 0.01 || share > 0.06 {
				t.Errorf("%s: %.3f of the audio was lost, expected about %.2f", c.ID, share, c.loss)
			}
		}
	}
	for _, rule := range []string{"hold-too-long", "hold-without-music", "raised-voice", "quarrel", "abrupt-hangup", "dead-air", "interruption", "slow-answer", "floor-noise", "left-line-open"} {
		if !rules[rule] {
			t.Errorf("no call breaks %s", rule)
		}
	}
	if lossy == 0 {
		t.Error("no call lost packets")
	}
}

// TestLevels measures a composed call: what is put where, and how loud.
func TestLevels(t *testing.T) {
	s := newScene(Draft{lib: standIn(t), split: sounds.Tune}, rand.New(rand.NewPCG(1, 2)))
	s.wait(1)
	s.solid(customer, 4, 0)
	s.hold(5, true, false)
	s.finish()
	s.channel = "adpcm"
	s.line()
	level := func(leg int, from, to float64) float64 {
		return 10 * math.Log10(sound.MeanSquare(s.sound[leg][int(from*rate):int(to*rate)]))
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"the customer's voice", level(customer, 1.2, 4.8), s.level[customer]},
		{"the customer's line, waiting", level(customer, 6, 9.5), s.floor[customer]},
		{"the agent's line, listening", level(agent, 0.2, 4.8), s.floor[agent]},
		{"hold music", level(agent, 5.2, 9.8), s.level[agent]},
	} {
		if math.Abs(c.got-c.want) > 7 {
			t.Errorf("%s is at %.1f dBov, expected about %.1f", c.what, c.got, c.want)
		}
	}
	if want := []stretch{at(1, 5)}; !cmp.Equal(s.f.speech[customer], want, cmp.AllowUnexported(stretch{})) {
		t.Errorf("speech at %v, expected %v", s.f.speech[customer], want)
	}
}

// TestWhole asks who may be a party of a call.
func TestWhole(t *testing.T) {
	voice := func(name, pkg string, clips int, seconds float64, fragments bool) *sounds.Voice {
		v := &sounds.Voice{Name: name, Package: pkg, Fragments: fragments}
		for range clips {
			v.Clips = append(v.Clips, sounds.Clip{Seconds: seconds})
		}
		return v
	}
	for _, c := range []struct {
		voice *sounds.Voice
		want  bool
	}{
		{voice("carlo", "asterisk-core-sounds-it-wav", 40, 2, false), true},
		{voice("words", "asterisk-core-sounds-it-wav", 400, 0.5, true), false},
		{voice("few", "asterisk-core-sounds-it-wav", 2, 60, false), false},
		{voice("short", "asterisk-core-sounds-it-wav", 40, 1.2, false), false},
		{voice("kl-ml", "klettres-data", 521, 2.4, false), false},
		{voice("tp-fr", "tuxpaint-stamps-default", 900, 1.2, false), false},
	} {
		if got := speaks(c.voice); got != c.want {
			t.Errorf("%s: %v, expected %v", c.voice.Name, got, c.want)
		}
	}
}

// TestSilentBeats looks for rests in a piece of twelve beats, two of them silent, played round and round.
func TestSilentBeats(t *testing.T) {
	piece := make([]bool, 12)
	piece[3], piece[4] = true, true
	for _, c := range []struct{ from, n, want int }{{5, 9, 0}, {3, 9, 2}, {4, 9, 1}, {8, 8, 1}} {
		if got := silentBeats(piece, c.from, c.n); got != c.want {
			t.Errorf("%d beats from %d: %d are wrong, expected %d", c.n, c.from, got, c.want)
		}
	}
}

// TestNuclei counts the syllables of a hum that swells four times a second.
func TestNuclei(t *testing.T) {
	pcm, err := standIn(t).Voices(sounds.Tune)[0].Clip(3) // 3.1 s
	if err != nil {
		t.Fatal(err)
	}
	if n := nuclei(pcm); n < 12 || n > 13 {
		t.Errorf("%d syllables, expected 12 or 13", n)
	}
}

// BenchmarkCompose composes a call of every kind in turn; x real time says how fast.
func BenchmarkCompose(b *testing.B) {
	drafts, err := Plan(standIn(b), sounds.Tune, 1, 1)
	if err != nil {
		b.Fatal(err)
	}
	var long time.Duration
	for i := 0; b.Loop(); i++ {
		c, err := drafts[i%len(drafts)].Compose()
		if err != nil {
			b.Fatal(err)
		}
		long += c.Duration
	}
	b.ReportMetric(long.Seconds()/b.Elapsed().Seconds(), "x_real_time")
}

func at(from, to float64) stretch { return stretch{int(from * rate), int(to * rate)} }

// TestTruth holds what happened in a call against what the rules say of it.
func TestTruth(t *testing.T) {
	talk := func(f facts) facts {
		f.length = 200 * rate
		if f.speech[agent] == nil {
			f.speech[agent] = []stretch{at(1, 3), at(10, 12), at(25, 30), at(45, 48), at(62, 66), at(80, 84), at(98, 102), at(116, 120), at(136, 140), at(156, 160), at(176, 180), at(195, 199)}
		}
		return f
	}
	tests := []struct {
		name  string
		facts facts
		want  []string
	}{
		{"a good call", talk(facts{}), nil},
		{"a hold of 130 s that nobody announces or resumes", facts{
			length: 200 * rate, speech: [2][]stretch{{at(1, 3), at(15, 17), at(175, 180), at(190, 199)}, nil},
			holds: []hold{{at(30, 160), true, false}},
		}, []string{"hold-too-long", "hold-unannounced", "hold-unresumed"}},
		{"a silent hold", talk(facts{holds: []hold{{at(31, 44), false, true}, {at(103, 115), true, false}, {at(121, 135), true, false}}}), []string{"hold-too-often"}},
		{"the agent shouts", talk(facts{raised: [2][]raise{{{at(45, 48), 12}}, nil}}), []string{"raised-voice"}},
		{"the customer shouts", talk(facts{raised: [2][]raise{nil, {{at(45, 48), 12}}}}), nil},
		{"hung up on", facts{
			length: 20 * rate, endedBy: schemas.Leg_LEG_AGENT, speech: [2][]stretch{{at(1, 8)}, {at(9, 19)}},
		}, []string{"abrupt-hangup"}},
		{"no word for 9 s", facts{length: 20 * rate, speech: [2][]stretch{{at(9, 19)}, {at(1, 2)}}}, []string{"no-response"}},
		{"25 s of nobody", facts{length: 60 * rate, speech: [2][]stretch{{at(1, 19), at(44, 59)}, nil}}, []string{"dead-air"}},
		{"the customer has left", talk(facts{gone: []stretch{at(150, 200)}}), []string{"left-line-open"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tr := truth{f: &test.facts}
			tr.all()
			if tr.near != nil {
				t.Fatal(tr.near)
			}
			var got []string
			for _, f := range tr.flags {
				got = append(got, f.Rule)
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("flags (-want +got):\n%s", diff)
			}
		})
	}
	broken := func(both float64) facts { // the customer speaks for 4 s, then both, then the agent alone
		f := facts{length: 100 * rate}
		for _, from := range []float64{10, 40, 70} {
			f.speech[customer] = append(f.speech[customer], at(from, from+4+both))
			f.speech[agent] = append(f.speech[agent], at(from-9, from-5), at(from+4, from+6+both), at(from+16, from+18))
		}
		return f
	}
	for both, want := range map[float64]int{1.6: 3, 0.5: 0} {
		f := broken(both)
		tr := truth{f: &f}
		if tr.interruptions(); tr.near != nil || len(f.breakIns(agent, usual)) != want || len(tr.flags) != want/3 {
			t.Errorf("%.1f s of both, three times: %d interruptions, %v, %v", both, len(f.breakIns(agent, usual)), tr.flags, tr.near)
		}
		if n := len(f.breakIns(customer, usual)); n != 0 {
			t.Errorf("the customer is said to interrupt %d times", n)
		}
	}
	doubtful := broken(1)
	tr := truth{f: &doubtful}
	if tr.interruptions(); tr.near == nil {
		t.Error("three times 1 s of both were not refused: they are too near the limit")
	}
	near := facts{length: 60 * rate, speech: [2][]stretch{{at(1, 19), at(38.5, 59)}, nil}}
	tr = truth{f: &near}
	if tr.all(); tr.near == nil {
		t.Error("a pause of 19.5 s was not refused: it is too near the limit")
	}
}
