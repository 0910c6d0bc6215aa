package rulebook_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// TestFlagID pins the ids: rows in ClickHouse are found by them.
func TestFlagID(t *testing.T) {
	const want = "36576d305253fb55ea1e457e325297ff"
	if got := rulebook.FlagID("call-1", "hold-too-long", 31200*time.Millisecond); got != want {
		t.Errorf("the id is %s, was always %s", got, want)
	}
	seen := map[string]string{}
	for _, of := range []struct {
		call, rule string
		start      time.Duration
	}{{"call-1", "hold-too-long", 0}, {"call-1h", "old-too-long", 0}, {"call-1", "hold-too-long", time.Millisecond}, {"call-2", "hold-too-long", 0}} {
		id := rulebook.FlagID(of.call, of.rule, of.start)
		if other, twice := seen[id]; twice {
			t.Errorf("%v and %s have the same id", of, other)
		}
		seen[id] = of.call
	}
}

func hold(start, length time.Duration) *analyzers.Segment {
	return &analyzers.Segment{
		Kind: "hold", Leg: schemas.Leg_LEG_AGENT, Start: start, End: start + length, Source: "music",
		Value: length.Seconds(), Confidence: 1,
	}
}

// TestConfidence holds segments of growing confidence against rules that ask for it: on the segment, and on the call.
func TestConfidence(t *testing.T) {
	text := strings.Replace(oneRule, "    points: 5\n", "    points: 5\n    confidence: 0.6\n", 1)
	text = strings.NewReplacer("    needs: [two-legs]\n", "", "    unless: overlaps(it, 'departed')\n", "").Replace(text)
	text = strings.Replace(text, "profiles:", `  - id: holds
    title: {zh: 次数, en: Number}
    about: {zh: 说明, en: Explained}
    clause: A
    basis: default
    on: call
    measure: count('hold')
    where: it.duration > 100.0
    confidence: 0.6
    above: 1
    points: 1
    class: minor
    evidence: hold
profiles:`, 1)
	j := load(t, text, "").NewJudge("call")
	var got []string
	for i, confidence := range []float64{0.3, 0.59, 0.6, 0.9} {
		s := hold(time.Duration(i+1)*200*time.Second, 150*time.Second)
		s.Confidence = confidence
		j.Segment(s)
		short := *s // does not count
		short.Start, short.End, short.Confidence = s.End+time.Second, s.End+11*time.Second, 1
		j.Segment(&short)
	}
	for _, f := range j.End(rulebook.Call{Legs: 2, Duration: 1000 * time.Second}).Flags {
		got = append(got, fmt.Sprintf("%s %v measured %v confidence %v", f.Rule, f.Start, f.Measured, f.Confidence))
	}
	want := []string{
		"long-hold 10m0s measured 150 confidence 0.6",
		"long-hold 13m20s measured 150 confidence 0.9",
		"holds 10m0s measured 2 confidence 0.6",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
}

// TestJudgeIsBounded sends far more holds than a judge keeps: all are counted, and those that break a limit stay.
func TestJudgeIsBounded(t *testing.T) {
	text := strings.NewReplacer("    needs: [two-legs]\n", "", "    unless: overlaps(it, 'departed')\n", "").Replace(oneRule)
	text = strings.Replace(text, "profiles:", `  - id: holds
    title: {zh: 次数, en: Number}
    about: {zh: 说明, en: Explained}
    clause: A
    basis: default
    on: call
    measure: count('hold') + total('hold') / 1e6
    above: 0
    points: 1
    class: minor
    evidence: hold
profiles:`, 1)
	j := load(t, text, "").NewJudge("call")
	const holds, long = 10000, 50
	want := 0
	var sum time.Duration
	for i := range holds {
		length := time.Second
		if i%(holds/long) == 0 {
			length = 121 * time.Second
			want++
		}
		sum += length
		j.Segment(hold(time.Duration(i)*200*time.Second, length))
	}
	if j.Dropped() != holds-4096 {
		t.Errorf("%d segments dropped, expected %d", j.Dropped(), holds-4096)
	}
	v := j.End(rulebook.Call{Legs: 2})
	got := 0
	for _, f := range v.Flags {
		if f.Rule == "long-hold" {
			got++
			continue
		}
		if wantMeasured := holds + sum.Seconds()/1e6; f.Measured != wantMeasured {
			t.Errorf("measured %v, expected %v", f.Measured, wantMeasured)
		}
		if f.Start != 0 || f.End != (holds-1)*200*time.Second+time.Second {
			t.Errorf("the evidence reaches from %v to %v", f.Start, f.End)
		}
	}
	if got != want {
		t.Errorf("%d long holds are flagged, expected %d", got, want)
	}
	if v.Score != 0 {
		t.Errorf("score %v, expected 0: it never is negative", v.Score)
	}
	j.Reset("other")
	if j.Dropped() != 0 || len(j.End(rulebook.Call{Legs: 2}).Flags) != 0 {
		t.Error("after Reset the judge still knows the call before")
	}
}

// TestJudgeFullOfFlags shows what goes when a rule flags all that is kept: the newcomer, never a flag.
func TestJudgeFullOfFlags(t *testing.T) {
	text := strings.NewReplacer("    needs: [two-legs]\n", "    live: true\n").Replace(oneRule)
	j := load(t, text, "").NewJudge("call")
	raised := 0
	for i := range 4100 {
		raised += len(j.Segment(hold(time.Duration(i)*200*time.Second, 150*time.Second)))
	}
	v := j.End(rulebook.Call{Legs: 2})
	if raised != 4096 || len(v.Flags) != 4096 || j.Dropped() != 4 {
		t.Errorf("%d flags raised, %d confirmed, %d segments dropped", raised, len(v.Flags), j.Dropped())
	}
	for _, f := range v.Flags {
		if f.State != rulebook.Final {
			t.Fatalf("a flag is %s", f.State)
		}
	}
}

// TestJudgesShareARulebook lets many judges evaluate the same programs at once; the race detector watches.
func TestJudgesShareARulebook(t *testing.T) {
	book := shipped(t, "")
	_, segments, call := read(t, "testdata/timelines/holds.yaml")
	verdicts := make([]rulebook.Verdict, 8)
	var wg sync.WaitGroup
	for i := range verdicts {
		wg.Go(func() {
			j := book.NewJudge("call")
			for range 20 {
				j.Reset("call")
				for k := range segments {
					j.Segment(&segments[k])
				}
				verdicts[i] = j.End(call)
			}
		})
	}
	wg.Wait()
	for _, v := range verdicts {
		if diff := cmp.Diff(verdicts[0], v); diff != "" || len(v.Flags) != 2 {
			t.Fatalf("judges disagree (-one +other):\n%s", diff)
		}
	}
}

func TestEveryFactOfACall(t *testing.T) {
	call := rulebook.Call{
		Legs: 2, Duration: 90 * time.Second, EndedBy: schemas.Leg_LEG_CUSTOMER, AnswerKnown: true,
		Direction: schemas.Direction_DIRECTION_OUTBOUND, Swapped: true,
	}
	for when, holds := range map[string]bool{
		"call.legs == 2":                   true,
		"call.legs < 2.0":                  false,
		"call.mono":                        false,
		"call.duration == 90":              true,
		"call.ended_by == 'customer'":      true,
		"call.ended_by in ['agent', '']":   false,
		"call.answer_known":                true,
		"call.direction == 'outbound'":     true,
		"call.direction == 'inbound'":      false,
		"call.swapped":                     true,
		"any('hold')":                      false,
		"size(call.ended_by) > 7":          true,
		"call.ended_by.startsWith('cust')": true,
	} {
		text := strings.NewReplacer("on: hold", "on: call", "it.leg == 'agent'", when, "measure: it.duration", "measure: 200",
			"    unless: overlaps(it, 'departed')\n", "").Replace(oneRule)
		if got := len(load(t, text, "").NewJudge("call").End(call).Flags) == 1; got != holds {
			t.Errorf("%s is %v, expected %v", when, got, holds)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		shipped(b, "strict")
	}
}

func BenchmarkCall(b *testing.B) {
	_, segments, call := read(b, "testdata/timelines/holds.yaml")
	j := shipped(b, "").NewJudge("call")
	b.ReportAllocs()
	for b.Loop() {
		j.Reset("call")
		for i := range segments {
			j.Segment(&segments[i])
		}
		j.End(call)
	}
}
