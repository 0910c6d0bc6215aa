package main

import (
	"math"
	"testing"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/pipeline/rulebook"
)

func TestHanzi(t *testing.T) {
	for name, want := range map[string]struct {
		n     int
		erhua bool
	}{
		"天.wav": {1, false}, "与此同时.wav": {4, false}, "一会儿_一会儿_.wav": {3, true}, "老头儿.wav": {3, true},
		"儿.wav": {1, false}, "hello.wav": {0, false},
	} {
		if n, erhua := hanzi(name); n != want.n || erhua != want.erhua {
			t.Errorf("%s: %d, %v, want %v", name, n, erhua, want)
		}
	}
}

func TestSyllablesAreCounted(t *testing.T) {
	e := newEar(book(t), weights{})
	n, err := countSyllables(e, []word{{"silence", 0, make([]float32, 8000)}})
	if err != nil || n != 0 {
		t.Errorf("silence has %d syllables, %v", n, err)
	}
}

func TestParseActed(t *testing.T) {
	u, err := parseActed("03-01-05-02-01-02-12.wav")
	if err != nil || u.emotion != angry || u.intensity != strong || u.statement != 1 || u.repetition != 2 || u.actor != 12 {
		t.Errorf("got %+v, %v", u, err)
	}
	for _, bad := range []string{"hello.wav", "03-01-05-02-01-02-x.wav"} {
		if _, err := parseActed(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// actors say six sentences of 4 s plainly and one of 2 s in anger, 20 dB louder.
func actors() acted {
	all := acted{}
	for actor := 1; actor <= 2; actor++ {
		for i := range 6 {
			all[actor] = append(all[actor], utterance{neutral, 1, i, 1, actor, voice(4, -40)})
		}
		all[actor] = append(all[actor], utterance{angry, strong, 1, 1, actor, voice(2, -20)})
	}
	return all
}

func TestActedCalls(t *testing.T) {
	all := actors()
	loud := all.of(1, angry, strong)[0]
	level := func(pcm []float32) float64 { return decibel(sound.ActiveLevel(pcm)) }
	for _, c := range []struct {
		condition condition
		what      utterance
		rise      float64
	}{
		{conditions[0], loud, 20}, {conditions[1], loud, 0},
		{conditions[0], all[1][0], 0}, {conditions[2], all[1][0], 8},
	} {
		call, err := all.compose(c.what, c.condition)
		if err != nil {
			t.Fatal(err)
		}
		if len(call.agent) != len(call.customer) {
			t.Fatalf("legs of %d and %d samples", len(call.agent), len(call.customer))
		}
		spoken := 0
		for _, l := range sound.FrameLevels(call.agent[:call.from]) {
			if l > sound.Power(-45) {
				spoken += 160
			}
		}
		if spoken < before*8000*3/4 { // a voice pauses
			t.Errorf("%s: %.1f s of plain speech before", c.condition.name, float64(spoken)/8000)
		}
		if rise := level(call.agent[call.from:call.to]) - level(call.agent[:call.from]); math.Abs(rise-c.rise) > 1 {
			t.Errorf("%s: %+v is %.1f dB over what was before, want %.1f", c.condition.name, c.what.emotion, rise, c.rise)
		}
	}
	if _, err := (acted{1: all[1][:1], 2: all[2]}).compose(loud, conditions[0]); err == nil {
		t.Error("a call of an actor with one sentence is composed")
	}
}

func TestFlagsInsideAndElsewhere(t *testing.T) {
	call := actedCall{from: 80000, to: 96000} // 10 to 12 s
	flag := func(rule string, start, end int) rulebook.Flag {
		return rulebook.Flag{Rule: rule, Start: at(start * 8000), End: at(end * 8000), State: rulebook.Final}
	}
	for _, c := range []struct {
		flag           rulebook.Flag
		hit, elsewhere bool
	}{
		{flag("raised-voice", 11, 13), true, false}, {flag("raised-voice", 4, 5), false, true},
		{flag("raised-voice", 13, 14), false, true}, {flag("dead-air", 11, 13), false, false},
	} {
		h := &score.Heard{Verdict: rulebook.Verdict{Flags: []rulebook.Flag{c.flag}}}
		if hit, elsewhere := inside(h, call); hit != c.hit || elsewhere != c.elsewhere {
			t.Errorf("%+v: %v, %v", c.flag, hit, elsewhere)
		}
	}
}

func TestTrimmed(t *testing.T) {
	pcm := append(append(make([]float32, 1600), voice(1, -30)...), make([]float32, 800)...)
	if got := trimmed(pcm); len(got) > 8000 || len(got) < 7000 {
		t.Errorf("a second of sound is trimmed to %d samples", len(got))
	}
	if got := trimmed(make([]float32, 1600)); len(got) != 0 {
		t.Errorf("silence is trimmed to %d samples", len(got))
	}
}
