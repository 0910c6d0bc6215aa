package review

import (
	"slices"
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
	"github.com/earshot/earshot/review/locale"
)

// toFlag is a case as scores, ladders and slips are computed from it.
func toFlag(c store.Case) conduct.Flag {
	return conduct.Flag{
		ID: c.FlagID, CallID: c.CallID, Rule: c.Rule, Class: c.Class, Clause: c.Clause, AgentID: c.AgentID, Seat: c.Seat, Team: c.Team,
		At: c.At, Points: c.Points, Measured: c.Measured, Status: conduct.Status(c.Status), Manual: c.Manual,
		VerdictBy: c.VerdictBy, VerdictAt: c.VerdictAt,
	}
}

func toFlags(cases []store.Case) []conduct.Flag {
	flags := make([]conduct.Flag, len(cases))
	for i, c := range cases {
		flags[i] = toFlag(c)
	}
	return flags
}

// callScore is a call's score and the flags that cost it points, by where they begin.
type callScore struct {
	conduct.Score
	Lines []store.Case
}

func scoreOf(views []flagView) callScore {
	var s callScore
	flags := make([]conduct.Flag, len(views))
	for i, v := range views {
		flags[i] = toFlag(v.Case)
		if v.State.Status.Counts() {
			s.Lines = append(s.Lines, v.Case)
		}
	}
	s.Score = conduct.ScoreCall(flags)
	return s
}

// clockView is where an appeal stands with its clock.
type clockView struct {
	Stage conduct.Stage
	Waits bool // until DueAt
	DueAt time.Time
	Late  bool
}

func (s *Server) clock(a conduct.AppealState) clockView {
	terms, zone := conduct.DefaultTerms, s.config.Location
	c := clockView{Stage: a.Stage, Late: terms.Late(a, s.config.Calendar, zone, s.now())}
	c.DueAt, c.Waits = terms.Due(a, s.config.Calendar, zone)
	return c
}

// rungs are the levels of the flags that stand on the ladder, by flag.
func (s *Server) rungs(flags []conduct.Flag) map[string]conduct.Rung {
	byFlag := map[string]conduct.Rung{}
	for _, r := range conduct.Ladder(flags, s.config.Location) {
		byFlag[r.Flag.ID] = r
	}
	return byFlag
}

// shiftChoice is a shift as a page offers it.
type shiftChoice struct{ ID, Title string }

func (s *Server) shiftChoices(l locale.Lang) []shiftChoice {
	var all []shiftChoice
	for _, sh := range s.config.Shifts {
		title := sh.Title.EN
		if l == locale.ZH {
			title = sh.Title.ZH
		}
		all = append(all, shiftChoice{sh.ID, title + " " + sh.From.String() + "–" + sh.To.String()})
	}
	return all
}

func (s *Server) knowsShift(id string) bool {
	return slices.ContainsFunc(s.config.Shifts, func(sh conduct.Shift) bool { return sh.ID == id })
}
