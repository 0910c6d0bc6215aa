package review

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/pipeline/store"
)

// inboxCalls is how many calls a page of the inbox has.
const inboxCalls = 40

type inboxData struct {
	Filter  filter
	Query   string // of the filter
	Groups  []inboxGroup
	Page    string // address of these groups alone
	More    string // of the next page; empty: there is none
	Total   uint64
	Choices map[string][]choice // rule, class, team, status
	Sures   []string
	Judge   bool
}

// choice is one value of a filter, with how many flags it would show.
type choice struct {
	Value, Title string
	Count        uint64
	Chosen       bool
}

// inboxGroup is a call with its flags.
type inboxGroup struct {
	store.CallGroup
	Agent   string // name, if known
	Claimed string // who else is at it; empty: nobody
	Mine    bool   // claimed by the reader
	Query   string
}

func (s *Server) serveInbox(v *visit) error {
	q := v.r.URL.Query()
	f, err := readFilter(q)
	if err != nil {
		return err
	}
	f.bound(s.now().In(s.config.Location))
	data := inboxData{Filter: f, Query: f.query().Encode(), Sures: sureChoices, Judge: v.route.who.has(v.who.role)}
	scope, sf := v.who.scope(), f.store(s.config.Location)
	rows := q.Get("part") == "rows"
	var groups store.GroupPage
	var counts store.Counts
	g, ctx := errgroup.WithContext(v.r.Context())
	g.Go(func() (err error) {
		groups, err = s.store.InboxCalls(ctx, scope, sf, store.Page{Limit: inboxCalls, After: q.Get("after")})
		return err
	})
	if !rows {
		g.Go(func() (err error) { counts, err = s.store.Counts(ctx, scope, sf); return err })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if data.Groups, err = s.inboxGroups(v, groups.Groups, data.Query); err != nil {
		return err
	}
	this := f.query()
	this.Set("part", "rows")
	if after := q.Get("after"); after != "" {
		this.Set("after", after)
	}
	data.Page = "/inbox?" + this.Encode()
	if groups.Next != "" {
		next := f.query()
		next.Set("after", groups.Next)
		data.More = "/inbox?" + next.Encode()
	}
	if rows {
		return v.fragment(http.StatusOK, "inbox", "rows", "", data)
	}
	teams, err := s.teams(v)
	if err != nil {
		return err
	}
	data.Total = counts.Total
	data.Choices = map[string][]choice{
		"rule": s.ruleChoices(v, counts.Rules, f.Rules), "team": teamChoices(v, teams, counts.Teams, f.Teams),
		"class":  v.choices("class.", classChoices, counts.Classes, f.Classes),
		"status": v.choices("status.", statusChoices, counts.Statuses, orDefault(f.Statuses, waiting)),
	}
	return v.page(http.StatusOK, "inbox", v.say("inbox.title"), data, "inbox.js")
}

func orDefault(chosen, otherwise []string) []string {
	if len(chosen) == 0 {
		return otherwise
	}
	return chosen
}

// inboxGroups adds names and claims to calls.
func (s *Server) inboxGroups(v *visit, groups []store.CallGroup, query string) ([]inboxGroup, error) {
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.CallID
	}
	claims := map[string]store.ClaimRow{}
	if len(ids) > 0 {
		var err error
		if claims, err = s.store.Claims(v.r.Context(), ids, s.now()); err != nil {
			return nil, err
		}
	}
	names, err := s.names.get(v.r.Context(), s.now())
	if err != nil {
		return nil, err
	}
	out := make([]inboxGroup, len(groups))
	for i, g := range groups {
		for j := range g.Cases {
			g.Cases[j].VerdictBy = names.account(g.Cases[j].VerdictBy)
		}
		out[i] = inboxGroup{CallGroup: g, Agent: names.agents[g.AgentID], Query: query}
		if c, ok := claims[g.CallID]; ok {
			if out[i].Mine = c.By == v.who.name; !out[i].Mine {
				out[i].Claimed = names.account(c.By)
			}
		}
	}
	return out, nil
}

// choices are the values of a filter whose names are messages.
func (v *visit) choices(prefix string, all []string, counts map[string]uint64, chosen []string) []choice {
	var out []choice
	for _, value := range all {
		out = append(out, choice{value, v.say(prefix + value), counts[value], slices.Contains(chosen, value)})
	}
	return out
}

// ruleChoices are the rules that have flags or are asked for, most flags first.
func (s *Server) ruleChoices(v *visit, counts map[string]uint64, chosen []string) []choice {
	var out []choice
	for id := range s.rules {
		if counts[id] > 0 || slices.Contains(chosen, id) {
			out = append(out, choice{id, s.ruleTitle(v.lang, id), counts[id], slices.Contains(chosen, id)})
		}
	}
	for id, n := range counts { // of rules that are in no rulebook any more
		if _, known := s.rules[id]; !known {
			out = append(out, choice{id, id, n, slices.Contains(chosen, id)})
		}
	}
	slices.SortFunc(out, func(a, b choice) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out
}

func teamChoices(v *visit, teams []string, counts map[string]uint64, chosen []string) []choice {
	var out []choice
	for _, t := range teams {
		out = append(out, choice{t, t, counts[t], slices.Contains(chosen, t)})
	}
	return out
}

// serveNext goes to the call in the inbox after the one that was open; to the first when that one is done with.
func (s *Server) serveNext(v *visit) error {
	q := v.r.URL.Query()
	f, err := readFilter(q)
	if err != nil {
		return err
	}
	f.bound(s.now().In(s.config.Location))
	here, query := q.Get("call"), f.query().Encode()
	const pages = 5
	var first string
	page, passed := store.Page{Limit: inboxCalls}, false
	for range pages {
		groups, err := s.store.InboxCalls(v.r.Context(), v.who.scope(), f.store(s.config.Location), page)
		if err != nil {
			return err
		}
		found, err := s.inboxGroups(v, groups.Groups, query)
		if err != nil {
			return err
		}
		for _, g := range found {
			if g.CallID == here {
				passed = true
				continue
			}
			if g.Claimed != "" {
				continue
			}
			path := callPath(g.CallID, g.StartedAt, g.Cases[0].FlagID, query)
			if passed {
				return v.to(path, "")
			}
			first = cmp.Or(first, path)
		}
		if page.After = groups.Next; page.After == "" {
			break
		}
	}
	if first != "" {
		return v.to(first, "")
	}
	return v.to("/inbox?"+query, "allseen")
}

// callPath is the address of a call, opened at a flag, from an inbox. It says when the call began, if that is known: by
// that the call is found at once, and of two calls that the switch has given one id it is the right one.
func callPath(call string, began time.Time, flag, query string) string {
	path := "/calls/" + url.PathEscape(call)
	q := url.Values{}
	if !began.IsZero() {
		q.Set("at", strconv.FormatInt(began.UnixMicro(), 10))
	}
	if flag != "" {
		q.Set("flag", flag)
	}
	if query != "" {
		q.Set("in", query)
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}
