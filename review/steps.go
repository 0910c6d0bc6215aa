package review

import (
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
)

// A step as it is stored and a step as it is reasoned about are two types, since the store knows nothing of conduct.

func toSteps(rows []store.StepRow) []conduct.Step {
	steps := make([]conduct.Step, len(rows))
	for i, r := range rows {
		steps[i] = conduct.Step{
			ID: r.ID, Follows: r.Follows, Number: int(r.Number), FlagID: r.FlagID, At: r.At, By: r.By, Role: conduct.Role(r.Role),
			Session: r.Session, Action: conduct.Action(r.Step), Reason: conduct.Reason(r.Reason), Words: r.Words,
		}
	}
	return steps
}

// initial is what a case is without any step.
func initial(c store.Case) conduct.Status {
	switch c.State {
	case "exonerated":
		return conduct.Exonerated
	case "withdrawn":
		return conduct.Withdrawn
	default:
		return conduct.Pending
	}
}

// toRow makes the row of a step that changes a case from one state to another.
func toRow(c store.Case, step conduct.Step, was, is conduct.State) store.StepRow {
	return store.StepRow{
		ID: step.ID, Follows: step.Follows, Number: uint32(step.Number), CallID: c.CallID, FlagID: c.FlagID, StartedAt: c.StartedAt,
		At: step.At, By: step.By, Role: string(step.Role), Session: step.Session, Step: string(step.Action),
		Reason: string(step.Reason), Words: step.Words, Before: string(was.Status), Status: string(is.Status),
		Appeal: string(is.Appeal.Stage), AppealAt: orEpoch(is.Appeal.Since), VerdictBy: is.Verdict.By, VerdictAt: orEpoch(is.Verdict.At),
		Manual: is.Manual, Rule: c.Rule, Leg: c.Leg, Start: c.Start, End: c.End, FlagAt: c.At, Measured: c.Measured, Limit: c.Limit,
		Margin: c.Margin, Comparison: c.Comparison, Points: c.Points, Class: c.Class, Clause: c.Clause, State: c.State,
		Confidence: c.Confidence, AgentID: c.AgentID, Seat: c.Seat, Team: c.Team, Queue: c.Queue, RulebookVersion: c.RulebookVersion,
	}
}

// orEpoch is a time as ClickHouse holds one that is none.
func orEpoch(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}
