package review

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/pipeline/store"
)

type rosterData struct {
	Agents  []store.AgentRow
	Teams   []string
	Shifts  []shiftChoice
	Form    store.AgentRow
	Problem string
}

// serveRoster shows the agents with their teams and shifts.
func (s *Server) serveRoster(v *visit) error {
	return s.rosterPage(v, http.StatusOK, store.AgentRow{AgentID: v.r.URL.Query().Get("agent")}, "")
}

func (s *Server) rosterPage(v *visit, status int, form store.AgentRow, problem string) error {
	agents, err := s.store.Agents(v.r.Context(), store.Scope{All: true})
	if err != nil {
		return err
	}
	teams, err := s.store.Teams(v.r.Context(), store.Everything, s.now())
	if err != nil {
		return err
	}
	slices.SortFunc(agents, func(a, b store.AgentRow) int {
		return cmp.Or(strings.Compare(a.Team, b.Team), strings.Compare(a.AgentID, b.AgentID))
	})
	for _, a := range agents {
		if a.AgentID == form.AgentID && problem == "" {
			form = a
		}
	}
	return v.page(status, "roster", v.say("roster.title"), rosterData{Agents: agents, Teams: teams, Shifts: s.shiftChoices(v.lang), Form: form, Problem: problem})
}

func (s *Server) changeRoster(v *visit) error {
	form := v.r.PostForm
	row := store.AgentRow{
		AgentID: strings.TrimSpace(form.Get("agent")), Name: strings.TrimSpace(form.Get("name")), Team: strings.TrimSpace(form.Get("team")),
		Shift: form.Get("shift"), Removed: form.Get("action") == "remove",
	}
	switch {
	case row.AgentID == "":
		return s.rosterPage(v, http.StatusUnprocessableEntity, row, v.say("roster.noid"))
	case len(row.AgentID) > 200 || len(row.Name) > 200 || len(row.Team) > 200:
		return s.rosterPage(v, http.StatusUnprocessableEntity, row, v.say("accounts.toolong"))
	case row.Shift != "" && !s.knowsShift(row.Shift):
		return s.rosterPage(v, http.StatusUnprocessableEntity, row, v.say("roster.badshift"))
	}
	if err := s.store.SaveAgents(v.r.Context(), []store.AgentRow{row}); err != nil {
		return err
	}
	s.names.forget()
	return v.to("/roster", "saved")
}

func uintText(n uint64) string { return strconv.FormatUint(n, 10) }
