package review

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/signin"
)

const oidcCookie = "__Host-earshot-oidc"

func (s *Server) startOIDC(v *visit) error {
	if s.config.OIDC == nil {
		return notFound("problem.page")
	}
	if ok, after := s.attempts.Allow(s.client(v.r), s.now()); !ok {
		return busy("problem.attempts", after)
	}
	url, attempt, err := s.config.OIDC.Start(v.r.Context(), ownPath(v.r.URL.Query().Get("to")))
	if err != nil {
		return &problem{status: http.StatusBadGateway, key: "problem.provider", after: 10, cause: err}
	}
	v.cookie(oidcCookie, attempt.Pack(), 10*time.Minute)
	http.Redirect(v.w, v.r, url, http.StatusSeeOther)
	return nil
}

func (s *Server) finishOIDC(v *visit) error {
	if s.config.OIDC == nil {
		return notFound("problem.page")
	}
	var attempt signin.Attempt
	if c, err := v.r.Cookie(oidcCookie); err == nil {
		attempt = signin.Unpack(c.Value)
	}
	v.cookie(oidcCookie, "", 0)
	q := v.r.URL.Query()
	id, err := s.config.OIDC.Finish(v.r.Context(), attempt, q.Get("state"), q.Get("code"))
	if errors.Is(err, signin.ErrIdentity) {
		s.log.Warn("nobody is signed in", "error", err) // a wrong client secret, say, which only the operator can mend
		return &problem{status: http.StatusForbidden, key: "problem.identity", cause: err}
	}
	if err != nil {
		return &problem{status: http.StatusBadGateway, key: "problem.provider", after: 10, cause: err}
	}
	account, err := s.accountOf(v, id)
	if err != nil {
		return err
	}
	err = s.store.NoteSignIn(v.r.Context(), store.SignInRow{
		At: s.now(), Account: account.Account, Address: s.client(v.r), Outcome: "in", UserAgent: v.r.UserAgent(),
	})
	if err != nil {
		return err
	}
	if err := s.begin(v, account); err != nil {
		return err
	}
	return v.to(ownPath(attempt.To), "")
}

// accountOf finds the account of an identity. An account is made by an admin, never by signing in; one that was made for
// an e-mail address, which the provider has verified, is bound to the identity the first time.
func (s *Server) accountOf(v *visit, id signin.Identity) (store.AccountRow, error) {
	ctx := v.r.Context()
	nobody := &problem{status: http.StatusForbidden, key: "problem.stranger", args: []any{"who", strings.TrimSpace(id.Name + " " + id.Email)}}
	account, err := s.store.AccountOf(ctx, id.Issuer, id.Subject)
	if errors.Is(err, store.ErrNotFound) {
		if id.Email == "" {
			return account, nobody
		}
		account, err = s.store.Account(ctx, accountName(id.Email))
		if errors.Is(err, store.ErrNotFound) || (err == nil && (account.Issuer != id.Issuer || account.Subject != "")) {
			return account, nobody
		}
		if err == nil {
			account.Subject, account.ChangedAt, account.ChangedBy = id.Subject, s.now(), account.Account
			account, err = s.store.SaveAccount(ctx, account)
		}
	}
	if err != nil {
		return account, err
	}
	if account.Disabled {
		return account, nobody
	}
	return account, nil
}
