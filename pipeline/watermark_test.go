package pipeline

import (
	"math/rand/v2"
	"testing"
)

func TestWatermark(t *testing.T) {
	var w watermark
	w.advance(10)
	if w.low() != 10 {
		t.Fatalf("with no call open it is %d, not the next offset 10", w.low())
	}
	a := w.open(10)
	w.advance(11)
	b := w.open(11)
	w.advance(20)
	w.done(b)
	if w.low() != 10 {
		t.Fatalf("a later call's end moved it to %d past the open call at 10", w.low())
	}
	c := w.open(20)
	w.advance(21)
	w.done(a)
	if w.low() != 20 {
		t.Fatalf("it is %d, not the open call's first offset 20", w.low())
	}
	w.done(c)
	if w.low() != 21 {
		t.Fatalf("it is %d after all calls, not 21", w.low())
	}
}

// It never goes back and never passes an open call, whatever the order in which calls end.
func TestWatermarkNeverPassesAnOpenCall(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var w watermark
	open := map[int64]Mark{}
	var before int64
	for offset := range int64(20_000) {
		if rng.IntN(3) == 0 {
			open[offset] = w.open(offset)
		}
		w.advance(offset + 1)
		for first, m := range open {
			if rng.IntN(20) == 0 {
				w.done(m)
				delete(open, first)
			}
		}
		low := w.low()
		if low < before {
			t.Fatalf("went back from %d to %d", before, low)
		}
		for first := range open {
			if low > first {
				t.Fatalf("at %d though the call of offset %d is open", low, first)
			}
		}
		if len(open) == 0 && low != offset+1 {
			t.Fatalf("no call is open and it is %d, not %d", low, offset+1)
		}
		before = low
	}
}
