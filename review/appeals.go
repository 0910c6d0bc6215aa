package review

import (
	"net/http"
	"slices"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
)

// appealViews are what the page of appeals can show.
var appealViews = []string{"open", "late", "refused", "granted"}

type appealsData struct {
	Show  string
	Shows []choice
	Rows  []appealLine
}

type appealLine struct {
	store.Case
	Name string // of the agent
	By   string // whose verdict stands
	clockView
	Mine bool // the reader's to decide
}

// serveAppeals shows appeals: what is open, what is late, what was decided. An agent sees the agent's own.
func (s *Server) serveAppeals(v *visit) error {
	show := v.r.URL.Query().Get("show")
	if show == "" {
		show = "open"
	}
	if !slices.Contains(appealViews, show) {
		return refused("problem.filter", "what", show)
	}
	all, err := s.store.Appeals(v.r.Context(), v.who.scope(), []string{"leader", "manager", "refused", "granted"}, 0)
	if err != nil {
		return err
	}
	names, err := s.names.get(v.r.Context(), s.now())
	if err != nil {
		return err
	}
	data := appealsData{Show: show}
	counts := map[string]uint64{}
	for _, c := range all {
		line := appealLine{Case: c, Name: names.agents[c.AgentID], By: names.account(c.VerdictBy)}
		line.clockView = s.clock(conduct.AppealState{Stage: conduct.Stage(c.Appeal), Since: c.AppealAt})
		line.Mine = line.Waits && c.VerdictBy != v.who.name && ((leader|manager).has(v.who.role) && line.Stage == conduct.AtLeader || v.who.role == manager)
		in := []string{c.Appeal}
		if line.Waits {
			if in = []string{"open"}; line.Late {
				in = append(in, "late")
			}
		}
		for _, view := range in {
			counts[view]++
			if view == show {
				data.Rows = append(data.Rows, line)
			}
		}
	}
	data.Shows = v.choices("appeals.", appealViews, counts, []string{show})
	return v.page(http.StatusOK, "appeals", v.say("appeals.title"), data)
}
