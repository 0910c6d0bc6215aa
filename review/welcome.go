package review

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/signin"
)

// inviteFor is how long a one-time link holds.
const inviteFor = 72 * time.Hour

// FirstAdmin makes the first admin, who then sets a password by the one-time path that is returned. When there is an
// admin already who has signed in, nothing is made and the path is empty.
func (s *Server) FirstAdmin(ctx context.Context) (path string, err error) {
	accounts, err := s.store.Accounts(ctx)
	if err != nil {
		return "", err
	}
	row := store.AccountRow{Account: "admin", Role: admin.String(), AllTeams: true, CreatedAt: s.now()}
	for _, a := range accounts {
		if a.Role == row.Role && !a.Disabled && (a.Password != "" || a.Issuer != "") {
			return "", nil
		}
		if a.Account == row.Account {
			row = a
		}
	}
	return s.invite(ctx, row, "")
}

// invite gives an account a new one-time link and returns its path. The link that was given before is worth nothing then.
func (s *Server) invite(ctx context.Context, row store.AccountRow, by string) (path string, err error) {
	key := signin.Token()
	row.Invitation, row.InvitedUntil = signin.Fingerprint(key), s.now().Add(inviteFor)
	row.ChangedAt, row.ChangedBy = s.now(), by
	if _, err := s.store.SaveAccount(ctx, row); err != nil {
		return "", err
	}
	return "/welcome/" + url.PathEscape(row.Account) + "/" + key, nil
}

// invited is the account of a one-time link.
func (s *Server) invited(v *visit) (store.AccountRow, error) {
	gone := &problem{status: http.StatusGone, key: "problem.invitation"}
	if ok, after := s.attempts.Allow(s.client(v.r), s.now()); !ok {
		return store.AccountRow{}, busy("problem.attempts", after)
	}
	row, err := s.store.Account(v.r.Context(), v.r.PathValue("account"))
	if errors.Is(err, store.ErrNotFound) {
		return row, gone
	}
	if err != nil {
		return row, err
	}
	given := signin.Fingerprint(v.r.PathValue("key"))
	if row.Disabled || row.Invitation == "" || s.now().After(row.InvitedUntil) ||
		subtle.ConstantTimeCompare([]byte(given), []byte(row.Invitation)) != 1 {
		return row, gone
	}
	return row, nil
}

type welcomeData struct {
	Account string
	Problem string
	Min     int
}

func (s *Server) serveWelcome(v *visit) error {
	row, err := s.invited(v)
	if err != nil {
		return err
	}
	return v.welcome(http.StatusOK, row.Account, "")
}

func (v *visit) welcome(status int, account, problem string) error {
	return v.page(status, "welcome", v.say("welcome.title"), welcomeData{Account: account, Problem: problem, Min: signin.MinPassword})
}

// setFirstPassword takes the password of a one-time link, ends the link and signs in.
func (s *Server) setFirstPassword(v *visit) error {
	row, err := s.invited(v)
	if err != nil {
		return err
	}
	if key := newPassword(row.Account, v.r.PostForm); key != "" {
		return v.welcome(http.StatusUnprocessableEntity, row.Account, v.say(key, "n", signin.MinPassword))
	}
	if row.Password, err = signin.Hash(v.r.Context(), v.r.PostForm.Get("password")); err != nil {
		return err
	}
	row.Invitation, row.InvitedUntil = "", time.Time{}
	row.ChangedAt, row.ChangedBy = s.now(), row.Account
	if row, err = s.saveAccount(v, row); err != nil {
		return err
	}
	now := s.now()
	// Whoever was locked out and has a new link is not locked out any more.
	err = s.store.NoteSignIn(v.r.Context(), store.SignInRow{
		At: now, Account: row.Account, Address: s.client(v.r), Outcome: "reset", UserAgent: v.r.UserAgent(),
	})
	if err != nil {
		return err
	}
	if err := s.begin(v, row); err != nil {
		return err
	}
	return v.to("/", "")
}

// saveAccount writes an account; somebody who was faster is told of.
func (s *Server) saveAccount(v *visit, row store.AccountRow) (store.AccountRow, error) {
	saved, err := s.store.SaveAccount(v.r.Context(), row)
	var conflict *store.AccountConflict
	if errors.As(err, &conflict) {
		return row, &problem{status: http.StatusConflict, key: "problem.accountchanged", args: []any{"who", conflict.First.ChangedBy}}
	}
	s.sessions.forgetAccount(row.Account)
	return saved, err
}

// newPassword says by a message's key what is wrong with a password typed twice; empty when nothing is.
func newPassword(account string, form url.Values) string {
	password := form.Get("password")
	switch err := signin.Check(account, password); {
	case errors.Is(err, signin.ErrPasswordShort):
		return "password.short"
	case errors.Is(err, signin.ErrPasswordLong):
		return "password.long"
	case err != nil:
		return "password.plain"
	case password != form.Get("password_again"):
		return "password.differs"
	}
	return ""
}

type meData struct {
	Problem string
	Min     int
}

func (s *Server) serveMe(v *visit) error {
	return v.page(http.StatusOK, "me", v.say("me.title"), meData{Min: signin.MinPassword})
}

// changePassword sets another password for who is signed in, and ends all other sessions.
func (s *Server) changePassword(v *visit) error {
	if ok, after := s.attempts.Allow(v.who.name, s.now()); !ok {
		return busy("problem.attempts", after)
	}
	row, err := s.store.Account(v.r.Context(), v.who.name)
	if err != nil {
		return err
	}
	ok, err := signin.Match(v.r.Context(), v.r.PostForm.Get("password_now"), row.Password)
	if err != nil {
		return err
	}
	key := newPassword(row.Account, v.r.PostForm)
	if !ok {
		key = "password.wrong"
	}
	if key != "" {
		return v.page(http.StatusUnprocessableEntity, "me", v.say("me.title"), meData{Problem: v.say(key, "n", signin.MinPassword), Min: signin.MinPassword})
	}
	if row.Password, err = signin.Hash(v.r.Context(), v.r.PostForm.Get("password")); err != nil {
		return err
	}
	row.ChangedAt, row.ChangedBy = s.now(), row.Account
	if row, err = s.saveAccount(v, row); err != nil {
		return err
	}
	if err := s.store.EndSessions(v.r.Context(), row.Account); err != nil {
		return err
	}
	if err := s.begin(v, row); err != nil {
		return err
	}
	return v.to("/me", "password")
}
