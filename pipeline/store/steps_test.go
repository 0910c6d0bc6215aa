package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// Many judge the same flag at once, through two programs of their own. One step counts; each of the others is told which.
func TestOfManyStepsAtOnceOneCounts(t *testing.T) {
	s, dsn := floor(t)
	two := []*Store{s, openAt(t, dsn)}
	const judges = 12
	for round := range 5 {
		last := StepRow{}
		rows := make([]StepRow, judges)
		for i := range rows {
			rows[i] = stepOn(t, s, "a/dead-air", "confirm", "confirmed")
			rows[i].By = fmt.Sprintf("judge-%d", i)
		}
		errs := make([]error, judges)
		var wg sync.WaitGroup
		for i := range rows {
			wg.Go(func() { errs[i] = two[i%2].AppendStep(context.Background(), rows[i]) })
		}
		wg.Wait()
		for i, err := range errs {
			if err == nil {
				if last.ID != "" {
					t.Fatalf("round %d: both %s and %s were told that they count", round, last.ID, rows[i].ID)
				}
				last = rows[i]
			}
		}
		if last.ID == "" {
			t.Fatalf("round %d: nobody was told that he counts: %v", round, errs)
		}
		for i, err := range errs {
			var conflict *StepConflict
			if rows[i].ID != last.ID && (!errors.As(err, &conflict) || conflict.First.ID != last.ID || conflict.First.By != last.By) {
				t.Errorf("round %d: %s was told %v, expected that %s came first", round, rows[i].ID, err, last.ID)
			}
		}
		c, err := s.Case(context.Background(), Everything, "a/dead-air")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the case follows", []any{c.LastStep, c.Number, c.Status}, []any{last.ID, uint32(round + 1), "confirmed"})
	}
	expect(t, dsn, "SELECT count() FROM reviews", "5")
}

// A row that comes late and with an earlier time of its own does not displace what was acknowledged.
func TestAcknowledgedStepStands(t *testing.T) {
	s, _ := floor(t)
	slow := stepOn(t, s, "a/dead-air", "reject", "rejected")
	quick := stepOn(t, s, "a/dead-air", "confirm", "confirmed")
	if !slow.At.Before(quick.At) {
		t.Fatal("the slow one ought to bear the earlier time")
	}
	if err := s.AppendStep(context.Background(), quick); err != nil {
		t.Fatal(err)
	}
	var conflict *StepConflict
	if err := s.AppendStep(context.Background(), slow); !errors.As(err, &conflict) || conflict.First.ID != quick.ID {
		t.Fatalf("got %v", err)
	}
	got, err := s.Steps(context.Background(), Everything, "a/dead-air")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "steps", got, []StepRow{quick})
}

// The insert was made and the answer lost: the same step again is the same step. And a case that an engine which died in
// between did not move is moved then.
func TestStepAgainIsTheSame(t *testing.T) {
	s, dsn := floor(t)
	step := judge(t, s, "b/hold-too-long", "confirm", "confirmed")
	before := query(t, dsn, "SELECT * FROM cases FINAL WHERE flag_id = 'b/hold-too-long' FORMAT JSONEachRow")
	if err := s.AppendStep(context.Background(), step); err != nil {
		t.Fatal(err)
	}
	expect(t, dsn, "SELECT count() FROM reviews", "1")

	query(t, dsn, "ALTER TABLE cases DELETE WHERE number > 0 SETTINGS mutations_sync = 2")
	query(t, dsn, "TRUNCATE TABLE changes")
	query(t, dsn, "SYSTEM STOP VIEW waiting_made") // what was there before the verdict
	same(t, "lost", inbox(t, s, Scope{AgentID: "A2"}, Filter{Statuses: []string{"confirmed"}}), []string{})
	other := step
	other.ID, other.By = "another", "zhang"
	var conflict *StepConflict
	if err := s.AppendStep(context.Background(), other); !errors.As(err, &conflict) || conflict.First.By != "li" {
		t.Errorf("got %v", err)
	}
	expect(t, dsn, "SELECT * FROM cases FINAL WHERE flag_id = 'b/hold-too-long' FORMAT JSONEachRow", before)

	query(t, dsn, "ALTER TABLE cases DELETE WHERE number > 0 SETTINGS mutations_sync = 2")
	if page, err := s.Call(context.Background(), Everything, "b"); err != nil || len(page.Cases) != 1 || page.Cases[0].Status != "confirmed" {
		t.Errorf("%+v, %v", page.Cases, err)
	}
	expect(t, dsn, "SELECT * FROM cases FINAL WHERE flag_id = 'b/hold-too-long' FORMAT JSONEachRow", before)
}

// A batch reached the flags, and the view behind them failed. Written again, it reaches the cases.
func TestBatchWrittenAgainReachesTheCases(t *testing.T) {
	s, dsn := open(t)
	query(t, dsn, "ALTER TABLE cases ADD CONSTRAINT broken CHECK flag_id != 'f1'")
	if err := s.Write(context.Background(), exampleBatch()); err == nil {
		t.Fatal("the view behind flags was broken and nobody told")
	}
	query(t, dsn, "ALTER TABLE cases DROP CONSTRAINT broken")
	write(t, s, exampleBatch())
	expect(t, dsn, "SELECT count() FROM flags FINAL", "1")
	same(t, "inbox", inbox(t, s, Everything, Filter{}), []string{"f1"})
}

// ClickHouse remembers a token of an insert of which nothing is left.
func TestForgottenRowsDoNotBlockAStep(t *testing.T) {
	s, dsn := floor(t)
	judge(t, s, "b/hold-too-long", "confirm", "confirmed")
	query(t, dsn, "ALTER TABLE reviews DELETE WHERE 1 SETTINGS mutations_sync = 2")
	query(t, dsn, "ALTER TABLE cases DELETE WHERE number > 0 SETTINGS mutations_sync = 2")
	again := judge(t, s, "b/hold-too-long", "reject", "rejected")
	got, err := s.Steps(context.Background(), Everything, "b/hold-too-long")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "steps", got, []StepRow{again})
}

func TestStepsThatCannotBe(t *testing.T) {
	s, dsn := floor(t)
	for _, c := range []struct {
		name   string
		change func(*StepRow)
	}{
		{"without an id", func(r *StepRow) { r.ID = "" }},
		{"without a flag", func(r *StepRow) { r.FlagID = "" }},
		{"first with a number of its own", func(r *StepRow) { r.Number = 2 }},
		{"after one, with the first's number", func(r *StepRow) { r.Follows = "x" }},
		{"without a time", func(r *StepRow) { r.At = time.Time{} }},
	} {
		row := stepOn(t, s, "a/dead-air", "confirm", "confirmed")
		c.change(&row)
		var conflict *StepConflict
		if err := s.AppendStep(context.Background(), row); err == nil || errors.As(err, &conflict) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	expect(t, dsn, "SELECT count() FROM reviews", "0")
}

func TestCallPage(t *testing.T) {
	s, _ := floor(t)
	first := judge(t, s, "a/dead-air", "confirm", "confirmed")
	second := judge(t, s, "a/dead-air", "undo", "pending")
	page, err := s.Call(context.Background(), Everything, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "call", page.Call, CallRow{CallID: "a", AgentID: "A1", Team: "north", StartedAt: noon, JudgedAt: noon, Duration: 60, State: "ended", Version: 9,
		Legs: []LegRow{{Leg: "agent", Packets: 3, Speech: 1.5}, {Leg: "customer"}}})
	same(t, "flags", flagIDs(page.Cases), []string{"a/dead-air", "a/abrupt-hangup"})
	same(t, "steps", page.Steps, []StepRow{first, second})
	if len(page.Segments) != 2 || page.Segments[0].Start != 10 || len(page.Segments[0].Measures) != 1 || page.Segments[0].Measures[0].Value != 5 {
		t.Errorf("segments %+v", page.Segments)
	}

	// The page's columns hold what all of them do, and those it does not show are left empty.
	shown, err := s.CallPage(context.Background(), Everything, "a", noon)
	if err != nil {
		t.Fatal(err)
	}
	want := page.Call
	want.JudgedAt, want.Version = time.Time{}, 0
	want.Legs = []LegRow{{Leg: "agent"}, {Leg: "customer"}}
	same(t, "call as shown", shown.Call, want)
	same(t, "flags as shown", shown.Cases, page.Cases)
	if len(shown.Segments) != 2 || shown.Segments[0].Kind != page.Segments[0].Kind || shown.Segments[0].End != page.Segments[0].End {
		t.Errorf("segments as shown %+v", shown.Segments)
	}
	for i, st := range shown.Steps {
		if full := page.Steps[i]; st.ID != full.ID || st.Follows != full.Follows || st.By != full.By || st.Session != full.Session || st.Before != full.Before || st.Rule != full.Rule {
			t.Errorf("step as shown %+v, expected what %+v has", st, full)
		}
	}
	for name, began := range map[string]time.Time{"no time": {}, "a wrong time": noon.Add(time.Second), "an absurd time": time.Unix(1<<40, 0)} {
		again, err := s.CallPage(context.Background(), Everything, "a", began)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		same(t, name, again, shown)
	}
	if _, err := s.CallPage(context.Background(), Scope{Teams: []string{"south"}}, "a", noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("another team's call, of which one knows when it began: %v", err)
	}
	seen, err := s.Seen(context.Background(), Everything, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "call as seen", seen, CallRow{CallID: "a", AgentID: "A1", Team: "north", StartedAt: noon})

	_, err = s.Call(context.Background(), Everything, "../a")
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	_, err = s.Case(context.Background(), Everything, "no such flag")
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}

	// A call that goes on has flags and no row yet.
	b := Batch{Flags: []FlagRow{{FlagID: "live", CallID: "now", Rule: "dead-air", StartedAt: noon, At: noon, State: "open", AgentID: "C1", Seat: "7", Version: 2}}}
	write(t, s, &b)
	page, err = s.Call(context.Background(), Everything, "now")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a call that goes on", page.Call, CallRow{CallID: "now", AgentID: "C1", Team: "north", Seat: "7", StartedAt: noon, State: "open"})
	same(t, "its flags", flagIDs(page.Cases), []string{"live"})
}

// What is read is what was written, whatever the column.
func TestCallRoundTrips(t *testing.T) {
	s, _ := open(t)
	b := exampleBatch()
	write(t, s, b)
	page, err := s.Call(context.Background(), Everything, "通话-1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "call", page.Call, b.Calls[0])
	want := []SegmentRow{b.Segments[1], b.Segments[0]}
	want[0].Start, want[0].End = 1, 2.001 // to the millisecond
	got := page.Segments
	got[0].Measures = want[0].Measures // none is none, nil or not
	same(t, "segments", got, want)
	f := b.Flags[0]
	same(t, "cases", page.Cases, []Case{{FlagID: f.FlagID, CallID: f.CallID, StartedAt: f.StartedAt, At: f.At, Status: "pending", Grade: 2, Rule: f.Rule,
		Leg: f.Leg, Start: f.Start, End: f.End, Measured: f.Measured, Limit: f.Limit, Margin: f.Margin, Comparison: f.Comparison, Points: f.Points,
		Class: f.Class, Clause: f.Clause, State: f.State, Confidence: f.Confidence, AgentID: f.AgentID, Seat: f.Seat, Team: f.Team, Queue: f.Queue,
		RulebookVersion: f.RulebookVersion}})
}
