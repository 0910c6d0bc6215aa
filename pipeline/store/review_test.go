package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The floor of these tests: agents A1 and A2 of team north, B1 of south, and C1, whose calls name no team and who is of
// north by the table of agents.
//
// Tables forget what is old, so the time is a lately past one.
var noon = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -5).Add(4 * time.Hour)

// flagged writes one call with its flags. A flag is at 10 s, 20 s and so on.
func flagged(t testing.TB, s *Store, call, agent, team string, at time.Time, flags ...FlagRow) {
	t.Helper()
	b := Batch{Calls: []CallRow{{CallID: call, AgentID: agent, Team: team, StartedAt: at, JudgedAt: at, Duration: 60, State: "ended", Version: 9,
		Legs: []LegRow{{Leg: "agent", Packets: 3, Speech: 1.5}, {Leg: "customer"}}}}}
	for i, f := range flags {
		f.CallID, f.AgentID, f.Team, f.StartedAt, f.Version = call, agent, team, at, max(f.Version, 9)
		f.Start = float64(10 * (i + 1))
		f.End, f.At = f.Start+5, at.Add(time.Duration(f.Start)*time.Second)
		if f.FlagID == "" {
			f.FlagID = fmt.Sprintf("%s/%s", call, f.Rule)
		}
		if f.State == "" {
			f.State = "final"
		}
		f.Seat = "seat of " + agent
		b.Flags = append(b.Flags, f)
		b.Segments = append(b.Segments, SegmentRow{CallID: call, StartedAt: at, Kind: "hold", Leg: "agent", Start: f.Start, End: f.End,
			Measures: Named[float64]{{"duration", 5}}, AgentID: agent, Team: team, Version: 9})
	}
	write(t, s, &b)
}

func grave(rule string) FlagRow {
	return FlagRow{Rule: rule, Class: "grave", Points: 10, Confidence: 0.9}
}
func serious(rule string) FlagRow {
	return FlagRow{Rule: rule, Class: "serious", Points: 5, Confidence: 0.8}
}
func minor(rule string) FlagRow {
	return FlagRow{Rule: rule, Class: "minor", Points: 2, Confidence: 0.7}
}

func floor(t testing.TB) (*Store, string) {
	t.Helper()
	s, dsn := open(t)
	if err := s.SaveAgents(context.Background(), []AgentRow{
		{AgentID: "A1", Team: "north", Name: "王"}, {AgentID: "A2", Team: "north"}, {AgentID: "B1", Team: "south"}, {AgentID: "C1", Team: "north", Shift: "night"},
	}); err != nil {
		t.Fatal(err)
	}
	flagged(t, s, "a", "A1", "north", noon, minor("dead-air"), grave("abrupt-hangup"))
	flagged(t, s, "b", "A2", "north", noon.Add(time.Hour), serious("hold-too-long"))
	flagged(t, s, "c", "B1", "south", noon.Add(2*time.Hour), serious("hold-too-long"), FlagRow{Rule: "floor-noise"})
	flagged(t, s, "d", "C1", "", noon.Add(3*time.Hour), minor("dead-air"), FlagRow{Rule: "quarrel", Class: "serious", Points: 5, State: "exonerated", Reason: "line"})
	return s, dsn
}

// rebuild makes the table waiting anew, as ClickHouse does every ten minutes.
func rebuild(t testing.TB, dsn string) {
	t.Helper()
	query(t, dsn, "SYSTEM REFRESH VIEW waiting_made")
	query(t, dsn, "SYSTEM WAIT VIEW waiting_made")

}

// judge appends a step as a person's program would: after the case's last one.
func judge(t testing.TB, s *Store, flag, step, status string) StepRow {
	t.Helper()
	row := stepOn(t, s, flag, step, status)
	if err := s.AppendStep(context.Background(), row); err != nil {
		t.Fatal(err)
	}
	return row
}

var steps int

func stepOn(t testing.TB, s *Store, flag, step, status string) StepRow {
	t.Helper()
	c, err := s.Case(context.Background(), Everything, flag)
	if err != nil {
		t.Fatal(err)
	}
	steps++
	at := noon.Add(24*time.Hour + time.Duration(steps)*time.Second)
	row := StepRow{
		ID: fmt.Sprintf("step-%d", steps), Follows: c.LastStep, Number: c.Number + 1, CallID: c.CallID, FlagID: c.FlagID,
		StartedAt: c.StartedAt, At: at, By: "li", Role: "inspector", Session: "s1", Step: step, Words: "听过了",
		Before: c.Status, Status: status, Appeal: c.Appeal, AppealAt: c.AppealAt, VerdictBy: "li", VerdictAt: at,
		Manual: c.Manual, Rule: c.Rule, Leg: c.Leg, Start: c.Start, End: c.End, FlagAt: c.At, Measured: c.Measured, Limit: c.Limit,
		Margin: c.Margin, Comparison: c.Comparison, Points: c.Points, Class: c.Class, Clause: c.Clause, State: c.State,
		Confidence: c.Confidence, AgentID: c.AgentID, Seat: c.Seat, Team: c.Team, Queue: c.Queue, RulebookVersion: c.RulebookVersion,
	}
	if step == "reject" {
		row.Reason = "not-so"
	}
	return row
}

func inbox(t testing.TB, s *Store, scope Scope, f Filter) []string {
	t.Helper()
	page, err := s.Inbox(context.Background(), scope, f, Page{})
	if err != nil {
		t.Fatal(err)
	}
	return flagIDs(page.Cases)
}

func flagIDs(cases []Case) []string {
	ids := []string{}
	for _, c := range cases {
		ids = append(ids, c.FlagID)
	}
	return ids
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- expected, + got):\n%s", what, diff)
	}
}

// The inbox is the same whether its cases come from the table made lately, from the changes since, or from both.
func TestInboxIsNeverBehind(t *testing.T) {
	s, dsn := floor(t)
	all := []string{"a/abrupt-hangup", "c/hold-too-long", "b/hold-too-long", "d/dead-air", "a/dead-air", "c/floor-noise"}
	same(t, "gravest, then newest", inbox(t, s, Everything, Filter{}), all)

	rebuild(t, dsn)
	expect(t, dsn, "SELECT count(), countIf(flag_id = '') FROM waiting", "7\t1")
	same(t, "made anew", inbox(t, s, Everything, Filter{}), all)
	// As if the table had been made long ago and nothing had changed since.
	query(t, dsn, "TRUNCATE TABLE changes")
	same(t, "from the table alone", inbox(t, s, Everything, Filter{}), all)

	judge(t, s, "c/hold-too-long", "confirm", "confirmed")
	same(t, "a verdict takes it out at once", inbox(t, s, Everything, Filter{}), []string{"a/abrupt-hangup", "b/hold-too-long", "d/dead-air", "a/dead-air", "c/floor-noise"})
	judge(t, s, "c/hold-too-long", "undo", "pending")
	same(t, "an undo brings it back", inbox(t, s, Everything, Filter{}), all)
	judge(t, s, "a/dead-air", "unsure", "unsure")
	same(t, "unsure waits, too", inbox(t, s, Everything, Filter{}), all)
	same(t, "only unsure", inbox(t, s, Everything, Filter{Statuses: []string{"unsure"}}), []string{"a/dead-air"})
	judge(t, s, "b/hold-too-long", "confirm", "confirmed")

	flagged(t, s, "e", "A1", "north", noon.Add(4*time.Hour), grave("raised-voice"))
	want := []string{"e/raised-voice", "a/abrupt-hangup", "c/hold-too-long", "d/dead-air", "a/dead-air", "c/floor-noise"}
	same(t, "a new flag is there", inbox(t, s, Everything, Filter{}), want)

	// A worker that crashed writes what was judged once more, long after the verdict.
	query(t, dsn, "SYSTEM WAIT VIEW waiting_made")
	rebuild(t, dsn)
	query(t, dsn, "TRUNCATE TABLE changes")
	flagged(t, s, "b", "A2", "north", noon.Add(time.Hour), serious("hold-too-long"))
	expect(t, dsn, "SELECT status, number FROM changes", "pending\t0")
	same(t, "a replay brings nothing back", inbox(t, s, Everything, Filter{}), want)
	same(t, "judged ones", inbox(t, s, Everything, Filter{Statuses: []string{"confirmed"}}), []string{"b/hold-too-long"})

	// What the machine takes back no longer waits.
	flagged(t, s, "e", "A1", "north", noon.Add(4*time.Hour), FlagRow{Rule: "raised-voice", Class: "grave", Points: 10, State: "withdrawn", Version: 20})
	same(t, "withdrawn", inbox(t, s, Everything, Filter{}), want[1:])
}

func TestInboxFilters(t *testing.T) {
	s, dsn := floor(t)
	yes, no := true, false
	for _, half := range []string{"changes", "waiting"} {
		if half == "waiting" {
			rebuild(t, dsn)
			query(t, dsn, "TRUNCATE TABLE changes")
		}
		for _, c := range []struct {
			name string
			f    Filter
			want []string
		}{
			{"rule", Filter{Rules: []string{"dead-air"}}, []string{"d/dead-air", "a/dead-air"}},
			{"two rules", Filter{Rules: []string{"dead-air", "floor-noise"}}, []string{"d/dead-air", "a/dead-air", "c/floor-noise"}},
			{"class", Filter{Classes: []string{"serious"}}, []string{"c/hold-too-long", "b/hold-too-long"}},
			{"alerts", Filter{Classes: []string{"alert"}}, []string{"c/floor-noise"}},
			{"team, also of those who name none", Filter{Teams: []string{"north"}}, []string{"a/abrupt-hangup", "b/hold-too-long", "d/dead-air", "a/dead-air"}},
			{"agent", Filter{Agents: []string{"A2", "C1"}}, []string{"b/hold-too-long", "d/dead-air"}},
			{"seat", Filter{Seats: []string{"seat of B1"}}, []string{"c/hold-too-long", "c/floor-noise"}},
			{"from", Filter{From: noon.Add(2*time.Hour + 20*time.Second)}, []string{"d/dead-air", "c/floor-noise"}},
			{"to, which is not included", Filter{To: noon.Add(20 * time.Second)}, []string{"a/dead-air"}},
			{"confidence", Filter{MinConfidence: 0.75, MaxConfidence: 0.85}, []string{"c/hold-too-long", "b/hold-too-long"}},
			{"raised by people", Filter{Manual: &yes}, []string{}},
			{"raised by the machine", Filter{Manual: &no, Classes: []string{"grave"}}, []string{"a/abrupt-hangup"}},
			{"somebody's verdict", Filter{VerdictBy: "li"}, []string{}},
			{"exonerated, when asked for", Filter{Statuses: []string{"exonerated"}}, []string{"d/quarrel"}},
			{"nothing odd comes of odd text", Filter{Rules: []string{"' OR 1 = 1 --", `\`}}, []string{}},
		} {
			same(t, half+": "+c.name, inbox(t, s, Everything, c.f), c.want)
		}
	}
}

// Pages of any size put together are the list, each case once.
func TestInboxPages(t *testing.T) {
	s, dsn := floor(t)
	all := inbox(t, s, Everything, Filter{})
	for _, half := range []string{"changes", "both", "waiting"} {
		if half != "changes" {
			rebuild(t, dsn)
			query(t, dsn, "TRUNCATE TABLE changes")
		}
		if half == "both" {
			flagged(t, s, "b", "A2", "north", noon.Add(time.Hour), serious("hold-too-long"))
		}
		for limit := 1; limit <= len(all); limit++ {
			var got []string
			p := Page{Limit: limit}
			for {
				page, err := s.Inbox(context.Background(), Everything, Filter{}, p)
				if err != nil {
					t.Fatal(err)
				}
				if len(page.Cases) > limit {
					t.Fatalf("%s: %d cases on a page of %d", half, len(page.Cases), limit)
				}
				got = append(got, flagIDs(page.Cases)...)
				if p.After = page.Next; p.After == "" {
					break
				}
			}
			same(t, fmt.Sprintf("%s: pages of %d", half, limit), got, all)
		}
	}
	for _, bad := range []string{"x", "!", "bnVsbA", "W10"} {
		if _, err := s.Inbox(context.Background(), Everything, Filter{}, Page{After: bad}); bad != "bnVsbA" && !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

func TestInboxByCall(t *testing.T) {
	s, dsn := floor(t)
	for _, half := range []string{"changes", "waiting"} {
		if half == "waiting" {
			rebuild(t, dsn)
			query(t, dsn, "TRUNCATE TABLE changes")
		}
		var got [][]string
		p := Page{Limit: 2}
		for {
			page, err := s.InboxCalls(context.Background(), Everything, Filter{}, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range page.Groups {
				got = append(got, append([]string{g.CallID, g.AgentID, g.Team}, flagIDs(g.Cases)...))
			}
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		same(t, half, got, [][]string{
			{"a", "A1", "north", "a/dead-air", "a/abrupt-hangup"},
			{"c", "B1", "south", "c/hold-too-long", "c/floor-noise"},
			{"b", "A2", "north", "b/hold-too-long"},
			{"d", "C1", "north", "d/dead-air"},
		})
	}
}

func TestCounts(t *testing.T) {
	s, dsn := floor(t)
	judge(t, s, "a/dead-air", "unsure", "unsure")
	for _, half := range []string{"changes", "waiting"} {
		if half == "waiting" {
			rebuild(t, dsn)
			query(t, dsn, "TRUNCATE TABLE changes")
		}
		got, err := s.Counts(context.Background(), Everything, Filter{Rules: []string{"dead-air"}})
		if err != nil {
			t.Fatal(err)
		}
		same(t, half, got, Counts{
			Total:    2,
			Rules:    map[string]uint64{"dead-air": 2, "abrupt-hangup": 1, "hold-too-long": 2, "floor-noise": 1},
			Classes:  map[string]uint64{"minor": 2},
			Statuses: map[string]uint64{"pending": 1, "unsure": 1},
			Teams:    map[string]uint64{"north": 2},
		})
		got, err = s.Counts(context.Background(), Scope{Teams: []string{"south"}}, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, half+": in a scope", got, Counts{
			Total:    2,
			Rules:    map[string]uint64{"hold-too-long": 1, "floor-noise": 1},
			Classes:  map[string]uint64{"serious": 1, "alert": 1},
			Statuses: map[string]uint64{"pending": 2},
			Teams:    map[string]uint64{"south": 2},
		})
	}
	judge(t, s, "b/hold-too-long", "confirm", "confirmed")
	got, err := s.Counts(context.Background(), Everything, Filter{Statuses: []string{"confirmed", "pending"}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "also judged ones", got.Statuses, map[string]uint64{"pending": 4, "unsure": 1, "confirmed": 1, "exonerated": 1})
	same(t, "in total", got.Total, uint64(5))
}
