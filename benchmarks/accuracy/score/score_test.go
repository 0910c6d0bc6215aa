package score

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

const (
	agent    = schemas.Leg_LEG_AGENT
	customer = schemas.Leg_LEG_CUSTOMER
	mixed    = schemas.Leg_LEG_MIXED
)

func at(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func scorer(t *testing.T) *Scorer {
	t.Helper()
	const file = "../../../schemas/rulebook.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	book, err := rulebook.Load(file, data, "", analyzers.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return NewScorer(book)
}

func flag(rule string, start, end, confidence float64) rulebook.Flag {
	return rulebook.Flag{Rule: rule, Start: at(start), End: at(end), State: rulebook.Final, Confidence: confidence}
}

func heardFlags(flags ...rulebook.Flag) *Heard {
	return &Heard{Verdict: rulebook.Verdict{Flags: flags}}
}

func TestFlags(t *testing.T) {
	withdrawn := flag("hold-too-long", 10, 140, 1)
	withdrawn.State = rulebook.Withdrawn
	for _, c := range []struct {
		name  string
		truth []Span
		said  []rulebook.Flag
		want  map[string]stats.Counts
	}{
		{"nothing", nil, nil, map[string]stats.Counts{}},
		{"right", []Span{{"hold-too-long", agent, at(10), at(140)}}, []rulebook.Flag{flag("hold-too-long", 11, 139, 1)},
			map[string]stats.Counts{"hold-too-long": {Hits: 1}}},
		{"beside it, within 2 s", []Span{{"raised-voice", agent, at(10), at(12)}}, []rulebook.Flag{flag("raised-voice", 14, 15, 1)},
			map[string]stats.Counts{"raised-voice": {Hits: 1}}},
		{"elsewhere", []Span{{"raised-voice", agent, at(10), at(12)}}, []rulebook.Flag{flag("raised-voice", 14.1, 15, 1)},
			map[string]stats.Counts{"raised-voice": {Missed: 1, False: 1}}},
		{"another rule", []Span{{"dead-air", agent, at(10), at(40)}}, []rulebook.Flag{flag("hold-without-music", 10, 40, 1)},
			map[string]stats.Counts{"dead-air": {Missed: 1}, "hold-without-music": {False: 1}}},
		{"twice for one", []Span{{"raised-voice", agent, at(10), at(20)}}, []rulebook.Flag{flag("raised-voice", 10, 12, 1), flag("raised-voice", 15, 20, 1)},
			map[string]stats.Counts{"raised-voice": {Hits: 1, False: 1}}},
		{"once for two", []Span{{"raised-voice", agent, at(10), at(12)}, {"raised-voice", agent, at(15), at(20)}}, []rulebook.Flag{flag("raised-voice", 10, 20, 1)},
			map[string]stats.Counts{"raised-voice": {Hits: 1, Missed: 1}}},
		{"withdrawn", nil, []rulebook.Flag{withdrawn}, map[string]stats.Counts{}},
		{"once a call, wherever", []Span{{"hold-too-often", agent, at(10), at(20)}}, []rulebook.Flag{flag("hold-too-often", 80, 90, 1)},
			map[string]stats.Counts{"hold-too-often": {Hits: 1}}},
		{"a rule that is not there", []Span{{"whistling", agent, at(1), at(2)}}, nil, map[string]stats.Counts{"whistling": {Missed: 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := scorer(t).Score(&Truth{Flags: c.truth, Duration: at(100)}, heardFlags(c.said...))
			if d := cmp.Diff(c.want, o.Rules); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestMatchFindsAll: the pair that overlaps most would leave one alone; another way pairs both.
func TestMatchFindsAll(t *testing.T) {
	truth := []stretch{{at(0), at(10)}, {at(8), at(20)}}
	heard := []stretch{{at(2), at(12)}, {at(0), at(1)}}
	for range 2 {
		if got := match(truth, heard, 0); !cmp.Equal(got, []int{1, 0}) {
			t.Errorf("pairs are %v", got)
		}
	}
}

// TestUndecided: where nobody knows the truth of a rule, what is flagged of it is neither right nor wrong.
func TestUndecided(t *testing.T) {
	truth := &Truth{Duration: at(100), Undecided: []string{"speech-too-fast", "speech-too-slow"}}
	o := scorer(t).Score(truth, heardFlags(flag("speech-too-fast", 0, 100, 0.9), flag("dead-air", 10, 40, 1)))
	if d := cmp.Diff(map[string]stats.Counts{"dead-air": {False: 1}}, o.Rules); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]int{"speech-too-fast": 1}, o.Undecided); d != "" {
		t.Error(d)
	}
	if o.FlagClaims["speech-too-fast"] != nil || len(o.Mistakes) != 1 {
		t.Errorf("claims %v, mistakes %v", o.FlagClaims["speech-too-fast"], o.Mistakes)
	}
}

func TestAssess(t *testing.T) {
	h := &Heard{Verdict: rulebook.Verdict{NotAssessable: []rulebook.NotAssessable{{Rule: "quarrel"}, {Rule: "dead-air"}}}}
	o := scorer(t).Score(&Truth{NotAssessable: []string{"quarrel", "raised-voice"}}, h)
	want := map[string]Assess{"quarrel": {Rightly: 1}, "dead-air": {Wrongly: 1}, "raised-voice": {Missed: 1}}
	if d := cmp.Diff(want, o.Assess); d != "" {
		t.Error(d)
	}
	if len(o.Mistakes) != 2 || o.Weight() != 2*assessWeight {
		t.Errorf("mistakes are %+v", o.Mistakes)
	}
}

func TestHolds(t *testing.T) {
	truth := &Truth{Duration: at(300), Spans: []Span{
		{"hold", agent, at(10), at(50)}, {"hold", agent, at(100), at(130)}, {"hold", agent, at(200), at(220)},
	}}
	h := &Heard{Segments: []analyzers.Segment{
		{Kind: "hold", Leg: agent, Source: "music", Start: at(10.25), End: at(49.5), Confidence: 0.9},
		{Kind: "hold", Leg: agent, Source: "both", Start: at(100), End: at(133), Confidence: 1},
		{Kind: "hold", Leg: agent, Source: "music", Start: at(250), End: at(255), Confidence: 0.6},
	}}
	o := scorer(t).Score(truth, h)
	want := Hold{
		Counts: stats.Counts{Hits: 2, Missed: 1, False: 1},
		Starts: []float64{0.25, 0}, Ends: []float64{0.5, 3}, MusicStarts: []float64{0.25}, MusicEnds: []float64{0.5},
	}
	if d := cmp.Diff(want, o.Hold); d != "" {
		t.Error(d)
	}
	var said []string
	for _, m := range o.Mistakes {
		said = append(said, m.What)
	}
	if d := cmp.Diff([]string{
		"hold heard as 100.0-133.0 s, is 100.0-130.0 s",
		"hold missed, 200.0-220.0 s",
		"hold heard falsely, 250.0-255.0 s, known from music",
	}, said); d != "" {
		t.Error(d)
	}
	if r := o.SegmentClaims["hold"]; r.Bins[9].N != 2 || r.Bins[9].Right != 2 || r.Bins[6].N != 1 || r.Bins[6].Right != 0 {
		t.Errorf("claims are %+v", r)
	}
}

func TestSpeechFrames(t *testing.T) {
	spans := []Span{
		{"speech", agent, at(0), at(1)}, {"raised", agent, at(1), at(2)},
		{"speech", customer, at(5), at(6)},
		{"advert", agent, at(7), at(9)},
	}
	two := &Heard{Segments: []analyzers.Segment{
		{Kind: "speech", Leg: agent, Start: at(0.5), End: at(2)},
		{Kind: "speech", Leg: agent, Start: at(7), End: at(9.2)},
	}}
	o := scorer(t).Score(&Truth{Duration: at(10), Spans: spans}, two)
	if want := (stats.Counts{Hits: 75, Missed: 25 + 50, False: 10}); o.Speech != want {
		t.Errorf("two legs: %+v, want %+v", o.Speech, want)
	}
	one := &Heard{Segments: []analyzers.Segment{{Kind: "speech", Leg: mixed, Start: at(0), End: at(6)}}}
	o = scorer(t).Score(&Truth{Duration: at(10), Spans: spans, Mono: true}, one)
	if want := (stats.Counts{Hits: 150, False: 150}); o.Speech != want {
		t.Errorf("mono: %+v, want %+v", o.Speech, want)
	}
}

func TestSegmentsAreRightByHalf(t *testing.T) {
	truth := &Truth{Duration: at(60), Spans: []Span{{"speech", agent, at(0), at(10)}, {"speech", customer, at(20), at(30)}, {"raised", agent, at(30), at(32)}},
		Flags: []Span{{"quarrel", 0, at(40), at(50)}}}
	o := scorer(t).Score(truth, &Heard{Segments: []analyzers.Segment{
		{Kind: "silence", Start: at(15), End: at(25), Confidence: 0.95},
		{Kind: "silence", Start: at(16), End: at(26), Confidence: 0.95},
		{Kind: "raised", Leg: agent, Start: at(30), End: at(32), Confidence: 0.75},
		{Kind: "raised", Leg: customer, Start: at(30), End: at(32), Confidence: 0.75},
		{Kind: "quarrel", Start: at(48), End: at(58), Confidence: 0.85},
		{Kind: "response", Start: at(0), End: at(1), Confidence: 1},
	}})
	for _, c := range []struct {
		kind          string
		bin, n, right int
	}{{"silence", 9, 2, 1}, {"raised", 7, 2, 1}, {"quarrel", 8, 1, 1}} {
		r := o.SegmentClaims[c.kind]
		if r == nil || r.Bins[c.bin].N != c.n || r.Bins[c.bin].Right != c.right {
			t.Errorf("%s: %+v, want %d right of %d in bin %d", c.kind, r, c.right, c.n, c.bin)
		}
	}
	if o.SegmentClaims["response"] != nil {
		t.Error("a kind without truth is judged")
	}
}

func TestFlagClaims(t *testing.T) {
	o := scorer(t).Score(&Truth{Duration: at(60), Flags: []Span{{"raised-voice", agent, at(10), at(12)}}},
		heardFlags(flag("raised-voice", 10, 12, 0.95), flag("raised-voice", 30, 33, 0.65)))
	r := o.FlagClaims["raised-voice"]
	if r.Bins[9].Right != 1 || r.Bins[6].N != 1 || r.Bins[6].Right != 0 {
		t.Errorf("claims are %+v", r)
	}
	if len(o.Mistakes) != 1 || !strings.HasPrefix(o.Mistakes[0].What, "raised-voice raised falsely, 30.0-33.0 s") {
		t.Errorf("mistakes are %+v", o.Mistakes)
	}
}
