package review

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/locale"
	"github.com/earshot/earshot/review/signin"
)

// An account is locked for a while after so many wrong passwords in a row.
const (
	lockAfter = 5
	lockFor   = 15 * time.Minute
)

type signInData struct {
	Account string
	Problem string
	To      string // where to go then
	OIDC    string // name of the provider; empty: none
	Kept    *again
}

func (s *Server) serveSignIn(v *visit) error {
	if v.who != nil {
		return v.to("/", "")
	}
	return v.signInPage(http.StatusOK, "", ownPath(v.r.URL.Query().Get("to")), nil)
}

// signInPage asks who it is. A form that came with an expired session is kept in it.
func (v *visit) signInPage(status int, problem, to string, kept *again) error {
	data := signInData{Account: v.r.PostFormValue("account"), Problem: problem, To: to, Kept: kept}
	if problem == "" && status == http.StatusUnauthorized {
		data.Problem = v.say("problem.signin")
		if _, err := v.r.Cookie(sessionCookie); err == nil {
			data.Problem = v.say("problem.signinended")
		}
		if kept != nil {
			data.Problem = v.say("problem.signinkept")
		}
	}
	if v.s.config.OIDC != nil {
		data.OIDC = v.s.config.OIDC.Name
	}
	return v.page(status, "sign-in", v.say("signin.title"), data)
}

func (s *Server) signIn(v *visit) error {
	form := v.r.PostForm
	name, kept, to := accountName(form.Get("account")), carried(form), ownPath(form.Get("to"))
	if ok, after := s.attempts.Allow(s.client(v.r), s.now()); !ok {
		return busy("problem.attempts", after)
	}
	account, problem, err := s.checkPassword(v, name, form.Get("password"))
	if err != nil {
		return err
	}
	if problem != "" {
		return v.signInPage(http.StatusUnprocessableEntity, v.say(problem, "n", int(lockFor.Minutes())), to, kept)
	}
	if err := s.begin(v, account); err != nil {
		return err
	}
	if kept != nil { // shown to be sent again, since what was typed is not to be done unseen
		return v.page(http.StatusOK, "again", v.say("again.title"), kept)
	}
	return v.to(to, "")
}

// checkPassword finds the account of a name and a password, or says by a message's key why there is none. Whether a name
// exists cannot be told from the answer or from how long it takes.
func (s *Server) checkPassword(v *visit, name, password string) (account store.AccountRow, problem string, err error) {
	ctx, now := v.r.Context(), s.now()
	note := func(outcome string) error {
		return s.store.NoteSignIn(ctx, store.SignInRow{
			At: now, Account: name, Address: s.client(v.r), Outcome: outcome, UserAgent: v.r.UserAgent(),
		})
	}
	wrong, _, err := s.store.WrongSignIns(ctx, name, now.Add(-lockFor))
	if err != nil {
		return account, "", err
	}
	if wrong >= lockAfter {
		return account, "signin.locked", note("locked")
	}
	account, err = s.store.Account(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return account, "", err
	}
	ok, err := signin.Match(ctx, password, account.Password)
	if err != nil {
		return account, "", err
	}
	switch {
	case !ok:
		return account, "signin.wrong", note("wrong")
	case account.Disabled:
		return account, "signin.disabled", note("disabled")
	}
	return account, "", note("in")
}

// accountName is a name as accounts are kept by it.
func accountName(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

func (s *Server) signOut(v *visit) error {
	s.sessions.forget(v.who.session)
	if err := s.store.EndSession(v.r.Context(), v.who.session); err != nil {
		return err
	}
	v.cookie(sessionCookie, "", 0)
	return v.to("/sign-in", "signedout")
}

// serveHome sends everybody to where their work is.
func (s *Server) serveHome(v *visit) error {
	switch {
	case v.who == nil:
		return v.to("/sign-in", "")
	case v.who.role == agent:
		return v.to("/mine", "")
	case v.who.role == admin:
		return v.to("/accounts", "")
	default:
		return v.to("/inbox", "")
	}
}

// setPreferences keeps the language and the theme in cookies.
func (s *Server) setPreferences(v *visit) error {
	const year = 365 * 24 * time.Hour
	if l := v.r.PostForm.Get("lang"); l == string(locale.EN) || l == string(locale.ZH) {
		v.cookie(locale.Cookie, l, year)
	}
	switch t := v.r.PostForm.Get("theme"); t {
	case "light", "dark":
		v.cookie(themeCookie, t, year)
	case "auto":
		v.cookie(themeCookie, "", 0)
	}
	return v.to(ownPath(v.r.PostForm.Get("to")), "")
}

// serveHealth says whether the application can answer: it can when ClickHouse does.
func (s *Server) serveHealth(v *visit) error {
	ctx, cancel := context.WithTimeout(v.r.Context(), 2*time.Second)
	defer cancel()
	if err := s.store.Ping(ctx); err != nil {
		http.Error(v.w, "ClickHouse does not answer", http.StatusServiceUnavailable)
		return nil
	}
	_, err := v.w.Write([]byte("ok\n"))
	return ignoreGone(err)
}
