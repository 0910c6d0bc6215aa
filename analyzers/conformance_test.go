package analyzers

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// Every analyzer must pass: nothing allocated per frame, the same segments twice, a state that does not grow, and only
// what its Kinds announce.
func TestConformance(t *testing.T) {
	for i, a := range Builtin() {
		t.Run(fmt.Sprintf("%T", a), func(t *testing.T) {
			fresh := func() Analyzer { return Builtin()[i] }
			t.Run("same segments twice", func(t *testing.T) { sameTwice(t, fresh) })
			t.Run("announced kinds", func(t *testing.T) { announced(t, fresh) })
			t.Run("no allocation", func(t *testing.T) { noAllocation(t, fresh()) })
			t.Run("no pointer or growth in its state", func(t *testing.T) { flat(t, reflect.TypeOf(a).Elem()) })
		})
	}
}

func everyTimeline(t *testing.T, do func(tl *timeline)) {
	files, _ := filepath.Glob("testdata/timelines/*.txt")
	for _, file := range files {
		tl, _ := readTimeline(t, file)
		do(&tl)
	}
}

// sameTwice plays every timeline to a new analyzer and, after a Reset, to one that has seen all the others.
func sameTwice(t *testing.T, fresh func() Analyzer) {
	used := fresh()
	everyTimeline(t, func(tl *timeline) {
		var a, b []Segment
		tl.play([]Analyzer{fresh()}, func(s Segment) { a = append(a, s) })
		tl.play([]Analyzer{used}, func(s Segment) { b = append(b, s) })
		if !reflect.DeepEqual(a, b) {
			t.Errorf("a reset analyzer says %v, a new one %v", b, a)
		}
	})
}

func announced(t *testing.T, fresh func() Analyzer) {
	kinds := map[string]KindDoc{}
	for _, k := range fresh().Kinds() {
		if k.Value == "" {
			t.Errorf("kind %s does not say what its value is", k.Kind)
		}
		kinds[k.Kind] = k
	}
	emitted := 0
	everyTimeline(t, func(tl *timeline) {
		tl.play([]Analyzer{fresh()}, func(s Segment) {
			emitted++
			k, ok := kinds[s.Kind]
			if !ok {
				t.Fatalf("emits a segment of kind %q that Kinds does not announce", s.Kind)
			}
			for _, m := range s.Measures() {
				if _, ok := k.Measures[m.Name]; !ok {
					t.Errorf("%s: measure %q is not announced", s.Kind, m.Name)
				}
			}
			if s.End < s.Start || s.Start < 0 || s.End > time.Duration(tl.length*1e9) {
				t.Errorf("%s lies at %v to %v in a call of %v s", s.Kind, s.Start, s.End, tl.length)
			}
		})
	})
	if emitted == 0 {
		t.Error("no timeline makes it emit anything: add one under testdata/timelines")
	}
}

func noAllocation(t *testing.T, a Analyzer) {
	rng := rand.New(rand.NewPCG(1, 2))
	var agent, customer Frame
	now := Instant{Agent: &agent, Customer: &customer, Answered: true}
	emit := func(Segment) {}
	frame := func() {
		if now.Index%25 == 0 { // half-second stretches of anything
			for _, f := range []*Frame{&agent, &customer} {
				*f = Frame{Level: -25, Floor: -60, Open: rng.IntN(8) > 0}
				f.Speech, f.Music, f.Raised = rng.IntN(2) == 0, rng.IntN(3) == 0, rng.IntN(4) == 0
			}
			now.Held = rng.IntN(4) == 0
		}
		a.Frame(&now, emit)
		now.Index++
	}
	if n := testing.AllocsPerRun(20, func() {
		for range 5000 {
			frame()
		}
	}); n != 0 {
		t.Errorf("allocates %v times in 5,000 frames", n)
	}
}

// flat refuses state that can grow or alias a frame: everything must be inside the struct.
func flat(t *testing.T, typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan, reflect.Interface, reflect.Func:
		t.Errorf("holds a %s", typ)
	case reflect.Struct:
		for f := range typ.Fields() {
			if f.Type != reflect.TypeFor[Segment]() {
				flat(t, f.Type)
			}
		}
	case reflect.Array:
		flat(t, typ.Elem())
	}
}
