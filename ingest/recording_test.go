package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/earshot/earshot/schemas"
)

const (
	agentLeg    = schemas.Leg_LEG_AGENT
	customerLeg = schemas.Leg_LEG_CUSTOMER
	mixedLeg    = schemas.Leg_LEG_MIXED
)

// recordedCall is a Sink that keeps what it was given, as text: one line per event, and one per run of equal ticks.
type recordedCall struct {
	t     *testing.T
	ticks int
	lines []string
	pcm   map[schemas.Leg][]float32
}

func (c *recordedCall) Tick(index int, legs []Audio) {
	if index != c.ticks {
		c.t.Errorf("tick %d came as number %d", index, c.ticks)
	}
	c.ticks++
	for _, a := range legs {
		if len(a.PCM) != TickSamples || !a.Open || a.Lost != 0 || a.Tone || a.Comfort {
			c.t.Errorf("tick %d: %d samples, %+v", index, len(a.PCM), Audio{Leg: a.Leg, Lost: a.Lost, Open: a.Open})
		}
		if c.pcm == nil {
			c.pcm = map[schemas.Leg][]float32{}
		}
		c.pcm[a.Leg] = append(c.pcm[a.Leg], a.PCM...)
	}
}

func (c *recordedCall) Event(e Event) {
	c.lines = append(c.lines, fmt.Sprintf("%v by %q at %v before tick %d", e.Kind, e.By.Name(), e.At, c.ticks))
}

func playAll(t *testing.T, r *RecordingReader) (*recordedCall, Ending) {
	t.Helper()
	call := &recordedCall{t: t}
	ending, err := r.Run(context.Background(), call)
	if err != nil {
		t.Fatal(err)
	}
	return call, ending
}

func inline(wav []byte) *schemas.Recording {
	return &schemas.Recording{CallId: "c1", Audio: &schemas.Recording_Inline{Inline: wav}}
}

func at(kind schemas.Kind, by schemas.Leg, offset time.Duration) *schemas.CallEvent {
	return &schemas.CallEvent{Kind: kind, By: by, Offset: durationpb.New(offset)}
}

// levels are two channels of constant level.
func levels(left, right float32, samples int) []byte {
	var b []byte
	for range samples {
		b = append(b, pcm16Bytes(left, right)...)
	}
	return b
}

func TestRecordingLegs(t *testing.T) {
	stereo := wavSpec{channels: 2, data: levels(0.5, 0.25, 400)}.bytes()
	mono := wavSpec{data: pcm16Bytes(slices.Repeat([]float32{0.5}, 400)...)}.bytes()
	swapped := []schemas.Leg{customerLeg, agentLeg}
	for _, c := range []struct {
		name            string
		wav             []byte
		said, otherwise []schemas.Leg
		want            []schemas.Leg // of Info, and with 0.5 in it first
		loud            schemas.Leg
	}{
		{"agent is left by default", stereo, nil, nil, []schemas.Leg{agentLeg, customerLeg}, agentLeg},
		{"the caller swaps", stereo, nil, swapped, []schemas.Leg{agentLeg, customerLeg}, customerLeg},
		{"the record swaps", stereo, swapped, nil, []schemas.Leg{agentLeg, customerLeg}, customerLeg},
		{"the record is right", stereo, []schemas.Leg{agentLeg, customerLeg}, swapped, []schemas.Leg{agentLeg, customerLeg}, agentLeg},
		{"mono is mixed", mono, nil, swapped, []schemas.Leg{mixedLeg}, mixedLeg},
		{"mono says so", mono, []schemas.Leg{mixedLeg}, nil, []schemas.Leg{mixedLeg}, mixedLeg},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := inline(c.wav)
			rec.Channels = c.said
			r, err := OpenRecording(rec, RecordingOptions{Channels: c.otherwise})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Info().Legs; !slices.Equal(got, c.want) {
				t.Errorf("legs %v, want %v", got, c.want)
			}
			call, ending := playAll(t, r)
			if call.ticks != 3 || ending.At != 50*time.Millisecond || r.Duration() != ending.At {
				t.Errorf("%d ticks, %v, duration %v; want 3, 50ms", call.ticks, ending.At, r.Duration())
			}
			for leg, pcm := range call.pcm {
				want := float32(0.25)
				if leg == c.loud {
					want = 0.5
				}
				if got := pcm[399]; got < want-0.001 || got > want+0.001 || pcm[400] != got {
					t.Errorf("%v ends in %v, %v; want about %v, then the same, which fills the tick", leg, got, pcm[400], want)
				}
			}
		})
	}
}

func TestRecordingEvents(t *testing.T) {
	rec := inline(wavSpec{channels: 2, data: make([]byte, 4*800)}.bytes()) // 100 ms, 5 ticks
	rec.EndedBy = customerLeg
	rec.Events = []*schemas.CallEvent{
		at(schemas.Kind_KIND_RINGING, 0, 0),
		at(schemas.Kind_KIND_ANSWERED, agentLeg, 20*time.Millisecond),
		at(schemas.Kind_KIND_HOLD, agentLeg, 20*time.Millisecond+1),
		at(schemas.Kind_KIND_RESUME, agentLeg, 100*time.Millisecond),
		at(schemas.Kind_KIND_WRAPUP, agentLeg, 900*time.Millisecond), // the switch's clock is late
	}
	r, err := OpenRecording(rec, RecordingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	call, ending := playAll(t, r)
	want := []string{
		`KIND_RINGING by "" at 0s before tick 0`,
		`KIND_ANSWERED by "agent" at 20ms before tick 1`,
		`KIND_HOLD by "agent" at 20.000001ms before tick 2`,
		`KIND_RESUME by "agent" at 100ms before tick 5`,
		`KIND_WRAPUP by "agent" at 100ms before tick 5`,
	}
	if !slices.Equal(call.lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(call.lines, "\n"), strings.Join(want, "\n"))
	}
	if ending != (Ending{At: 100 * time.Millisecond, By: customerLeg}) {
		t.Errorf("ending %+v", ending)
	}
}

// A tone keeps its time through every rate, block boundaries and the end included.
func TestRecordingRates(t *testing.T) {
	for _, rate := range resampleRates {
		const seconds = 3
		tone := sine(1000, rate, seconds*rate)
		for i := range tone {
			tone[i] /= 2
		}
		r, err := OpenRecording(inline(wavSpec{rate: rate, data: pcm16Bytes(tone...)}.bytes()), RecordingOptions{})
		if err != nil {
			t.Fatal(err)
		}
		call, ending := playAll(t, r)
		pcm := call.pcm[mixedLeg]
		if len(pcm) != seconds*8000 || ending.At != seconds*time.Second {
			t.Fatalf("%d Hz: %d samples, %v", rate, len(pcm), ending.At)
		}
		for i, v := range sine(1000, 8000, len(pcm)) {
			pcm[i] -= v / 2
		}
		if got := decibels(pcm[100 : len(pcm)-100]); got > -50 {
			t.Errorf("%d Hz: error of %.0f dB, want below -50", rate, got)
		}
	}
}

func TestRecordingInfo(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, dir, "call-9.wav", wavSpec{channels: 2, data: make([]byte, 400)}.bytes())
	writeFile(t, dir, "call-9.json", []byte(`{"agent_id":"A7","seat":"12","team":"blue","queue":"q","customer":"C",
		"direction":"DIRECTION_OUTBOUND","started_at":"2024-05-01T09:30:00Z","ended_by":"LEG_AGENT"}`))
	r, err := OpenFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%+v", r.Info())
	want := fmt.Sprintf("%+v", Info{
		CallID: "call-9", AgentID: "A7", Seat: "12", Team: "blue", Queue: "q", Customer: "C",
		Direction: schemas.Direction_DIRECTION_OUTBOUND, StartedAt: time.Date(2024, 5, 1, 9, 30, 0, 0, time.UTC),
		Legs: []schemas.Leg{agentLeg, customerLeg},
	})
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, ending := playAll(t, r); ending.By != agentLeg {
		t.Errorf("ended by %v", ending.By)
	}
	if _, err := r.Run(context.Background(), &recordedCall{t: t}); err == nil {
		t.Error("a second run was taken")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestRecordingRefusals(t *testing.T) {
	stereo := wavSpec{channels: 2, data: make([]byte, 400)}.bytes()
	mono := wavSpec{data: make([]byte, 400)}.bytes()
	for _, c := range []struct {
		name      string
		rec       *schemas.Recording
		otherwise []schemas.Leg
		want      string
	}{
		{"no call id", &schemas.Recording{}, nil, "no call_id"},
		{"no audio", &schemas.Recording{CallId: "c1"}, nil, "cannot open recording c1: no audio, expected inline or uri"},
		{"empty audio", inline(nil), nil, "cannot open recording c1: the file is empty"},
		{"too much audio", inline(make([]byte, MaxInline+1)), nil, "inline audio of 8388609 bytes, expected at most 8388608"},
		{"channels disagree", with(inline(mono), func(r *schemas.Recording) { r.Channels = []schemas.Leg{agentLeg, customerLeg} }), nil,
			"channels name 2 (LEG_AGENT, LEG_CUSTOMER), the WAV file has 1"},
		{"mixed in stereo", with(inline(stereo), func(r *schemas.Recording) { r.Channels = []schemas.Leg{mixedLeg} }), nil,
			"channels name 1 (LEG_MIXED), the WAV file has 2"},
		{"mono agent", with(inline(mono), func(r *schemas.Recording) { r.Channels = []schemas.Leg{agentLeg} }), nil, "or LEG_MIXED alone"},
		{"the caller's mixed in stereo", inline(stereo), []schemas.Leg{mixedLeg}, "channels name 1 (LEG_MIXED), the WAV file has 2"},
		{"the caller's two agents", inline(stereo), []schemas.Leg{agentLeg, agentLeg}, "LEG_AGENT, LEG_AGENT: expected"},
		{"an event past the end", with(inline(mono), func(r *schemas.Recording) {
			r.Events = []*schemas.CallEvent{at(schemas.Kind_KIND_HOLD, 0, 2*time.Second)}
		}), nil, "events[0].offset: 2s is past the recording's end at 25ms"},
		{"an event without offset", with(inline(mono), func(r *schemas.Recording) {
			r.Events = []*schemas.CallEvent{{Kind: schemas.Kind_KIND_HOLD}}
		}), nil, "events[0].offset: no offset"},
		{"an unknown leg", with(inline(mono), func(r *schemas.Recording) { r.EndedBy = 9 }), nil, "ended_by: 9 cannot hang up"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := OpenRecording(c.rec, RecordingOptions{Channels: c.otherwise})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func with(rec *schemas.Recording, change func(*schemas.Recording)) *schemas.Recording {
	change(rec)
	return rec
}

func TestRecordingByURI(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	wav := wavSpec{channels: 2, data: make([]byte, 400)}.bytes()
	writeFile(t, dir, "a b.wav", wav)
	writeFile(t, elsewhere, "secret.wav", wav)
	for link, target := range map[string]string{"out.wav": filepath.Join(elsewhere, "secret.wav"), "in.wav": "a b.wav"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	both := []string{elsewhere + "/none", dir}
	for _, c := range []struct {
		name, uri string
		roots     []string
		want      string // error, or none
	}{
		{"a file", "file://" + dir + "/a%20b.wav", both, ""},
		{"localhost", "file://localhost" + dir + "/a%20b.wav", both, ""},
		{"a link inside", "file://" + dir + "/in.wav", both, ""},
		{"no roots", "file://" + dir + "/a%20b.wav", nil, "file uris are refused, as no folder is set"},
		{"outside", "file://" + elsewhere + "/secret.wav", []string{dir}, "expected a file in one of the folders"},
		{"climbing out", "file://" + dir + "/../" + filepath.Base(elsewhere) + "/secret.wav", []string{dir}, "expected a file in one of the folders"},
		{"climbing out, escaped", "file://" + dir + "/%2e%2e/" + filepath.Base(elsewhere) + "/secret.wav", []string{dir}, "expected a file in one of the folders"},
		{"a link out", "file://" + dir + "/out.wav", []string{dir}, "escapes"},
		{"missing", "file://" + dir + "/none.wav", []string{dir}, "no such file"},
		{"a folder", "file://" + dir, []string{dir}, "expected a regular file"},
		{"another scheme", "s3://bucket/a.wav", both, "expected file:///absolute/path.wav, no other scheme is read"},
		{"no scheme", dir + "/a b.wav", both, "expected file:///absolute/path.wav"},
		{"a host", "file://server/a.wav", both, "expected no host"},
		{"relative", "file:a.wav", both, "expected an absolute path"},
		{"an unescaped #", "file://" + dir + "/a#1.wav", both, "%23"},
		{"no uri", "file://%zz", both, "cannot read uri"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := &schemas.Recording{CallId: "c1", Audio: &schemas.Recording_Uri{Uri: c.uri}}
			r, err := OpenRecording(rec, RecordingOptions{Roots: c.roots})
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "recording c1") {
					t.Errorf("got %v, want …%s…", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if call, _ := playAll(t, r); call.ticks != 1 {
				t.Errorf("%d ticks", call.ticks)
			}
		})
	}
}

func TestOpenFileNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"text.wav": "not audio at all", "empty.wav": ""} {
		path := writeFile(t, dir, name, []byte(content))
		if _, err := OpenFile(path, nil); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v does not name it", path, err)
		}
	}
	for _, path := range []string{dir, filepath.Join(dir, "none.wav")} {
		if _, err := OpenFile(path, nil); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v does not name it", path, err)
		}
	}
}

func TestRecordingRunStops(t *testing.T) {
	r, err := OpenRecording(inline(wavSpec{data: make([]byte, 1<<20)}.bytes()), RecordingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Run(ctx, &recordedCall{t: t}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// A file that shrinks while it is played is an error, not a short call.
func TestRecordingFileShrinks(t *testing.T) {
	path := writeFile(t, t.TempDir(), "a.wav", wavSpec{data: make([]byte, 1<<20)}.bytes())
	r, err := OpenFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(context.Background(), &recordedCall{t: t}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

// nullSink drops what it gets.
type nullSink struct{ ticks int }

func (s *nullSink) Tick(int, []Audio) { s.ticks++ }
func (s *nullSink) Event(Event)       {}

// What a run allocates is for the run, not for its ticks: an hour costs as much as a second.
func TestRecordingAllocatesNothingPerTick(t *testing.T) {
	for _, rate := range []int{8000, 44100} {
		allocations := func(seconds int) float64 {
			file := wavSpec{channels: 2, rate: rate, data: make([]byte, 4*rate*seconds)}.bytes()
			return testing.AllocsPerRun(3, func() {
				r, err := OpenRecording(&schemas.Recording{CallId: "c", Audio: &schemas.Recording_Inline{Inline: file}}, RecordingOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Run(context.Background(), &nullSink{}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if short, long := allocations(2), allocations(30); long != short {
			t.Errorf("%d Hz: 2 s cost %v allocations, 30 s %v", rate, short, long)
		}
	}
}

func BenchmarkRecording(b *testing.B) {
	for _, s := range []wavSpec{{channels: 2, rate: 8000}, {channels: 2, rate: 48000}} {
		const seconds = 30
		s.data = make([]byte, seconds*s.rate*4)
		rec := inline(s.bytes())
		b.Run(fmt.Sprintf("%dHz", s.rate), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := OpenRecording(rec, RecordingOptions{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.Run(context.Background(), &nullSink{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*seconds/b.Elapsed().Seconds(), "×realtime")
		})
	}
}
