package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// answers is all that a reader gets of what waits, page by page.
func answers(t *testing.T, s *Store, sc Scope, f Filter) string {
	t.Helper()
	ctx := context.Background()
	var all []any
	counts, err := s.Counts(ctx, sc, f)
	if err != nil {
		t.Fatal(err)
	}
	for p := (Page{Limit: 6}); ; {
		page, err := s.Inbox(ctx, sc, f, p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page)
		if p.After = page.Next; p.After == "" {
			break
		}
	}
	for p := (Page{Limit: 5}); ; {
		page, err := s.InboxCalls(ctx, sc, f, p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page)
		if p.After = page.Next; p.After == "" {
			break
		}
	}
	text, err := json.Marshal(append(all, counts))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What is held in memory says what ClickHouse would, whatever is asked and whenever the table waiting was made.
func TestWaitingInMemoryIsWhatClickHouseSays(t *testing.T) {
	held, dsn := floor(t)
	asked := openAt(t, dsn)
	asked.waiting.most = -1 // holds nothing, and so asks
	r := rand.New(rand.NewPCG(1, 2))
	classes := []string{"grave", "serious", "minor", ""}
	for call := range 12 {
		var flags []FlagRow
		for range 1 + r.IntN(4) {
			flags = append(flags, FlagRow{FlagID: fmt.Sprintf("f-%d-%d", call, len(flags)), Rule: []string{"dead-air", "quarrel"}[r.IntN(2)], Class: classes[r.IntN(4)],
				Confidence: []float64{.5, .7, .9}[r.IntN(3)]})
		}
		agent := []string{"A1", "A2", "B1", "C1", "X"}[r.IntN(5)]
		flagged(t, held, fmt.Sprintf("call-%d", call), agent, map[string]string{"A1": "north", "B1": "south", "X": "west"}[agent], noon.Add(time.Duration(call)*time.Minute), flags...)
	}
	yes := true
	scopes := []Scope{Everything, {Teams: []string{"north"}}, {Teams: []string{"south", ""}}, {AgentID: "C1"}, {}}
	filters := []Filter{
		{}, {Rules: []string{"dead-air"}}, {Classes: []string{"alert", "grave"}}, {Teams: []string{"north"}}, {Teams: []string{""}}, {Agents: []string{"A2", "C1"}},
		{Seats: []string{"seat of B1"}}, {Statuses: []string{"unsure", "appealed"}}, {Statuses: []string{"pending"}, MinConfidence: .7, MaxConfidence: .8},
		{From: noon.Add(5 * time.Minute), To: noon.Add(2 * time.Hour)}, {Manual: &yes}, {VerdictBy: "li", Statuses: waiting},
	}
	turn := 0 // each time every other filter, and it meets another scope
	compare := func(when string) {
		t.Helper()
		turn++
		for i := turn % 2; i < len(filters); i += 2 {
			f, sc := filters[i], scopes[(i+turn)%len(scopes)]
			if got, want := answers(t, held, sc, f), answers(t, asked, sc, f); got != want {
				t.Errorf("%s, scope %+v, filter %+v: in memory\n%s\nin ClickHouse\n%s", when, sc, f, got, want)
			}
		}
	}
	compare("as raised")
	if held.waiting.view.Load().waitingView == nil || asked.waiting.view.Load().waitingView != nil {
		t.Fatal("want one of the two to hold what waits, and one to ask")
	}
	judge(t, held, "a/dead-air", "confirm", "confirmed")
	judge(t, held, "b/hold-too-long", "unsure", "unsure")
	appeal := judge(t, held, "f-3-0", "confirm", "confirmed")
	appeal = stepOn(t, held, "f-3-0", "appeal", "appealed")
	appeal.Appeal, appeal.AppealAt, appeal.VerdictBy = "leader", appeal.At, "li"
	if err := held.AppendStep(context.Background(), appeal); err != nil {
		t.Fatal(err)
	}
	compare("as judged")
	for range 2 {
		rebuild(t, dsn)
		held.made.Store(nil)
		compare("as made anew") // the first asks for the table, the second has it
		for len(held.waiting.reloaded) == 0 && held.waiting.reloaded != nil {
			time.Sleep(time.Millisecond)
		}
	}
	judge(t, held, "a/dead-air", "undo", "pending")
	compare("as undone")
	held.waiting.most = 1
	judge(t, held, "b/hold-too-long", "confirm", "confirmed")
	compare("as more has changed than is held")
	if held.waiting.view.Load().waitingView != nil {
		t.Error("holds more than it may")
	}
}

// What another program writes is seen a moment later, and a machine that measures again what was judged long ago brings
// nothing back.
func TestWaitingFollowsOthers(t *testing.T) {
	s, dsn := floor(t)
	ctx := context.Background()
	judge(t, s, "a/dead-air", "confirm", "confirmed")
	rebuild(t, dsn)
	query(t, dsn, "TRUNCATE TABLE changes")
	total := func() uint64 {
		t.Helper()
		n, err := s.Counts(ctx, Everything, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		return n.Total
	}
	before := total()
	worker := openAt(t, dsn)
	again := minor("dead-air")
	again.Version = 10
	flagged(t, worker, "a", "A1", "north", noon, again)
	flagged(t, worker, "new", "A1", "north", noon.Add(4*time.Hour), grave("abrupt-hangup"), serious("quarrel"))
	for until := time.Now().Add(30 * time.Second); total() == before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("what another wrote does not come")
		}
	}
	same(t, "waiting then", total(), before+2)
	same(t, "first", inbox(t, s, Everything, Filter{})[:2], []string{"new/abrupt-hangup", "a/abrupt-hangup"})
}
