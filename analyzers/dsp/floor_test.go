package dsp

import (
	"math"
	"testing"
)

func TestFloor(t *testing.T) {
	power := func(db float64) float32 { return float32(math.Pow(10, db/10)) }
	var f Floor
	f.Reset()
	// play runs seconds of 0.6 s of talk and 0.4 s of pause each, and wants a floor at their end.
	play := func(what string, seconds int, talk, pause, want float64) {
		t.Helper()
		for n := range seconds * 50 {
			if n%50 < 30 {
				f.Update(power(talk))
			} else {
				f.Update(power(pause))
			}
		}
		within(t, "floor after "+what, f.Level(), want, 0.1)
	}
	play("talk over low noise", 1, -20, -60, -60)
	play("the noise growing", 5, -20, -45, -45)
	play("the noise vanishing", 2, -20, -65, -65)
	for range 1000 {
		f.Gap()
	}
	within(t, "floor after digital silence", f.Level(), -65, 0.1)
	for n := range 200 { // talk cut out of digital silence: its ends are no noise either
		if n%10 < 2 {
			f.Update(power(-90))
		} else {
			f.Gap()
		}
	}
	within(t, "floor after crumbs", f.Level(), -65, 0.1)
	play("talk again", 5, -20, -50, -50)
}
