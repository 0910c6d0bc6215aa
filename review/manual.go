package review

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
)

// raiseFlag adds a flag that the machine has missed. The form bears the id the flag will have, so that the same form sent
// twice raises one flag.
func (s *Server) raiseFlag(v *visit) error {
	ctx, form := v.r.Context(), v.r.PostForm
	page, err := s.store.CallPage(ctx, v.who.scope(), v.r.PathValue("call"), time.Time{})
	if errors.Is(err, store.ErrNotFound) {
		return notFound("problem.call")
	}
	if err != nil {
		return err
	}
	if page.Call.State == "open" {
		page.Call = soFar(page.Call, s.kept(ctx, page.Call.CallID))
	}
	c, err := s.manualCase(page.Call, form.Get("id"), form.Get("rule"), form.Get("leg"), form.Get("start"), form.Get("end"))
	if err != nil {
		return err
	}
	var rows []store.StepRow
	for _, step := range page.Steps {
		if step.FlagID == c.FlagID {
			rows = append(rows, step)
		}
	}
	was := conduct.Fold(conduct.Pending, toSteps(rows))
	if repeated(was, v.who, conduct.Raise, "") {
		return v.took(c, was, conduct.Raise)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	ask := conduct.Request{Action: conduct.Raise, Words: form.Get("words")}
	step, is, err := was.Take(v.who.actor(), c.AgentID, ask, c.FlagID, id.String(), s.now())
	if err != nil {
		return asRefusal(err)
	}
	err = s.store.AppendStep(ctx, toRow(c, step, was, is))
	var conflict *store.StepConflict
	if errors.As(err, &conflict) && conflict.First.By == v.who.name {
		return v.took(c, is, conduct.Raise) // the same form, sent at the same time
	}
	if err != nil {
		return err
	}
	if v.script() {
		return v.took(c, is, conduct.Raise)
	}
	return v.to(callPath(c.CallID, c.StartedAt, c.FlagID, ""), "raised")
}

// manualCase is the flag a form describes, if it makes sense.
func (s *Server) manualCase(call store.CallRow, id, rule, leg, start, end string) (store.Case, error) {
	r, known := s.rules[rule]
	if !known {
		return store.Case{}, refused("problem.manual.rule")
	}
	if _, err := uuid.Parse(id); err != nil {
		return store.Case{}, &problem{status: http.StatusBadRequest, key: "problem.form", cause: err}
	}
	if leg != "" && !hasLeg(call, leg) {
		return store.Case{}, refused("problem.manual.leg")
	}
	from, ok1 := readOffset(start)
	to, ok2 := readOffset(end)
	if !ok1 || !ok2 || from < 0 || to < from || to > call.Duration+1 {
		return store.Case{}, refused("problem.manual.range", "end", offset(call.Duration))
	}
	from, to = round3(from), round3(min(to, call.Duration))
	return store.Case{
		FlagID: "manual-" + id, CallID: call.CallID, StartedAt: call.StartedAt,
		At: call.StartedAt.Add(time.Duration(from * float64(time.Second))).Truncate(time.Microsecond), Manual: true,
		Rule: rule, Leg: leg, Start: from, End: to, Points: r.Points, Class: r.Class, Clause: r.Clause, State: "final", Confidence: 1,
		AgentID: call.AgentID, Seat: call.Seat, Team: call.Team, Queue: call.Queue, RulebookVersion: call.RulebookVersion,
	}, nil
}

func hasLeg(call store.CallRow, leg string) bool {
	for _, l := range call.Legs {
		if l.Leg == leg {
			return true
		}
	}
	return false
}

// readOffset reads a place in a call: 65.3, 1:05.3 or 1:02:05.3.
func readOffset(text string) (seconds float64, ok bool) {
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "：", ":"), ":")
	if len(parts) > 3 {
		return 0, false
	}
	for _, p := range parts {
		n, err := strconv.ParseFloat(p, 64)
		if err != nil || n < 0 || math.IsNaN(n) || math.IsInf(n, 0) {
			return 0, false
		}
		seconds = seconds*60 + n
	}
	return seconds, true
}

func round3(f float64) float64 { return math.Round(f*1000) / 1000 }
