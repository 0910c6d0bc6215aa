package review

import (
	"net/http"
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
)

type slipsData struct {
	Day, Prev, Next string
	Shift, Team     string
	Shifts          []shiftChoice
	Teams           []string
	Slips           []slipView
	Printed         time.Time
}

// slipView is a slip as it is printed, a sheet each.
type slipView struct {
	Team, Day, Shift string
	Lines            []slipLine
	Points           float64
}

type slipLine struct {
	store.Case
	Name      string // of the agent
	Inspector string
}

// serveSlips makes out the violation slips of a day, one for each shift and team, ready to be printed.
func (s *Server) serveSlips(v *visit) error {
	q, ctx, zone := v.r.URL.Query(), v.r.Context(), s.config.Location
	data := slipsData{Shift: q.Get("shift"), Team: q.Get("team"), Shifts: s.shiftChoices(v.lang), Printed: s.now()}
	day := conduct.DateOf(s.now(), zone)
	if text := q.Get("day"); text != "" {
		var err error
		if day, err = conduct.ParseDate(text); err != nil {
			return refused("problem.date", "what", text)
		}
	}
	data.Day, data.Prev, data.Next = day.String(), day.Add(-1).String(), day.Add(1).String()
	if data.Shift != "" && !s.knowsShift(data.Shift) {
		return refused("problem.shift", "what", data.Shift)
	}
	// A shift that crosses midnight reaches into the day after.
	cases, err := s.store.Slips(ctx, v.who.scope(), data.Team, day.At(0, zone), day.Add(2).At(0, zone))
	if err != nil {
		return err
	}
	agents, err := s.store.Agents(ctx, v.who.scope())
	if err != nil {
		return err
	}
	if data.Teams, err = s.teams(v); err != nil {
		return err
	}
	names, err := s.names.get(ctx, s.now())
	if err != nil {
		return err
	}
	own := map[string]string{}
	for _, a := range agents {
		own[a.AgentID] = a.Shift
	}
	byID := map[string]store.Case{}
	for _, c := range cases {
		byID[c.FlagID] = c
	}
	for _, slip := range conduct.Slips(toFlags(cases), s.config.Shifts, own, zone) {
		if slip.Day != day || (data.Shift != "" && slip.Shift.ID != data.Shift) {
			continue
		}
		view := slipView{Team: slip.Team, Day: slip.Day.String(), Shift: v.say("slips.noshift")}
		for _, c := range data.Shifts {
			if c.ID == slip.Shift.ID {
				view.Shift = c.Title
			}
		}
		for _, f := range slip.Lines {
			view.Lines = append(view.Lines, slipLine{byID[f.ID], names.agents[f.AgentID], names.account(f.VerdictBy)})
			view.Points += f.Points
		}
		data.Slips = append(data.Slips, view)
	}
	return v.page(http.StatusOK, "slips", v.say("slips.title"), data, "print.js")
}
