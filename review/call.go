package review

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
	"github.com/earshot/earshot/review/locale"
)

// before is how long before a flag the sound begins, in seconds: what led to it is part of it.
const before = 3

type callData struct {
	Call     store.CallRow
	Agent    string // name, if known
	Customer string // masked unless the role may see it
	Team     string
	Flags    []flagView
	Score    callScore
	Reasons  []notAssessable
	History  []historyLine
	Query    string // of the inbox it was opened from
	Flag     string // the flag to open at
	Audio    string // state of the audio: present, expired, unreachable, never
	View     lanesView
	Manual   manualView
	Judge    bool
	Rules    []Rule
	LangZH   bool
}

// flagView is a flag as the call page shows it, with what its reader may do.
type flagView struct {
	store.Case
	State conduct.State
	About string
	By    string // who gave the verdict that stands
	Words string // said with it
	// What the reader may do to it now.
	CanConfirm, CanReject, CanUnsure, CanUndo bool
	Appeal                                    appealView
}

// CanJudge says whether the reader may give a verdict on it.
func (f flagView) CanJudge() bool { return f.CanConfirm || f.CanReject || f.CanUnsure }

type appealView struct {
	CanAppeal, CanDecide bool
	Words                string // of the agent
	clockView
}

type notAssessable struct{ Rule, Reason string }

type historyLine struct {
	store.StepRow
	Who string
}

type manualView struct{ ID string }

// lanesView is what the page's script draws.
type lanesView struct {
	Call     string        `json:"call"`
	Open     bool          `json:"open"`  // the call goes on
	Audio    bool          `json:"audio"` // there is some to hear
	Duration float64       `json:"duration"`
	Legs     []laneLeg     `json:"legs"`
	Segments []laneSegment `json:"segments"`
	Flags    []laneFlag    `json:"flags"`
	Events   []laneEvent   `json:"events"`
	Before   float64       `json:"before"`
}

type laneLeg struct {
	Leg   string `json:"leg"`
	Title string `json:"title"`
}

type laneSegment struct {
	Kind  string  `json:"kind"` // of the colour
	Leg   string  `json:"leg,omitempty"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	Title string  `json:"title"`
}

type laneFlag struct {
	ID     string  `json:"id"`
	Leg    string  `json:"leg,omitempty"`
	Start  float64 `json:"start"`
	End    float64 `json:"end"`
	Status string  `json:"status"`
	Title  string  `json:"title"`
}

type laneEvent struct {
	At    float64 `json:"at"`
	Title string  `json:"title"`
}

func (s *Server) serveCall(v *visit) error {
	q, call := v.r.URL.Query(), v.r.PathValue("call")
	part := q.Get("part")
	var page store.CallPage
	var names *nameTable
	var audio kept
	g, ctx := errgroup.WithContext(v.r.Context())
	g.Go(func() (err error) { page, err = s.store.CallPage(ctx, v.who.scope(), call, began(q)); return err })
	g.Go(func() (err error) { names, err = s.names.get(ctx, s.now()); return err })
	heard := part == "" || part == "lanes" // the other parts say nothing of the audio unless the call goes on
	if heard {
		g.Go(func() error { audio = s.kept(ctx, call); return nil })
	}
	err := g.Wait()
	if errors.Is(err, store.ErrNotFound) {
		return notFound("problem.call")
	}
	if err != nil {
		return err
	}
	if page.Call.State == "open" {
		if !heard {
			audio = s.kept(v.r.Context(), call)
		}
		page.Call = soFar(page.Call, audio)
	}
	data := s.callData(v, page, names)
	data.Audio, data.View.Audio = audio.state, audio.state == "present"
	data.Query = q.Get("in")
	if in, err := url.ParseQuery(data.Query); err != nil || in.Has("in") {
		data.Query = ""
	}
	data.Flag = q.Get("flag")
	if !slices.ContainsFunc(data.Flags, func(f flagView) bool { return f.FlagID == data.Flag }) {
		data.Flag = firstFlag(data.Flags)
	}
	switch part {
	case "lanes":
		return v.json(http.StatusOK, data.View)
	case "side":
		return v.fragment(http.StatusOK, "call", "side", "", data)
	case "row":
		i := slices.IndexFunc(data.Flags, func(f flagView) bool { return f.FlagID == data.Flag })
		if i < 0 {
			return notFound("problem.flag")
		}
		group := inboxGroup{CallGroup: store.CallGroup{CallID: page.Call.CallID, Cases: []store.Case{data.Flags[i].Case}}, Query: data.Query}
		return v.fragment(http.StatusOK, "inbox", "rows", "", inboxData{Groups: []inboxGroup{group}, Judge: data.Judge})
	}
	title := v.say("call.title", "time", page.Call.StartedAt.In(s.config.Location).Format("01-02 15:04"), "agent", cmp.Or(data.Agent, page.Call.AgentID, "–"))
	return v.page(http.StatusOK, "call", title, data, "call.js")
}

// began is when the call of an address began, as far as the address says.
func began(q url.Values) time.Time {
	if at, err := strconv.ParseInt(q.Get("at"), 10, 64); err == nil && at > 0 {
		return time.UnixMicro(at)
	}
	return time.Time{}
}

// firstFlag is the flag a call opens at when its address names none: the first that waits, or the first.
func firstFlag(flags []flagView) string {
	for _, f := range flags {
		if f.State.Status.Waits() {
			return f.FlagID
		}
	}
	if len(flags) > 0 {
		return flags[0].FlagID
	}
	return ""
}

func (s *Server) callData(v *visit, page store.CallPage, names *nameTable) callData {
	call := page.Call
	data := callData{
		Call: call, Agent: names.agents[call.AgentID], Customer: mask(call.Customer, v.who), Judge: judges.has(v.who.role),
		View: s.lanes(v, page), Manual: manualView{ID: uuid.NewString()}, Rules: s.ruleList(), LangZH: v.lang == locale.ZH,
	}
	for _, n := range call.NotAssessable {
		reason := n.ReasonEN
		if v.lang == locale.ZH {
			reason = n.ReasonZH
		}
		data.Reasons = append(data.Reasons, notAssessable{n.Rule, reason})
	}
	byFlag := map[string][]store.StepRow{}
	for _, step := range page.Steps {
		byFlag[step.FlagID] = append(byFlag[step.FlagID], step)
		data.History = append(data.History, historyLine{step, names.account(step.By)})
	}
	slices.SortStableFunc(data.History, func(a, b historyLine) int { return b.At.Compare(a.At) })
	for _, c := range page.Cases {
		if c.State == "withdrawn" && c.Status == "withdrawn" {
			continue // the machine took it back itself
		}
		data.Flags = append(data.Flags, s.flagView(v, names, c, toSteps(byFlag[c.FlagID])))
	}
	data.Score = scoreOf(data.Flags)
	return data
}

func (s *Server) flagView(v *visit, names *nameTable, c store.Case, steps []conduct.Step) flagView {
	state, who := conduct.Fold(initial(c), steps), v.who.actor()
	c.Status, c.LastStep = string(state.Status), state.Last
	f := flagView{Case: c, State: state, About: s.ruleAbout(v.lang, c.Rule)}
	if state.Verdict.By != "" {
		f.By, f.Words = names.account(state.Verdict.By), state.Verdict.Words
	}
	may := func(r conduct.Request) bool { return state.Check(who, c.AgentID, r) == nil }
	f.CanConfirm = may(conduct.Request{Action: conduct.Confirm})
	f.CanReject = may(conduct.Request{Action: conduct.Reject, Reason: conduct.Other, Words: "?"})
	f.CanUnsure = may(conduct.Request{Action: conduct.NotSure}) && state.Status.Waits()
	f.CanUndo = may(conduct.Request{Action: conduct.Undo})
	f.Appeal.CanAppeal = may(conduct.Request{Action: conduct.Appeal, Words: "?"})
	f.Appeal.CanDecide = may(conduct.Request{Action: conduct.Grant})
	f.Appeal.Words = state.Appeal.Words
	f.Appeal.clockView = s.clock(state.Appeal)
	return f
}

// mask hides all but the last digits of a customer's number from those who need not call back.
func mask(customer string, who *person) string {
	if (leader | manager).has(who.role) {
		return customer
	}
	runes := []rune(customer)
	const shown = 4
	if len(runes) <= shown {
		return strings.Repeat("•", len(runes))
	}
	return strings.Repeat("•", len(runes)-shown) + string(runes[len(runes)-shown:])
}

// ruleList are the rules a person may raise a flag by, in the order of the rulebook's ids.
func (s *Server) ruleList() []Rule {
	var list []Rule
	for _, r := range s.rules {
		if r.Enabled {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func (s *Server) ruleAbout(l locale.Lang, id string) string {
	if l == locale.ZH {
		return s.rules[id].AboutZH
	}
	return s.rules[id].AboutEN
}
