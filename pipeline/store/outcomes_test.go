package store

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOutcomes(t *testing.T) {
	s, _ := open(t)
	call := func(id string, at time.Time) CallRow {
		return CallRow{CallID: id, StartedAt: at, State: "ended", JudgedAt: at, Version: 1}
	}
	flag := func(id, rule, class, state string, at time.Time) FlagRow {
		return FlagRow{FlagID: id + rule, CallID: id, Rule: rule, Class: class, State: state, StartedAt: at, At: at, Version: 1}
	}
	later := start.Add(time.Hour + time.Microsecond)
	withdrawn := flag("taken-back", "a", "grave", "withdrawn", later)
	withdrawn.Version = 2
	write(t, s, &Batch{
		Calls: []CallRow{call("通话", start), call("clean", later), call("taken-back", later), call("alert", later)},
		Flags: []FlagRow{
			flag("通话", "a", "minor", "final", start), flag("通话", "b", "grave", "exonerated", start), flag("通话", "c", "serious", "final", start),
			flag("taken-back", "a", "grave", "open", later), withdrawn, flag("alert", "a", "", "final", later),
			flag("goes-on", "a", "serious", "open", later),
		},
	})
	var keys []CallKey
	for _, id := range []string{"clean", "taken-back", "alert", "goes-on", "unknown"} {
		keys = append(keys, CallKey{id, later})
	}
	got, err := s.Outcomes(context.Background(), append(keys, CallKey{"通话", start}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Outcome{
		"通话":         {Judged: true, Flagged: true, Class: "grave"},
		"clean":      {Judged: true},
		"taken-back": {Judged: true},
		"alert":      {Judged: true, Flagged: true},
		"goes-on":    {Flagged: true, Class: "serious"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, err := s.Outcomes(context.Background(), nil); err != nil || len(got) != 0 {
		t.Errorf("of no call: %v, %v", got, err)
	}
}
