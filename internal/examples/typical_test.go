package examples

import "testing"

// Who talks how much, and how much is hold, is as the calls are said to be.
func TestTypical(t *testing.T) {
	calls, err := Typical(standin(t), t.TempDir(), 6)
	if err != nil {
		t.Fatal(err)
	}
	share, whole := map[string]float64{}, 0.0
	expected := map[string]int{}
	for _, e := range calls {
		checkCall(t, e)
		for _, p := range e.Truth {
			share[p.Kind+" "+p.Leg.Name()] += (p.End - p.Start).Seconds()
		}
		whole += e.Length.Seconds()
		for _, rule := range e.Expect {
			expected[rule]++
		}
	}
	for what, want := range map[string][2]float64{"speech agent": {0.25, 0.5}, "speech customer": {0.25, 0.5}, "hold agent": {0.07, 0.09}} {
		if got := share[what] / whole; got < want[0] || got > want[1] {
			t.Errorf("%s is %.0f %% of the time, expected %.0f to %.0f", what, 100*got, 100*want[0], 100*want[1])
		}
	}
	if expected["dead-air"] != 2 || expected["abrupt-hangup"] != 2 {
		t.Errorf("expected flags of 6 calls: %v", expected)
	}
}
