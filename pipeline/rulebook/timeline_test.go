package rulebook_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

var update = flag.Bool("update", false, "write the golden files anew")

// story is a call as a file in testdata/timelines tells it: the segments in the order in which analyzers emit them.
type story struct {
	Profile string
	// Rules is a rulebook of the story's own; empty for the one that Earshot comes with.
	Rules string
	Call  struct {
		Legs         int
		Duration     float64
		Ended_by     string
		Answer_known bool
		Swapped      bool
	}
	Segments []struct {
		Kind, Leg, Source string
		Start, End, Value float64
		Confidence        float64
		Open              bool
		Measures          map[string]float64
	}
}

func read(t testing.TB, file string) (story, []analyzers.Segment, rulebook.Call) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s story
	if err := yaml.Load(data, &s, yaml.WithKnownFields()); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	known := map[string]analyzers.KindDoc{}
	for _, d := range vocabulary() {
		known[d.Kind] = d
	}
	segments := make([]analyzers.Segment, len(s.Segments))
	for i, in := range s.Segments {
		out := &segments[i]
		*out = analyzers.Segment{
			Kind: in.Kind, Leg: leg(t, in.Leg), Source: in.Source, Open: in.Open, Value: in.Value,
			Start: seconds(in.Start), End: seconds(in.End), Confidence: in.Confidence,
		}
		for name := range known[in.Kind].Measures {
			out.Set(name, in.Measures[name])
			delete(in.Measures, name)
		}
		if len(in.Measures) > 0 {
			t.Fatalf("%s: segment %d: %s does not measure %v", file, i+1, in.Kind, in.Measures)
		}
	}
	call := rulebook.Call{
		Legs: s.Call.Legs, Mono: s.Call.Legs == 1, Duration: seconds(s.Call.Duration),
		EndedBy: leg(t, s.Call.Ended_by), AnswerKnown: s.Call.Answer_known, Swapped: s.Call.Swapped,
	}
	return s, segments, call
}

func seconds(s float64) time.Duration { return time.Duration(s*1000+0.5) * time.Millisecond }

func leg(t testing.TB, name string) schemas.Leg {
	t.Helper()
	for _, l := range []schemas.Leg{schemas.Leg_LEG_UNSPECIFIED, schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		if l.Name() == name {
			return l
		}
	}
	t.Fatalf("no leg is called %q", name)
	return 0
}

func (s story) book(t testing.TB) *rulebook.Rulebook {
	if s.Rules != "" {
		return load(t, s.Rules, s.Profile)
	}
	return shipped(t, s.Profile)
}

func stories(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/timelines/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no timelines: %v", err)
	}
	return files
}

// TestTimelines tells each story twice over, with a used judge the second time, and holds it against its golden file.
func TestTimelines(t *testing.T) {
	for _, file := range stories(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			s, segments, call := read(t, file)
			j := s.book(t).NewJudge(name)
			first := tell(j, segments, call)
			j.Reset(name)
			if diff := cmp.Diff(first, tell(j, segments, call)); diff != "" {
				t.Errorf("told again (-first +again):\n%s", diff)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(first), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), first); diff != "" {
				t.Errorf("(-golden +got):\n%s", diff)
			}
		})
	}
}

func tell(j *rulebook.Judge, segments []analyzers.Segment, call rulebook.Call) string {
	var out bytes.Buffer
	for i := range segments {
		for _, f := range j.Segment(&segments[i]) {
			fmt.Fprintf(&out, "after segment %d\n  %s\n", i+1, line(f))
		}
	}
	fmt.Fprintln(&out, "at the end")
	v := j.End(call)
	for _, f := range v.Flags {
		fmt.Fprintf(&out, "  %s\n", line(f))
	}
	for _, n := range v.NotAssessable {
		fmt.Fprintf(&out, "  %-11s %-18s %s / %s\n", "not judged", n.Rule, n.Reason, n.ReasonZH)
	}
	fmt.Fprintf(&out, "  points %g, score %g\n", v.Points, v.Score)
	return out.String()
}

func line(f rulebook.Flag) string {
	leg := f.Leg
	if leg == "" {
		leg = "-"
	}
	s := fmt.Sprintf("%-11s %-18s %-8s %7.2f–%.2f s  %.4g %s %g, margin %.4g; %g %s, %s; sure %g; %s",
		f.State, f.Rule, leg, f.Start.Seconds(), f.End.Seconds(), f.Measured, strings.ReplaceAll(f.Comparison, "_", " "),
		f.Limit, f.Margin, f.Points, f.Class, f.Clause, f.Confidence, f.ID)
	if f.Reason != "" {
		s += "; " + f.Reason
	}
	return s
}

// TestOrderOfArrival shows that the verdict follows from the final segments alone: neither their order nor what was
// known of them before changes a flag that is not withdrawn.
func TestOrderOfArrival(t *testing.T) {
	for _, file := range stories(t) {
		s, segments, call := read(t, file)
		book := s.book(t)
		final := func(v rulebook.Verdict) rulebook.Verdict {
			v.Flags = slices.DeleteFunc(v.Flags, func(f rulebook.Flag) bool { return f.State == rulebook.Withdrawn })
			if len(v.Flags) == 0 {
				v.Flags = nil
			}
			return v
		}
		told := book.NewJudge("call")
		for i := range segments {
			told.Segment(&segments[i])
		}
		want := final(told.End(call))
		last := slices.DeleteFunc(slices.Clone(segments), func(s analyzers.Segment) bool { return s.Open })
		open := slices.DeleteFunc(slices.Clone(segments), func(s analyzers.Segment) bool {
			return !s.Open || slices.ContainsFunc(last, func(o analyzers.Segment) bool {
				return o.Kind == s.Kind && o.Leg == s.Leg && o.Start == s.Start
			})
		})
		slices.Reverse(last)
		backwards := book.NewJudge("call")
		for _, s := range append(open, last...) {
			backwards.Segment(&s)
		}
		if diff := cmp.Diff(want, final(backwards.End(call))); diff != "" {
			t.Errorf("%s (-in order +backwards):\n%s", file, diff)
		}
	}
}
