package store

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// readers are all the ways to read what is of a team. Each gives what it read of the floor in a scope.
var readers = map[string]func(context.Context, *Store, Scope) (any, error){
	"Inbox": func(ctx context.Context, s *Store, sc Scope) (any, error) { return s.Inbox(ctx, sc, Filter{}, Page{}) },
	"InboxCalls": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return s.InboxCalls(ctx, sc, Filter{}, Page{})
	},
	"Counts": func(ctx context.Context, s *Store, sc Scope) (any, error) { return s.Counts(ctx, sc, Filter{}) },
	"Call": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(call string) (any, error) { return s.Call(ctx, sc, call) }, "a", "b", "c", "d")
	},
	"CallPage": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(call string) (any, error) { return s.CallPage(ctx, sc, call, time.Time{}) }, "a", "b", "c", "d")
	},
	"Seen": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(call string) (any, error) { return s.Seen(ctx, sc, call) }, "a", "b", "c", "d")
	},
	"Case": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(flag string) (any, error) { return s.Case(ctx, sc, flag) }, "a/dead-air", "b/hold-too-long", "c/hold-too-long", "d/dead-air")
	},
	"Steps": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(flag string) (any, error) { return s.Steps(ctx, sc, flag) }, "a/dead-air", "b/hold-too-long", "c/hold-too-long", "d/dead-air")
	},
	"AgentTotals": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return s.AgentTotals(ctx, sc, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
	},
	"AgentCases": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(agent string) (any, error) {
			return s.AgentCases(ctx, sc, agent, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
		}, "A1", "A2", "B1", "C1")
	},
	"Slips": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(team string) (any, error) {
			return s.Slips(ctx, sc, team, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
		}, "", "north", "south")
	},
	"Appeals": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return s.Appeals(ctx, sc, []string{"leader"}, 0)
	},
	"AccessLog": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return s.AccessLog(ctx, sc, AccessFilter{}, Page{})
	},
	"Agents": func(ctx context.Context, s *Store, sc Scope) (any, error) { return s.Agents(ctx, sc) },
	"Teams":  func(ctx context.Context, s *Store, sc Scope) (any, error) { return s.Teams(ctx, sc, noon) },
	"Peaks": func(ctx context.Context, s *Store, sc Scope) (any, error) {
		return every(func(call string) (any, error) { return s.Peaks(ctx, sc, call) }, "a", "b", "c", "d")
	},
}

// every asks for each thing by name; what is not found is left out.
func every(read func(string) (any, error), things ...string) (any, error) {
	var all []any
	for _, name := range things {
		one, err := read(name)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// unscoped are the methods that read or write nothing of a team, or write what the caller read within a scope. Outcomes is
// for the archiver, which decides on the audio of all teams' calls and shows nobody anything; no page may use it.
var unscoped = []string{
	"Ping", "Version", "Close", "Write", "Judged", "Outcomes",
	"AppendStep", "Claim", "Claims", "Release", "LogAccess", "SaveAgents", "SavePeaks",
	"Account", "AccountOf", "AccountInvited", "Accounts", "SaveAccount", "NoteSignIn", "WrongSignIns",
	"SaveSession", "Session", "Sessions", "EndSession", "EndSessions",
}

// A method added tomorrow takes a Scope, or is named above by somebody who thought about it; and it is tried below.
func TestEveryReaderTakesAScope(t *testing.T) {
	store := reflect.TypeFor[*Store]()
	for i := range store.NumMethod() {
		m := store.Method(i)
		if slices.Contains(unscoped, m.Name) {
			continue
		}
		takes := false
		for in := range m.Type.Ins() {
			takes = takes || in == reflect.TypeFor[Scope]()
		}
		if !takes {
			t.Errorf("Store.%s takes no Scope", m.Name)
		}
		if readers[m.Name] == nil {
			t.Errorf("Store.%s is not tried by TestScopes", m.Name)
		}
	}
}

func TestScopes(t *testing.T) {
	s, dsn := floor(t)
	ctx := context.Background()
	for _, flag := range []string{"a/dead-air", "b/hold-too-long", "c/hold-too-long", "d/dead-air"} {
		judge(t, s, flag, "confirm", "confirmed")
		appeal := stepOn(t, s, flag, "appeal", "appealed")
		appeal.Appeal, appeal.AppealAt = "leader", appeal.At
		if err := s.AppendStep(ctx, appeal); err != nil {
			t.Fatal(err)
		}
	}
	// Everything that the floor has is marked by whose it is: the agents' ids, and nothing of one bears another's.
	for call, agent := range map[string]string{"a": "A1", "b": "A2", "c": "B1", "d": "C1"} {
		team := map[string]string{"A1": "north", "A2": "north", "B1": "south"}[agent]
		if err := s.LogAccess(ctx, AccessRow{At: noon, By: "li", CallID: call, AgentID: agent, Team: team, What: "audio"}); err != nil {
			t.Fatal(err)
		}
		if err := s.SavePeaks(ctx, []PeaksRow{{CallID: call, Leg: "agent", StartedAt: noon, Data: []byte(agent), SampleRate: 8000}}); err != nil {
			t.Fatal(err)
		}
	}
	flagged(t, s, "b2", "A2", "north", noon.Add(time.Hour), minor("interruption"))
	flagged(t, s, "d2", "C1", "", noon.Add(time.Hour), minor("interruption"))
	marks := map[string][]string{"A1": {`"A1"`, `"a"`, `"a/`}, "A2": {`"A2"`, `"b"`, `"b/`, `"b2`}, "B1": {`"B1"`, `"c"`, `"c/`}, "C1": {`"C1"`, `"d"`, `"d/`, `"d2`}}
	teams := map[string]string{"A1": "north", "A2": "north", "B1": "south", "C1": "north"}
	for _, half := range []string{"changes", "waiting"} {
		if half == "waiting" {
			rebuild(t, dsn)
			query(t, dsn, "TRUNCATE TABLE changes")
		}
		for _, c := range []struct {
			name  string
			scope Scope
			sees  []string
		}{
			{"zero", Scope{}, nil},
			{"no team", Scope{Teams: []string{}}, nil},
			{"a team without a name", Scope{Teams: []string{""}}, nil},
			{"unknown team", Scope{Teams: []string{"west", ""}}, nil},
			{"north", Scope{Teams: []string{"north"}}, []string{"A1", "A2", "C1"}},
			{"both", Scope{Teams: []string{"north", "south"}}, []string{"A1", "A2", "B1", "C1"}},
			{"all", Everything, []string{"A1", "A2", "B1", "C1"}},
			{"own", Scope{AgentID: "C1"}, []string{"C1"}},
			{"own, though all is said", Scope{All: true, Teams: []string{"south"}, AgentID: "A2"}, []string{"A2"}},
			{"an odd agent", Scope{AgentID: "' OR 1=1 --"}, nil},
		} {
			for name, read := range readers {
				got, err := read(ctx, s, c.scope)
				if err != nil {
					t.Fatalf("%s %s, %s: %v", half, name, c.name, err)
				}
				text, err := json.Marshal(got)
				if err != nil {
					t.Fatal(err)
				}
				for agent, own := range marks {
					may := slices.Contains(c.sees, agent)
					if name == "Teams" || name == "Counts" { // they tell no agent, but a team
						own = []string{`"` + teams[agent] + `"`}
						may = slices.ContainsFunc(c.sees, func(other string) bool { return teams[other] == teams[agent] })
					}
					if shows := slices.ContainsFunc(own, func(m string) bool { return strings.Contains(string(text), m) }); shows != may {
						t.Errorf("%s: %s: scope %q shows what is %s's: %t, expected %t: %s", half, name, c.name, agent, shows, may, text)
					}
				}
			}
		}
	}
}

func TestAgentsMonth(t *testing.T) {
	s, _ := floor(t)
	ctx := context.Background()
	judge(t, s, "a/abrupt-hangup", "confirm", "confirmed")
	judge(t, s, "b/hold-too-long", "reject", "rejected")
	judge(t, s, "c/floor-noise", "confirm", "confirmed")
	appealed := judge(t, s, "c/hold-too-long", "confirm", "confirmed")
	step := stepOn(t, s, "c/hold-too-long", "appeal", "appealed")
	step.Appeal, step.AppealAt = "leader", step.At
	if err := s.AppendStep(ctx, step); err != nil {
		t.Fatal(err)
	}
	from, to := noon, noon.Add(3*time.Hour+5*time.Second) // the last call began before, its flag comes after

	totals, err := s.AgentTotals(ctx, Everything, from, to)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "totals", totals, []AgentTotal{
		{AgentID: "A1", Team: "north", Calls: 1, Confirmed: 1, Pending: 1, Points: 10, PendingPoints: 2},
		{AgentID: "A2", Team: "north", Calls: 1, Rejected: 1},
		{AgentID: "B1", Team: "south", Calls: 1, Confirmed: 2, Appealed: 1, Points: 5},
		{AgentID: "C1", Team: "north", Calls: 1},
	})
	cases, err := s.AgentCases(ctx, Everything, "B1", from, to)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "an agent's cases", flagIDs(cases), []string{"c/hold-too-long", "c/floor-noise"})
	same(t, "whose verdict", []any{cases[0].VerdictBy, cases[0].VerdictAt, cases[0].Appeal, cases[0].AppealAt}, []any{"li", step.VerdictAt, "leader", step.At})
	if appealed.Number != 1 || cases[0].Number != 2 || cases[0].LastStep != step.ID {
		t.Errorf("case %+v", cases[0])
	}
	slips, err := s.Slips(ctx, Everything, "", from, to)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "slips, without alerts", flagIDs(slips), []string{"a/abrupt-hangup", "c/hold-too-long"})
	slips, err = s.Slips(ctx, Everything, "south", from, to)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "of a team", flagIDs(slips), []string{"c/hold-too-long"})
	appeals, err := s.Appeals(ctx, Everything, []string{"leader", "manager"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "appeals", flagIDs(appeals), []string{"c/hold-too-long"})
}

// A flag that the machine missed is a case by its step alone.
func TestManualFlag(t *testing.T) {
	s, _ := floor(t)
	ctx := context.Background()
	raise := StepRow{ID: "step-m", Number: 1, CallID: "b", FlagID: "manual-1", StartedAt: noon.Add(time.Hour), At: noon.AddDate(0, 0, 1), By: "li", Role: "inspector",
		Session: "s1", Step: "raise", Words: "骂人", Status: "confirmed", VerdictBy: "li", VerdictAt: noon.AddDate(0, 0, 1), Manual: true, Rule: "abuse",
		Leg: "agent", Start: 3, End: 4.5, FlagAt: noon.Add(time.Hour + 3*time.Second), Points: 10, Class: "serious", Clause: "D18.二.1", State: "final", Confidence: 1,
		AgentID: "A2", Team: "north", Seat: "seat of A2"}
	if err := s.AppendStep(ctx, raise); err != nil {
		t.Fatal(err)
	}
	yes := true
	same(t, "among manual ones", inbox(t, s, Everything, Filter{Manual: &yes, Statuses: []string{"confirmed"}}), []string{"manual-1"})
	page, err := s.Call(ctx, Everything, "b")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "on the call page", flagIDs(page.Cases), []string{"manual-1", "b/hold-too-long"})
	same(t, "as raised", page.Cases[0], Case{FlagID: "manual-1", CallID: "b", StartedAt: raise.StartedAt, At: raise.FlagAt, Status: "confirmed", Grade: 2, Manual: true,
		Rule: "abuse", Leg: "agent", Start: 3, End: 4.5, Points: 10, Class: "serious", Clause: "D18.二.1", State: "final", Confidence: 1, AgentID: "A2",
		Team: "north", Seat: "seat of A2", LastStep: "step-m", Number: 1, VerdictBy: "li", VerdictAt: raise.VerdictAt})
	same(t, "step", page.Steps, []StepRow{raise})
}

func TestAccessLog(t *testing.T) {
	s, dsn := open(t)
	ctx := context.Background()
	row := AccessRow{ID: "x", At: noon, By: "li", Role: "inspector", CallID: "a", AgentID: "A1", Team: "north", What: "audio", Leg: "agent",
		FirstByte: 44, LastByte: -1, Start: 1.25, End: 60, Address: "2001:db8::1", UserAgent: "<script>", Session: "s1"}
	for i := range 5 {
		r := row
		if i > 0 {
			r.ID, r.At, r.By = "", noon.Add(time.Duration(i/2)*time.Second), "zhang"
		}
		if err := s.LogAccess(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, dsn, "SELECT count(), uniqExact(id), countIf(id = '') FROM access_log", "5\t5\t0")
	got, err := s.AccessLog(ctx, Everything, AccessFilter{By: "li", CallID: "a", From: noon, To: noon.Add(time.Microsecond)}, Page{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "entry", got, AccessPage{Rows: []AccessRow{row}})
	seen := map[string]bool{}
	var last time.Time
	for p := (Page{Limit: 2}); ; {
		page, err := s.AccessLog(ctx, Everything, AccessFilter{}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			if seen[r.ID] || !last.IsZero() && r.At.After(last) {
				t.Errorf("%s at %s comes twice or out of order", r.ID, r.At)
			}
			seen[r.ID], last = true, r.At
		}
		if p.After = page.Next; p.After == "" {
			break
		}
	}
	same(t, "entries in all", len(seen), 5)
}

func TestAgentsAndPeaks(t *testing.T) {
	s, _ := floor(t)
	ctx := context.Background()
	if err := s.SaveAgents(ctx, []AgentRow{{AgentID: "A1", Team: "north", Name: "王", Version: 1}, {AgentID: "A2", Removed: true}}); err != nil {
		t.Fatal(err)
	}
	agents, err := s.Agents(ctx, Scope{Teams: []string{"north"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range agents {
		agents[i].Version = 0
	}
	same(t, "agents", agents, []AgentRow{{AgentID: "A1", Team: "north", Name: "王"}, {AgentID: "C1", Team: "north", Shift: "night"}})

	peaks := []PeaksRow{{CallID: "a", Leg: "agent", StartedAt: noon, SampleRate: 8000, PerBucket: 80, Samples: 480000, Data: []byte{0, 255, 128, '\n', '\''}, Version: 1},
		{CallID: "a", Leg: "customer", StartedAt: noon, Data: []byte{1}}}
	if err := s.SavePeaks(ctx, peaks); err != nil {
		t.Fatal(err)
	}
	got, err := s.Peaks(ctx, Everything, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "peaks", got, peaks)
	if none, err := s.Peaks(ctx, Everything, "b"); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}
