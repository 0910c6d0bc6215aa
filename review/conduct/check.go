package conduct

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxWords bounds what can be said with one step, in characters.
const MaxWords = 4000

// Check tells whether the actor may do what he asks to a flag of this agent, and if not, why: then the error is a
// Refusal. An empty agent is one nobody knows.
func (s State) Check(who Actor, agentID string, r Request) error {
	if err := checkWords(r.Words); err != nil {
		return err
	}
	switch r.Action {
	case Confirm, Reject, NotSure:
		return s.checkJudge(who, agentID, r)
	case Raise:
		return s.checkRaise(who, agentID, r)
	case Undo:
		return s.checkUndo(who)
	case Appeal:
		return s.checkAppeal(who, agentID, r)
	case Grant, Refuse:
		return s.checkDecide(who, agentID, r)
	}
	return RefusedAction
}

// Take makes the step that the actor asks for, if he may.
func (s State) Take(who Actor, agentID string, r Request, flagID, id string, at time.Time) (Step, State, error) {
	if err := s.Check(who, agentID, r); err != nil {
		return Step{}, s, err
	}
	step := Step{
		ID: id, Follows: s.Last, Number: s.Number + 1, FlagID: flagID, At: at,
		By: who.Account, Role: who.Role, Session: who.Session, Action: r.Action, Words: strings.TrimSpace(r.Words),
	}
	if r.Action == Reject {
		step.Reason = r.Reason
	}
	return step, s.after(step), nil
}

func (s State) checkJudge(who Actor, agentID string, r Request) error {
	switch {
	case !who.Role.Judges():
		return RefusedRole
	case own(who, agentID):
		return RefusedOwnCall
	case s.Status == Withdrawn || s.Status == Exonerated:
		return RefusedNothing
	case s.Appeal.Stage != NoAppeal:
		return RefusedAppealed
	case s.Status == Unsure && slices.Contains(s.Unsure, who.Account):
		return RefusedSecond
	case !s.Status.Waits() && s.Verdict.By != who.Account && !who.Role.decides():
		return RefusedJudged
	case r.Action == Confirm && s.Status == Confirmed,
		r.Action == Reject && s.Status == Rejected && r.Reason == s.Verdict.Reason && strings.TrimSpace(r.Words) == s.Verdict.Words:
		return RefusedSame
	}
	if r.Action == Reject {
		if !slices.Contains(Reasons, r.Reason) {
			return RefusedReason
		}
		if r.Reason == Other && blank(r.Words) {
			return RefusedWords
		}
	}
	return nil
}

func (s State) checkRaise(who Actor, agentID string, r Request) error {
	switch {
	case !who.Role.Judges():
		return RefusedRole
	case own(who, agentID):
		return RefusedOwnCall
	case s.Number > 0:
		return RefusedRaised
	case blank(r.Words):
		return RefusedWords
	}
	return nil
}

func (s State) checkUndo(who Actor) error {
	last, ok := s.Undoable()
	if !ok || who.Session == "" || last.By != who.Account || last.Session != who.Session {
		return RefusedUndo
	}
	return nil
}

func (s State) checkAppeal(who Actor, agentID string, r Request) error {
	switch {
	case !own(who, agentID):
		return RefusedNotYours
	case s.Appeal.Final:
		return RefusedFinal
	case s.Status != Confirmed:
		return RefusedNoVerdict
	case blank(r.Words):
		return RefusedWords
	}
	return nil
}

// checkDecide: the shift leader first, then the manager, who may also take an appeal from the leader's table. A refusal
// must be explained.
func (s State) checkDecide(who Actor, agentID string, r Request) error {
	switch {
	case !who.Role.decides():
		return RefusedRole
	case s.Status != Appealed:
		return RefusedNoAppeal
	case s.Appeal.Stage == AtManager && !who.Role.decidesLast():
		return RefusedRole
	case own(who, agentID):
		return RefusedOwnCall
	case s.Verdict.By == who.Account:
		return RefusedOwnVerdict
	case r.Action == Refuse && blank(r.Words):
		return RefusedWords
	}
	return nil
}

func own(who Actor, agentID string) bool { return agentID != "" && who.AgentID == agentID }

func blank(words string) bool { return strings.TrimSpace(words) == "" }

func checkWords(words string) error {
	if len(words) > 4*MaxWords || utf8.RuneCountInString(words) > MaxWords {
		return RefusedTooLong
	}
	if !utf8.ValidString(words) || strings.ContainsFunc(words, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r)
	}) {
		return RefusedText
	}
	return nil
}
