package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review"
	"github.com/earshot/earshot/review/signin"
	"github.com/earshot/earshot/schemas"
)

// site is the web application itself, on a port of this machine.
type site struct {
	base   string
	server *http.Server
}

func serve(ctx context.Context, st *store.Store, dir string) (*site, error) {
	audio, err := evidence.Open(ctx, dir, evidence.Options{})
	if err != nil {
		return nil, err
	}
	book, err := rulebook.Load("schemas/rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary())
	if err != nil {
		return nil, err
	}
	config := review.Config{Store: st, Evidence: audio, Location: time.UTC}
	for _, r := range book.Rules() {
		config.Rules = append(config.Rules, review.Rule{ID: r.ID, TitleZH: r.Title.ZH, TitleEN: r.Title.EN, Unit: r.Unit, Limit: r.Limit, Enabled: r.Enabled})
	}
	app, err := review.New(config)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &site{"http://" + l.Addr().String(), &http.Server{Handler: app}}
	go s.server.Serve(l)
	return s, nil
}

// reader is somebody who is signed in.
type reader struct {
	site   *site
	cookie string
}

const password = "a password of the benchmark"

// stay is a client that does not go where it is sent.
var stay = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// signIn makes an account and signs it in by the form, as a person does.
func (s *site) signIn(ctx context.Context, st *store.Store, account store.AccountRow) (*reader, error) {
	hash, err := signin.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	known, err := st.Account(ctx, account.Account)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	account.Version, account.Password, account.CreatedAt, account.ChangedAt = known.Version, hash, time.Now(), time.Now()
	if _, err := st.SaveAccount(ctx, account); err != nil {
		return nil, err
	}
	form := url.Values{"account": {account.Account}, "password": {password}}
	resp, err := stay.PostForm(s.base+"/sign-in", form)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	cookies := resp.Cookies()
	if resp.StatusCode != http.StatusSeeOther || len(cookies) == 0 {
		return nil, fmt.Errorf("cannot sign in as %s: %s", account.Account, resp.Status)
	}
	return &reader{s, cookies[0].Name + "=" + cookies[0].Value}, nil
}

// get asks for a page and reads all of it.
func (r *reader) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.site.base+path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Cookie", r.cookie)
	resp, err := stay.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("%s: %s", path, resp.Status)
	}
	return string(text), err
}

// between is how long somebody does nothing between two pages: nobody asks more often than the limit of a session allows.
const between = 60 * time.Millisecond

// pages are what people ask: pages of the application, over HTTP, within a session.
func pages(ctx context.Context, s *site, st *store.Store, c centre) ([]question, error) {
	people := []struct {
		who string
		row store.AccountRow
	}{
		{"inspector of a team", store.AccountRow{Account: "bench-inspector", Role: "inspector", Teams: []string{"team-3"}}},
		{"leader of two teams", store.AccountRow{Account: "bench-leader", Role: "leader", Teams: []string{"team-3", "team-4"}}},
		{"manager", store.AccountRow{Account: "bench-manager", Role: "manager", AllTeams: true}},
	}
	agent := func(r *rand.Rand) string { return fmt.Sprintf("A%04d", 3+c.teams*r.IntN(c.agents/c.teams)) } // of team-3
	day := func(r *rand.Rand) string { return c.until.AddDate(0, 0, -r.IntN(c.days)).Format(time.DateOnly) }
	var list []question
	for _, p := range people {
		one, err := s.signIn(ctx, st, p.row)
		if err != nil {
			return nil, err
		}
		ask := func(name string, bound time.Duration, path func(*rand.Rand) string) {
			list = append(list, question{p.who + ": " + name, bound, between, func(ctx context.Context, r *rand.Rand) error {
				_, err := one.get(ctx, path(r))
				return err
			}})
		}
		calls, err := c.callsOf(ctx, st, p.row)
		if err != nil {
			return nil, err
		}
		call := func(r *rand.Rand) store.Case { return calls[r.IntN(len(calls))] }
		ask("inbox", promised, func(*rand.Rand) string { return "/inbox" })
		ask("inbox of a rule", promised, func(r *rand.Rand) string {
			return "/inbox?rule=" + []string{"raised-voice", "dead-air", "quarrel"}[r.IntN(3)]
		})
		ask("inbox of a class, sure ones", promised, func(r *rand.Rand) string {
			return "/inbox?sure=0.9&class=" + []string{"grave", "serious", "minor"}[r.IntN(3)]
		})
		ask("inbox of an agent", promised, func(r *rand.Rand) string { return "/inbox?agent=" + agent(r) })
		ask("inbox since a day", promised, func(r *rand.Rand) string { return "/inbox?from=" + day(r) })
		ask("call page", promised, func(r *rand.Rand) string {
			one := call(r)
			return fmt.Sprintf("/calls/%s?at=%d", one.CallID, one.StartedAt.UnixMicro()) // as the links to it are
		})
		ask("call page by the call's id alone", promised, func(r *rand.Rand) string { return "/calls/" + call(r).CallID })
		ask("next call", 0, func(r *rand.Rand) string { return "/next?call=" + call(r).CallID })
		ask("scores of a month", 0, func(r *rand.Rand) string { return "/scores?month=" + day(r)[:7] })
		ask("an agent's month", 0, func(r *rand.Rand) string { return "/agents/" + agent(r) + "?month=" + day(r)[:7] })
	}
	return list, nil
}

// callsOf are flags of calls that an account sees.
func (c centre) callsOf(ctx context.Context, st *store.Store, account store.AccountRow) ([]store.Case, error) {
	scope := store.Scope{All: account.AllTeams, Teams: account.Teams}
	var cases []store.Case
	for days := 0; days < c.days; days += max(c.days/40, 1) {
		to := c.until.AddDate(0, 0, -days)
		page, err := st.Inbox(ctx, scope, store.Filter{Statuses: []string{"confirmed", "pending", "rejected"}, From: to.AddDate(0, 0, -1), To: to}, store.Page{Limit: 50})
		if err != nil {
			return nil, err
		}
		cases = append(cases, page.Cases...)
	}
	return cases, nil
}
