package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
)

var rules = []string{"hold-too-long", "raised-voice"}

// outcome is a call of an agent of a sex, with what came of raised-voice.
func outcome(i int, sex string, raised stats.Counts) *score.Outcome {
	return &score.Outcome{
		Truth: &score.Truth{
			ID: fmt.Sprintf("raised-voice/clear/%04d", i), Variant: "clear", Duration: time.Minute,
			Agent: score.Voice{Name: "a-" + sex, Language: "it", Sex: sex}, Customer: score.Voice{Name: "c", Language: "en"},
		},
		Rules: map[string]stats.Counts{"raised-voice": raised},
	}
}

// calls are 40 in which a raised voice was found, missed missed, and false falsely found in calls of women.
func calls(missed, falsely int) (all []*score.Outcome) {
	for i := range 40 {
		c := stats.Counts{Hits: 1}
		if i < missed {
			c = stats.Counts{Missed: 1}
		}
		all = append(all, outcome(i, "m", c))
	}
	for i := range 20 {
		o := outcome(100+i, []string{"f", "m"}[i%2], stats.Counts{})
		if i%2 == 0 && i/2 < falsely {
			o.Rules["raised-voice"] = stats.Counts{False: 1}
			o.Mistakes = []score.Mistake{{At: 3 * time.Second, What: "raised-voice raised falsely", Weight: 3}}
		}
		all = append(all, o)
	}
	return all
}

var setup = Setup{Split: "tune", Seed: 1, PerVariant: 2}

func results(missed, falsely int) *Results {
	r := New(setup, rules, calls(missed, falsely)).Results()
	return &r
}

func value(t *testing.T, r *Results, name string) Figure {
	t.Helper()
	f, known := r.figure(name)
	if !known {
		t.Fatalf("there is no figure %q", name)
	}
	return f
}

func TestFigures(t *testing.T) {
	r := results(4, 9)
	for name, want := range map[string]float64{
		"raised-voice precision": 0.8, "raised-voice recall": 0.9, "raised-voice F1": 72.0 / 85,
		"macro F1": 72.0 / 85, // nothing is known of the other rule
	} {
		if f := value(t, r, name); f.Value != rounded(want) || !(f.Low < f.Value && f.Value < f.High) {
			t.Errorf("%s is %+v, want %.5f within its interval", name, f, want)
		}
	}
	if _, known := r.figure("hold-too-long F1"); known {
		t.Error("a rule that no call is about has an F1")
	}
	perfect := value(t, results(0, 0), "raised-voice F1")
	if perfect.Value != 1 || perfect.High != 1 || perfect.Low > 0.96 || perfect.Low < 0.9 {
		t.Errorf("40 of 40 prove %+v", perfect)
	}
}

func TestHoldEdges(t *testing.T) {
	var all []*score.Outcome
	for i := range 50 {
		o := outcome(i, "f", stats.Counts{})
		o.Hold = score.Hold{Counts: stats.Counts{Hits: 1}, Starts: []float64{float64(i) / 50}, Ends: []float64{0.1}}
		all = append(all, o)
	}
	r := New(setup, rules, all).Results()
	if f := value(t, &r, "hold start error p90"); f.Value < 0.86 || f.Value > 0.92 || !f.Lower || f.Low >= f.Value || f.High <= f.Value {
		t.Errorf("p90 is %+v", f)
	}
	if _, met, known := r.Met(Goal{"hold start error median", 0.2}); met || !known {
		t.Error("a median of 0.5 s meets 0.2 s")
	}
	if _, met, _ := r.Met(Goal{"hold end error median", 0.2}); !met {
		t.Error("a median of 0.1 s does not meet 0.2 s")
	}
	if _, met, known := r.Met(Goal{"whistling F1", 0.2}); met || known {
		t.Error("what was not measured is known")
	}
}

func TestGuard(t *testing.T) {
	committed := results(2, 1)
	if fallen := results(2, 1).Fallen(committed); fallen != nil {
		t.Errorf("the same has fallen: %v", fallen)
	}
	if fallen := results(3, 1).Fallen(committed); fallen != nil {
		t.Errorf("one call of 40 more is chance: %v", fallen)
	}
	if fallen := results(0, 0).Fallen(committed); fallen != nil {
		t.Errorf("better has fallen: %v", fallen)
	}
	fallen := results(20, 1).Fallen(committed)
	if !slices.ContainsFunc(fallen, func(s string) bool { return strings.HasPrefix(s, "raised-voice recall is 0.5000, was 0.9500") }) {
		t.Errorf("half missed: %v", fallen)
	}
	slower := *committed
	slower.Figures = append(slices.Clone(committed.Figures), Figure{"hold start error p90", 0.4, 0.3, 0.5, true})
	if fallen := committed.Fallen(&slower); len(fallen) != 1 || !strings.Contains(fallen[0], "is gone") {
		t.Errorf("a figure less: %v", fallen)
	}
	worse := slower
	worse.Figures = slices.Clone(slower.Figures)
	worse.Figures[len(worse.Figures)-1].Value = 0.6
	if fallen := worse.Fallen(&slower); len(fallen) != 1 {
		t.Errorf("0.6 s where 0.5 s is the most: %v", fallen)
	}
}

func TestFalseRates(t *testing.T) {
	mono := outcome(500, "f", stats.Counts{})
	mono.Truth.NotAssessable = []string{"raised-voice"}
	r := New(setup, rules, append(calls(0, 3), mono))
	got := r.falseRates("raised-voice", func(v score.Voice) string { return v.Sex })
	want := map[string]rate{"f": {3, 10}, "m": {0, 10}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(rate{})); d != "" {
		t.Error(d)
	}
	// Newcombe for 3 of 10 and 0 of 10: 0.3 - hypot(0.3-0.108, 0.278) to 0.3 + hypot(0.603-0.3, 0).
	if page := r.Markdown(); !strings.Contains(page, "| raised-voice, f less m |  |  | 30.0 | -3.8–60.3 |") {
		t.Errorf("no difference of 30 %% with its interval in:\n%s", page[strings.Index(page, "## Fairness"):])
	}
}

// TestPageIsTheSame whatever the order in which calls were finished.
func TestPageIsTheSame(t *testing.T) {
	one := calls(3, 2)
	other := slices.Clone(one)
	slices.Reverse(other)
	a, b := New(setup, rules, one).Markdown(), New(setup, rules, other).Markdown()
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	for _, want := range []string{
		"60 calls, 1.0 hours, of the split `tune`: seed 1, 2 calls of each variant.",
		"| raised-voice | 40 | 94.9 |",
		"| 1. raised-voice/clear/0100 | 3.0 | raised-voice raised falsely |",
		"| macro F1 | ",
	} {
		if !strings.Contains(a, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestWorstComeFirst(t *testing.T) {
	all := calls(0, 3)
	all[50].Mistakes = []score.Mistake{{What: "much", Weight: 9}}
	worst := New(setup, rules, all).Worst(2)
	if len(worst) != 2 || worst[0] != all[50] || worst[1].Truth.ID != "raised-voice/clear/0100" {
		t.Errorf("the worst are %v, %v", worst[0].Truth.ID, worst[1].Truth.ID)
	}
}
