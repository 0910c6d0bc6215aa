package review

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
)

// readMonth reads a month from an address; empty = the present one. Next is empty for that.
func (s *Server) readMonth(text string) (m conduct.Month, next string, err error) {
	now := conduct.MonthOf(s.now(), s.config.Location)
	if text == "" {
		return now, "", nil
	}
	if m, err = conduct.ParseMonth(text); err != nil {
		return m, "", refused("problem.month", "what", text)
	}
	if m.String() < now.String() {
		next = m.Add(1).String()
	}
	return m, next, nil
}

// monthView is what the choice of a month needs.
type monthView struct{ Path, Team, This, Prev, Next string }

// seesMoney says who is shown what points cost.
func seesMoney(who *person) bool { return (agent | leader | manager).has(who.role) }

type scoresData struct {
	Month monthView
	Rows  []scoreRow
	Money bool
	Teams []string
	Sum   scoreRow
}

type scoreRow struct {
	store.AgentTotal
	Name  string
	Cost  conduct.Fen
	Share int // of the most points of one agent, in percent
}

// serveScores shows a month, agent by agent, those with most points first.
func (s *Server) serveScores(v *visit) error {
	q := v.r.URL.Query()
	m, next, err := s.readMonth(q.Get("month"))
	if err != nil {
		return err
	}
	from, to := m.Bounds(s.config.Location)
	totals, err := s.store.AgentTotals(v.r.Context(), v.who.scope(), from, to)
	if err != nil {
		return err
	}
	names, err := s.names.get(v.r.Context(), s.now())
	if err != nil {
		return err
	}
	data := scoresData{Month: monthView{"/scores", q.Get("team"), m.String(), m.Add(-1).String(), next}, Money: seesMoney(v.who)}
	most := 0.0
	for _, t := range totals {
		if t.Team != "" && !slices.Contains(data.Teams, t.Team) {
			data.Teams = append(data.Teams, t.Team)
		}
		if data.Month.Team != "" && t.Team != data.Month.Team {
			continue
		}
		data.Rows = append(data.Rows, scoreRow{AgentTotal: t, Name: names.agents[t.AgentID], Cost: conduct.Cost(t.Points)})
		most = max(most, t.Points)
		sum := &data.Sum
		sum.Calls, sum.Confirmed, sum.Rejected = sum.Calls+t.Calls, sum.Confirmed+t.Confirmed, sum.Rejected+t.Rejected
		sum.Pending, sum.Appealed, sum.Points = sum.Pending+t.Pending, sum.Appealed+t.Appealed, sum.Points+t.Points
	}
	data.Sum.Cost = conduct.Cost(data.Sum.Points)
	for i := range data.Rows {
		if r := &data.Rows[i]; most > 0 {
			r.Share = int(100 * r.Points / most)
		}
	}
	slices.Sort(data.Teams)
	slices.SortFunc(data.Rows, func(a, b scoreRow) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), strings.Compare(a.AgentID, b.AgentID))
	})
	return v.page(http.StatusOK, "scores", v.say("scores.title"), data)
}

// serveMine is an agent's own month.
func (s *Server) serveMine(v *visit) error { return s.agentPage(v, v.who.agent, "/mine") }

func (s *Server) serveAgent(v *visit) error {
	id := v.r.PathValue("agent")
	if v.who.role == agent && id != v.who.agent {
		return notFound("problem.agent")
	}
	return s.agentPage(v, id, "/agents/"+url.PathEscape(id))
}

type agentData struct {
	conduct.AgentMonth
	Name, Team string
	Month      monthView
	SeesMoney  bool
	Cases      []monthCase
	Ladder     []conduct.Rung // the highest rung with each rule
	Own        bool
}

// monthCase is a flag of a month, with the rung of the ladder it is on; of no level if it counts for nothing.
type monthCase struct {
	store.Case
	Rung conduct.Rung
}

// agentPage is an agent's month: what counts, what waits, and the ladder.
func (s *Server) agentPage(v *visit, id, path string) error {
	m, next, err := s.readMonth(v.r.URL.Query().Get("month"))
	if err != nil {
		return err
	}
	scope := v.who.scope()
	from, to := m.Bounds(s.config.Location)
	var cases []store.Case
	var totals []store.AgentTotal
	var agents []store.AgentRow
	g, ctx := errgroup.WithContext(v.r.Context())
	g.Go(func() (err error) { cases, err = s.store.AgentCases(ctx, scope, id, from, to); return err })
	g.Go(func() (err error) { totals, err = s.store.AgentTotals(ctx, scope, from, to); return err })
	g.Go(func() (err error) { agents, err = s.store.Agents(ctx, scope); return err })
	if err := g.Wait(); err != nil {
		return err
	}
	data := agentData{
		Month: monthView{path, "", m.String(), m.Add(-1).String(), next}, SeesMoney: seesMoney(v.who), Own: v.who.role == agent,
	}
	known, calls := data.Own, 0
	for _, t := range totals {
		if t.AgentID == id {
			known, calls, data.Team = true, int(t.Calls), t.Team
		}
	}
	for _, a := range agents {
		if a.AgentID == id {
			known, data.Name, data.Team = true, a.Name, a.Team
		}
	}
	if !known {
		return notFound("problem.agent") // nobody, or nobody of the reader's teams
	}
	flags := toFlags(cases)
	data.AgentMonth = conduct.ScoreMonth(id, m, s.config.Location, calls, flags)
	rungs := s.rungs(flags)
	for _, c := range slices.Backward(cases) {
		data.Cases = append(data.Cases, monthCase{c, rungs[c.FlagID]})
	}
	for i, r := range data.Rungs { // by rule, the last is the highest
		if i+1 == len(data.Rungs) || data.Rungs[i+1].Flag.Rule != r.Flag.Rule {
			data.Ladder = append(data.Ladder, r)
		}
	}
	return v.page(http.StatusOK, "agent", cmp.Or(data.Name, id), data)
}
