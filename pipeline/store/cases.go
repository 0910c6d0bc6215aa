package store

import (
	"context"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/earshot/earshot/pipeline/store/chain"
)

// caseRow is a case as it is written: with its version.
type caseRow struct {
	Case
	version uint64
}

var caseRowColumns = append(columnsOf(caseColumns, func(r *caseRow) *Case { return &r.Case }),
	col("version", typeBig, func(r *caseRow) *uint64 { return &r.version }))

// stepVersion is above any measurement's, which is below 1<<42 (package pipeline, rows.go); a later step's is above an
// earlier one's; and of two steps with one number the earlier has the greater.
func stepVersion(r *StepRow) uint64 {
	return uint64(r.Number)<<42 + (1<<42 - 1 - uint64(r.At.UnixMilli())&(1<<42-1))
}

// caseAfter is the case once the step was taken.
func caseAfter(r *StepRow) Case {
	return Case{
		FlagID: r.FlagID, CallID: r.CallID, StartedAt: r.StartedAt, At: r.FlagAt, Status: r.Status, Grade: grades[r.Class], Manual: r.Manual,
		Rule: r.Rule, Leg: r.Leg, Start: r.Start, End: r.End, Measured: r.Measured, Limit: r.Limit, Margin: r.Margin, Comparison: r.Comparison,
		Points: r.Points, Class: r.Class, Clause: r.Clause, State: r.State, Confidence: r.Confidence, AgentID: r.AgentID, Seat: r.Seat, Team: r.Team,
		Queue: r.Queue, RulebookVersion: r.RulebookVersion, LastStep: r.ID, Number: r.Number, Appeal: r.Appeal, AppealAt: r.AppealAt,
		VerdictBy: r.VerdictBy, VerdictAt: r.VerdictAt, Reason: r.Reason,
	}
}

var grades = map[string]uint8{"grave": 3, "serious": 2, "minor": 1}

// moveCases writes the cases as they are after steps that count. To do so twice is no harm.
func (s *Store) moveCases(ctx context.Context, steps []StepRow) error {
	rows := make([]caseRow, len(steps))
	for i := range steps {
		rows[i] = caseRow{caseAfter(&steps[i]), stepVersion(&steps[i])}
	}
	return insert(ctx, s, "cases", caseRowColumns, rows, "")
}

// mend sees to it that the page's cases stand where their steps say, should somebody have died between the two. c finds the
// call's rows.
func (s *Store) mend(ctx context.Context, page *CallPage, c *conditions) error {
	stands := map[string]uint32{} // how many steps a case has
	for i := range page.Cases {
		stands[page.Cases[i].FlagID] = page.Cases[i].Number
	}
	behind := false
	for _, last := range lastSteps(page.Steps) {
		number, there := stands[last.FlagID]
		behind = behind || !there || number < last.Number
	}
	if !behind {
		return nil
	}
	steps, err := s.steps(ctx, c, stepColumns)
	if err != nil {
		return err
	}
	var moved []StepRow
	for _, last := range lastSteps(steps) {
		i := slices.IndexFunc(page.Cases, func(c Case) bool { return c.FlagID == last.FlagID })
		switch {
		case i < 0:
			page.Cases = append(page.Cases, caseAfter(&last))
		case page.Cases[i].Number < last.Number:
			page.Cases[i] = caseAfter(&last)
		default:
			continue
		}
		moved = append(moved, last)
	}
	slices.SortFunc(page.Cases, byPlaceInCall)
	return s.moveCases(ctx, moved)
}

// lastSteps are the steps that each flag has come to.
func lastSteps(steps []StepRow) (last []StepRow) {
	byFlag := map[string][]StepRow{}
	for _, step := range steps {
		byFlag[step.FlagID] = append(byFlag[step.FlagID], step)
	}
	for _, of := range byFlag {
		if took, _ := chain.Walk(of, func(r *StepRow) (id, follows string) { return r.ID, r.Follows }, earlierStep); len(took) > 0 {
			last = append(last, took[len(took)-1])
		}
	}
	return last
}

// columnsOf are the columns of a row that another row holds.
func columnsOf[R, Inner any](columns []column[Inner], inner func(*R) *Inner) []column[R] {
	outer := make([]column[R], 0, len(columns)+1)
	for _, c := range columns {
		outer = append(outer, column[R]{c.name, c.chType, func(to driver.BatchColumn, rows []R) error {
			list := make([]Inner, len(rows))
			for i := range rows {
				list[i] = *inner(&rows[i])
			}
			return c.fill(to, list)
		}, func(r *R) any { return c.into(inner(r)) }})
	}
	return outer
}
