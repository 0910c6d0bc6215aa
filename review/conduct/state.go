package conduct

import (
	"cmp"
	"slices"
	"time"

	"github.com/earshot/earshot/pipeline/store/chain"
)

// State is where a flag stands, folded from its steps.
type State struct {
	Status Status
	Manual bool // a person raised it
	// Verdict is the step whose verdict stands: the zero Step while there is none.
	Verdict Step
	// Unsure are the accounts that could not tell since the last verdict.
	Unsure []string
	Appeal AppealState

	// Last is the id of the last step, which the next one must follow; empty = there is none.
	Last string
	// Number is how many steps the chain has.
	Number int
	// Steps is the chain, undone steps and undos included.
	Steps []Step
	// Lost are steps that came second: another had followed the same step before them. They change nothing.
	Lost []Step

	undone []before
}

// before is a step that stands, with the state it was taken in.
type before struct {
	step  Step
	state State
}

// AppealState is where a flag's appeal stands.
type AppealState struct {
	Stage Stage
	Since time.Time // when it came to this stage, or was decided
	By    string    // who appealed
	Words string    // what he said last
	// Final: decided by one above whom nobody is.
	Final bool
}

// Fold makes a flag's state of its steps, in whatever order they are given. Initial is what it is without any: pending,
// or what the machine made of its own flag since.
//
// A chain is walked from its first step: of steps that follow the same one, the one with the smaller time, then id,
// counts. So the same steps give the same state everywhere, also where two were let in.
func Fold(initial Status, steps []Step) State {
	s := State{Status: initial}
	took, lost := chain.Walk(steps, func(s *Step) (id, follows string) { return s.ID, s.Follows }, earlier)
	for _, step := range took {
		s = s.after(step)
	}
	s.Lost = lost
	slices.SortFunc(s.Lost, func(a, b Step) int { return earlier(&a, &b) })
	return s
}

func earlier(a, b *Step) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }

// after is the state once a step was taken. Whether it may be taken is Check's to say, beforehand: a step that is there
// was allowed when it was taken, and is not judged again by later rules.
func (s State) after(step Step) State {
	n := s
	n.undone = append(slices.Clip(s.undone), before{step, s})
	switch step.Action {
	case Confirm:
		n.Status, n.Verdict, n.Unsure = Confirmed, step, nil
	case Reject:
		n.Status, n.Verdict, n.Unsure = Rejected, step, nil
	case Raise:
		n.Status, n.Verdict, n.Manual = Confirmed, step, true
	case NotSure:
		n.Status, n.Verdict, n.Unsure = Unsure, Step{}, append(slices.Clip(s.Unsure), step.By)
	case Appeal:
		n.Status = Appealed
		n.Appeal = AppealState{Stage: AtLeader, Since: step.At, By: step.By, Words: step.Words}
		if s.Appeal.Stage == RefusedStage {
			n.Appeal.Stage = AtManager
		}
	case Grant:
		n.Status, n.Verdict = Rejected, step
		n.Appeal.Stage, n.Appeal.Since, n.Appeal.Final = GrantedStage, step.At, true
	case Refuse:
		n.Status = Confirmed
		n.Appeal.Stage, n.Appeal.Since, n.Appeal.Final = RefusedStage, step.At, step.Role.decidesLast()
	case Undo:
		n = s.undo()
	}
	n.Last, n.Number = step.ID, s.Number+1
	n.Steps = append(slices.Clip(s.Steps), step)
	n.Lost = s.Lost
	return n
}

// undo is the state before the last step that stands. A manual flag that is not raised after all is withdrawn.
func (s State) undo() State {
	if len(s.undone) == 0 {
		return s
	}
	last := s.undone[len(s.undone)-1]
	n := last.state
	if last.step.Action == Raise {
		n.Status, n.Manual = Withdrawn, true
	}
	return n
}

// Undoable is the step that Undo would take back; ok is false when none stands.
func (s State) Undoable() (step Step, ok bool) {
	if len(s.undone) == 0 {
		return Step{}, false
	}
	return s.undone[len(s.undone)-1].step, true
}
