package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/pipeline/store"
)

// question is something the web application asks, times and times again, never twice of the same.
type question struct {
	name  string
	bound time.Duration // p95; 0 = none is promised
	pause time.Duration // before it is asked again
	ask   func(ctx context.Context, r *rand.Rand) error
}

// promised is the p95 of inbox and call page.
const promised = 50 * time.Millisecond

func questions(s *store.Store, c centre) []question {
	north := store.Scope{Teams: []string{"team-3", "team-4"}}
	team := func(r *rand.Rand) store.Scope {
		return store.Scope{Teams: []string{fmt.Sprintf("team-%d", r.IntN(c.teams))}}
	}
	call := func(r *rand.Rand) string { return fmt.Sprintf("call-%08d", r.IntN(c.calls)) }
	agent := func(r *rand.Rand) string { return fmt.Sprintf("A%04d", r.IntN(c.agents)) }
	month := func(r *rand.Rand) (from, to time.Time) {
		from = c.until.AddDate(0, 0, -31*(1+r.IntN(max(c.days/31-1, 1))))
		return from, from.AddDate(0, 0, 31)
	}
	list := func(f func(*rand.Rand) (store.Scope, store.Filter)) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, r *rand.Rand) error {
			scope, filter := f(r)
			_, err := s.Inbox(ctx, scope, filter, store.Page{})
			return err
		}
	}
	return []question{
		{"for comparison: SELECT version()", 0, 0, func(ctx context.Context, r *rand.Rand) error { _, err := s.Version(ctx); return err }},
		{"inbox page: list, counts and claims side by side", promised, 0, func(ctx context.Context, r *rand.Rand) error {
			g, ctx := errgroup.WithContext(ctx)
			g.Go(func() error {
				page, err := s.Inbox(ctx, store.Everything, store.Filter{}, store.Page{})
				if err != nil || len(page.Cases) == 0 {
					return err
				}
				ids := make([]string, len(page.Cases))
				for i := range ids {
					ids[i] = page.Cases[i].CallID
				}
				_, err = s.Claims(ctx, ids, time.Now())
				return err
			})
			g.Go(func() error { _, err := s.Counts(ctx, store.Everything, store.Filter{}); return err })
			return g.Wait()
		}},
		{"inbox: first page", promised, 0, list(func(*rand.Rand) (store.Scope, store.Filter) { return store.Everything, store.Filter{} })},
		{"inbox: first page of one team", promised, 0, list(func(r *rand.Rand) (store.Scope, store.Filter) { return team(r), store.Filter{} })},
		{"inbox: one rule of two teams, sure ones only", promised, 0, list(func(*rand.Rand) (store.Scope, store.Filter) {
			return north, store.Filter{Rules: []string{"floor-noise"}, MinConfidence: 0.95}
		})},
		{"inbox: one agent", promised, 0, list(func(r *rand.Rand) (store.Scope, store.Filter) {
			return store.Scope{AgentID: agent(r)}, store.Filter{}
		})},
		{"inbox: the next 1,000 while scrolling", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			p := store.Page{Limit: 100}
			for range 10 {
				page, err := s.Inbox(ctx, store.Everything, store.Filter{}, p)
				if err != nil {
					return err
				}
				p.After = page.Next
			}
			return nil
		}},
		{"inbox by call: first page", promised, 0, func(ctx context.Context, r *rand.Rand) error {
			_, err := s.InboxCalls(ctx, store.Everything, store.Filter{}, store.Page{})
			return err
		}},
		{"inbox by call: one team", promised, 0, func(ctx context.Context, r *rand.Rand) error {
			_, err := s.InboxCalls(ctx, team(r), store.Filter{}, store.Page{})
			return err
		}},
		{"counts by rule, class, team and status", promised, 0, func(ctx context.Context, r *rand.Rand) error {
			_, err := s.Counts(ctx, store.Everything, store.Filter{})
			return err
		}},
		{"call page: call, segments, flags, steps", promised, 0, func(ctx context.Context, r *rand.Rand) error {
			_, err := s.Call(ctx, store.Everything, call(r))
			return err
		}},
		{"verdict: case, steps, append, read back", 0, 0, func(ctx context.Context, r *rand.Rand) error { return verdict(ctx, s, r) }},
		{"claim a call", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			now := time.Now()
			_, err := s.Claim(ctx, call(r), "bench", now, now.Add(time.Minute))
			return err
		}},
		{"access log: append", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			return s.LogAccess(ctx, store.AccessRow{At: time.Now(), By: "bench", CallID: call(r), What: "audio"})
		}},
		{"confirmed flags of a month, first page", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			from, to := month(r)
			_, err := s.Inbox(ctx, store.Everything, store.Filter{Statuses: []string{"confirmed"}, From: from, To: to}, store.Page{})
			return err
		}},
		{"an agent's month: all flags", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			from, to := month(r)
			_, err := s.AgentCases(ctx, store.Everything, agent(r), from, to)
			return err
		}},
		{"a month of all agents, in figures", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			from, to := month(r)
			_, err := s.AgentTotals(ctx, store.Everything, from, to)
			return err
		}},
		{"slips of a team's shift", 0, 0, func(ctx context.Context, r *rand.Rand) error {
			from, _ := month(r)
			_, err := s.Slips(ctx, team(r), "", from, from.Add(8*time.Hour))
			return err
		}},
	}
}

// verdict confirms a flag that waits.
func verdict(ctx context.Context, s *store.Store, r *rand.Rand) error {
	scope := store.Scope{Teams: []string{fmt.Sprintf("team-%d", r.IntN(20))}}
	page, err := s.Inbox(ctx, scope, store.Filter{}, store.Page{Limit: 1})
	if err != nil || len(page.Cases) == 0 {
		return err
	}
	c, err := s.Case(ctx, scope, page.Cases[0].FlagID)
	if err != nil {
		return err
	}
	if _, err := s.Steps(ctx, scope, c.FlagID); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := time.Now()
	return s.AppendStep(ctx, store.StepRow{ID: id.String(), Follows: c.LastStep, Number: c.Number + 1, CallID: c.CallID, FlagID: c.FlagID, StartedAt: c.StartedAt,
		At: now, By: "bench", Role: "inspector", Session: "s", Step: "confirm", Before: c.Status, Status: "confirmed", VerdictBy: "bench", VerdictAt: now,
		Rule: c.Rule, Leg: c.Leg, Start: c.Start, End: c.End, FlagAt: c.At, Measured: c.Measured, Limit: c.Limit, Margin: c.Margin, Comparison: c.Comparison,
		Points: c.Points, Class: c.Class, Clause: c.Clause, State: c.State, Confidence: c.Confidence, AgentID: c.AgentID, Seat: c.Seat, Team: c.Team})
}

// measure asks each question so many times and prints how long the answers took. CPU is that of the whole process, engine
// and client, per answer: unlike the wall clock it does not tell of a machine that is busy with something else.
func measure(ctx context.Context, out io.Writer, list []question, times int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "question\tleast ms\tmedian ms\tp95 ms\tp99 ms\tmost ms\tcpu ms\t")
	r := rand.New(rand.NewPCG(1, 2))
	for _, q := range list {
		for range 3 { // the first ones open files
			if err := q.ask(ctx, r); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
		took := make([]time.Duration, times)
		before := cpu()
		for i := range took {
			began := time.Now()
			if err := q.ask(ctx, r); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			took[i] = time.Since(began)
			time.Sleep(q.pause)
		}
		used := (cpu() - before) / time.Duration(times)
		slices.Sort(took)
		p95, over := took[times*95/100], ""
		if q.bound > 0 && p95 > q.bound {
			over = fmt.Sprintf(" over %d", q.bound.Milliseconds())
		}
		ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", q.name, ms(took[0]), ms(took[times/2]), ms(p95), ms(took[times*99/100]), ms(took[times-1]), ms(used), over)
	}
	return w.Flush()
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
