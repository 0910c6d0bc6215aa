package analyzers

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/schemas"
)

var update = flag.Bool("update", false, "rewrite the golden files of this package")

// timeline is a call written down as what its frames say, so that an analyzer is tested on exactly that. Times are
// seconds; a line is one of:
//
//	end 60 by agent            the call's length, and who hung up
//	mono                       one mixed leg
//	agent 1-4 speech           also music, raised, amplified, tone, closed, mute (digital silence), level=-20, ring=450 (a steady tone), syllables=4
//	                           (speech of 4 syllables a second), noise=-40 (of the line, dBov)
//	event 10 HOLD
type timeline struct {
	length float64
	by     schemas.Leg
	mono   bool
	spans  []span
	events []Event
}

type span struct {
	leg      string
	from, to float64
	what     string
}

func readTimeline(t *testing.T, path string) (tl timeline, head string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ = strings.Cut(string(data), "----\n")
	sc := bufio.NewScanner(strings.NewReader(head))
	for n := 1; sc.Scan(); n++ {
		f := strings.Fields(sc.Text())
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		bad := func() { t.Fatalf("%s:%d: cannot read %q", path, n, sc.Text()) }
		switch f[0] {
		case "mono":
			tl.mono = true
		case "end":
			tl.length = seconds(t, f[1])
			if len(f) == 4 {
				tl.by = legNamed(f[3])
			}
		case "event":
			k, ok := schemas.Kind_value["KIND_"+f[2]]
			if !ok {
				bad()
			}
			tl.events = append(tl.events, Event{Kind: schemas.Kind(k), At: time.Duration(seconds(t, f[1]) * 1e9)})
		case "agent", "customer", "mixed":
			from, to, ok := strings.Cut(f[1], "-")
			if !ok || len(f) < 3 {
				bad()
			}
			for _, what := range f[2:] {
				tl.spans = append(tl.spans, span{f[0], seconds(t, from), seconds(t, to), what})
			}
		default:
			bad()
		}
	}
	return tl, head
}

func seconds(t *testing.T, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func legNamed(s string) schemas.Leg {
	for _, l := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		if l.Name() == s {
			return l
		}
	}
	return schemas.Leg_LEG_UNSPECIFIED
}

// frame is what the timeline says of a leg at a frame: a quiet open line unless a span says more.
func (tl *timeline) frame(leg string, index int) *Frame {
	f := &Frame{Level: -62, Floor: -62, Open: true}
	at := float64(index) * 0.02
	for _, s := range tl.spans {
		if s.leg != leg || at < s.from-1e-9 || at >= s.to-1e-9 {
			continue
		}
		switch s.what {
		case "speech":
			f.Speech, f.SpeechLikelihood, f.Level = true, 0.95, -24
		case "music":
			f.Music, f.MusicLikelihood, f.Level = true, 0.97, -22
		case "raised":
			f.Loud, f.Raised, f.RaisedConfidence, f.Level = true, true, 0.9, -13
			f.Rise, f.TiltRise, f.PitchRise = 11, 5, 4
		case "amplified":
			f.Loud, f.Rise, f.RaisedConfidence, f.Level = true, 11, 0.1, -13
		case "tone":
			f.Tone = true
		case "mute":
			f.Level = -127
		case "closed":
			f.Open, f.Level = false, -127
		default:
			name, v, _ := strings.Cut(s.what, "=")
			x, err := strconv.ParseFloat(v, 32)
			if err != nil {
				panic("unknown in a timeline: " + s.what)
			}
			switch name {
			case "level":
				f.Level = float32(x)
			case "syllables": // speech of that many a second
				f.Speech, f.SpeechLikelihood, f.Pitch = true, 0.95, 180
				f.Level = -26 + 6*float32(math.Sin(2*math.Pi*x*at))
			case "noise": // louder than the line usually is
				f.Level, f.Floor = float32(x), float32(x)
			case "ring": // a steady tone of that many Hz
				f.Peak, f.PeakShare, f.Level = float32(x), 0.98, -22
			}
		}
	}
	return f
}

// play shows the timeline to analyzers as a Session would, and returns what they emit for good.
func (tl *timeline) play(as []Analyzer, emit Emit) {
	s := newSession(as, trained(), new(scratch))
	ls := []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
	if tl.mono {
		ls = []schemas.Leg{schemas.Leg_LEG_MIXED}
	}
	s.Begin(ls, emit)
	for _, e := range tl.events {
		s.Event(e)
	}
	for i := range int(tl.length*50 + 0.5) {
		if tl.mono {
			s.show([2]*Frame{tl.frame("mixed", i)})
		} else {
			s.show([2]*Frame{tl.frame("agent", i), tl.frame("customer", i)})
		}
	}
	s.End(Ending{At: time.Duration(tl.length * 1e9), By: tl.by})
}

func format(s Segment) string {
	var b strings.Builder
	leg := s.Leg.Name()
	if leg == "" {
		leg = "-"
	}
	fmt.Fprintf(&b, "%s %s %.2f-%.2f value=%.2f", s.Kind, leg, s.Start.Seconds(), s.End.Seconds(), s.Value)
	if s.Source != "" {
		fmt.Fprintf(&b, " source=%s", s.Source)
	}
	for _, m := range s.Measures() {
		fmt.Fprintf(&b, " %s=%.2f", m.Name, m.Value)
	}
	return b.String()
}

func TestTimelines(t *testing.T) {
	files, err := filepath.Glob("testdata/timelines/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no timelines: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			tl, head := readTimeline(t, file)
			var got []string
			tl.play(Builtin(), func(s Segment) {
				if !s.Open && s.Kind != "speech" {
					got = append(got, format(s))
				}
			})
			sort.Strings(got)
			out := head + "----\n" + strings.Join(got, "\n") + "\n"
			if *update {
				if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, _ := os.ReadFile(file)
			if d := cmp.Diff(string(want), out); d != "" {
				t.Errorf("segments differ from the golden file (-want +got):\n%s", d)
			}
		})
	}
}
