package review

import (
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
)

// answered is what a script is told of a step that was taken.
type answered struct {
	Status string `json:"status"`
	Title  string `json:"title"` // of the status
	Step   string `json:"step"`  // what the next step must follow
	Waits  bool   `json:"waits"` // for a verdict
	Told   string `json:"told"`
}

func (s *Server) giveVerdict(v *visit) error {
	action := conduct.Action(v.r.PostForm.Get("action"))
	if !slices.Contains([]conduct.Action{conduct.Confirm, conduct.Reject, conduct.NotSure}, action) {
		return refused("problem.step.action")
	}
	return s.takeStep(v, action, conduct.Reason(v.r.PostForm.Get("reason")))
}

func (s *Server) undoVerdict(v *visit) error { return s.takeStep(v, conduct.Undo, "") }

func (s *Server) appeal(v *visit) error { return s.takeStep(v, conduct.Appeal, "") }

func (s *Server) decideAppeal(v *visit) error {
	action := conduct.Action(v.r.PostForm.Get("action"))
	if action != conduct.Grant && action != conduct.Refuse {
		return refused("problem.step.action")
	}
	return s.takeStep(v, action, "")
}

// takeStep does what every step on a flag has in common. The form says in `follows` which step its reader had seen last:
// whoever judges what another has judged meanwhile is told, and nothing is done. The same form sent twice is done once.
func (s *Server) takeStep(v *visit, action conduct.Action, reason conduct.Reason) error {
	ctx, form := v.r.Context(), v.r.PostForm
	c, err := s.store.Case(ctx, v.who.scope(), v.r.PathValue("flag"))
	if errors.Is(err, store.ErrNotFound) {
		return notFound("problem.flag")
	}
	if err != nil {
		return err
	}
	rows, err := s.store.Steps(ctx, v.who.scope(), c.FlagID)
	if err != nil {
		return err
	}
	was := conduct.Fold(initial(c), toSteps(rows))
	if follows := form.Get("follows"); follows != was.Last {
		if repeated(was, v.who, action, follows) {
			return v.took(c, was, action)
		}
		last := was.Steps[max(0, len(was.Steps)-1):]
		if len(last) == 0 {
			return refused("problem.step.action") // a step nobody has taken
		}
		return s.faster(v, last[0].By, string(last[0].Action))
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	ask := conduct.Request{Action: action, Reason: reason, Words: form.Get("words")}
	step, is, err := was.Take(v.who.actor(), c.AgentID, ask, c.FlagID, id.String(), s.now())
	if err != nil {
		return asRefusal(err)
	}
	err = s.store.AppendStep(ctx, toRow(c, step, was, is))
	var conflict *store.StepConflict
	if errors.As(err, &conflict) {
		return s.faster(v, conflict.First.By, conflict.First.Step)
	}
	if err != nil {
		return err
	}
	return v.took(c, is, action)
}

// repeated says whether a form has been taken before: the step after the one it follows is the same, by the same session.
func repeated(s conduct.State, who *person, action conduct.Action, follows string) bool {
	if len(s.Steps) == 0 {
		return false
	}
	last := s.Steps[len(s.Steps)-1]
	return last.Follows == follows && last.Action == action && last.By == who.name && last.Session == who.session
}

// faster tells that somebody else has taken a step meanwhile.
func (s *Server) faster(v *visit, by, step string) error {
	names, err := s.names.get(v.r.Context(), s.now())
	if err != nil {
		return err
	}
	return &problem{status: http.StatusConflict, key: "problem.faster", args: []any{"who", names.account(by), "what", v.say("step." + step)}}
}

// asRefusal turns why a step may not be taken into what the reader is told.
func asRefusal(err error) error {
	var r conduct.Refusal
	if !errors.As(err, &r) {
		return err
	}
	p := &problem{status: http.StatusUnprocessableEntity, key: "problem.step." + string(r), args: []any{"n", conduct.MaxWords}}
	switch r {
	case conduct.RefusedRole, conduct.RefusedOwnCall, conduct.RefusedOwnVerdict, conduct.RefusedNotYours:
		p.status = http.StatusForbidden
	case conduct.RefusedJudged, conduct.RefusedAppealed, conduct.RefusedSecond, conduct.RefusedFinal, conduct.RefusedSame,
		conduct.RefusedUndo, conduct.RefusedRaised:
		p.status = http.StatusConflict
	case conduct.RefusedTooLong:
		p.status = http.StatusRequestEntityTooLarge
	}
	return p
}

// took answers a step that was taken.
func (v *visit) took(c store.Case, is conduct.State, action conduct.Action) error {
	if v.script() {
		return v.json(http.StatusOK, answered{
			Status: string(is.Status), Title: v.say("status." + string(is.Status)), Step: is.Last, Waits: is.Status.Waits(),
			Told: v.say("took."+string(action), "rule", v.s.ruleTitle(v.lang, c.Rule)),
		})
	}
	back := ownPath(refererPath(v.r))
	if back == "/" {
		back = callPath(c.CallID, c.StartedAt, c.FlagID, "")
	}
	return v.to(withoutDone(back), "step")
}
