package main

import (
	"io"
	"testing"
	"time"
)

func counted(startupCount, callCount int64) *figures {
	var f figures
	f.add(workload{name: startup}, startupCount)
	f.add(workload{name: "call", length: 10 * time.Second}, callCount)
	return &f
}

// A call is counted over the start-up, and only growth over the limit is refused.
func TestCompare(t *testing.T) {
	committed := counted(100e6, 200e6)
	if got := committed.Workloads[1].Count; got != 10 {
		t.Fatalf("a call of 10 s and 100 M over the start-up is %v M a second, expected 10", got)
	}
	for _, c := range []struct {
		name    string
		now     *figures
		refused bool
	}{
		{"the same", counted(100e6, 200e6), false},
		{"2.9 % more a second", counted(100e6, 202.9e6), false},
		{"3.1 % more a second", counted(100e6, 203.1e6), true},
		{"half", counted(100e6, 150e6), false},
		{"a start 9 % slower, the call as before", counted(109e6, 209e6), false},
		{"a start 11 % slower, the call as before", counted(111e6, 211e6), true},
	} {
		if got := c.now.compare(io.Discard, committed); got != c.refused {
			t.Errorf("%s: refused %v, expected %v", c.name, got, c.refused)
		}
	}
	if !counted(100e6, 200e6).compare(io.Discard, &figures{}) {
		t.Error("a workload of which nothing is committed passed")
	}
}
