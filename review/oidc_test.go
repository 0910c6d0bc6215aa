package review

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/oidcprovider"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/signin"
)

const callback = "http://localhost:1/sign-in/oidc/callback"

// fresh is the cookie of an answer.
func fresh(a answer, name string) string {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// finish comes back from the provider as the browser that has a cookie.
func (s *site) finish(path, cookie string) answer {
	r := httptest.NewRequest("GET", path, nil)
	r.AddCookie(&http.Cookie{Name: oidcCookie, Value: cookie})
	return s.as("").do(r)
}

func TestSignInByOIDC(t *testing.T) {
	s := newSite(t)
	p := oidcprovider.Start(t, callback)
	s.config.OIDC = &signin.OIDC{Name: "Test provider", Issuer: p.Issuer, ClientID: oidcprovider.Client, ClientSecret: oidcprovider.Secret, RedirectURL: callback}
	s.as("").get("/sign-in").want(t, 200, "Sign in with Test provider")

	round := func() answer {
		start := s.as("").get("/sign-in/oidc?to=/scores")
		start.want(t, 303)
		return s.finish(p.SignIn(start.Header.Get("Location")).RequestURI(), fresh(start, oidcCookie))
	}
	// An identity that is known, with no account here.
	round().want(t, 403, "has no account here", oidcprovider.Email)

	_, err := s.store.SaveAccount(t.Context(), store.AccountRow{Account: oidcprovider.Email, Role: "manager", AllTeams: true, Issuer: p.Issuer, CreatedAt: time.Now(), ChangedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time by the subject
		in := round()
		in.want(t, 303)
		if to := in.Header.Get("Location"); to != "/scores" {
			t.Errorf("goes to %q", to)
		}
		c := s.as("")
		c.cookie = fresh(in, sessionCookie)
		c.get("/me").want(t, 200, oidcprovider.Email, "no password here")
	}
	row, err := s.store.Account(t.Context(), oidcprovider.Email)
	if err != nil || row.Subject == "" {
		t.Errorf("account %+v, %v", row, err)
	}

	// What another browser began, or what was made up, proves nothing.
	start := s.as("").get("/sign-in/oidc")
	back := p.SignIn(start.Header.Get("Location")).RequestURI()
	s.finish(back, "").want(t, 403, "proves nothing")
	s.finish(back, fresh(s.as("").get("/sign-in/oidc"), oidcCookie)).want(t, 403, "proves nothing")
	s.finish(back, fresh(start, oidcCookie)).want(t, 303)
	s.finish(back, fresh(start, oidcCookie)).want(t, 403, "proves nothing") // a code is used once

	// An account that was not made for this provider is not taken over by an e-mail address.
	row.Issuer, row.Subject = "", ""
	if _, err := s.store.SaveAccount(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	round().want(t, 403, "has no account here")
}

func TestOIDCAway(t *testing.T) {
	s := newSite(t)
	s.config.OIDC = &signin.OIDC{Name: "Away", Issuer: "http://127.0.0.1:1", ClientID: "x", RedirectURL: callback}
	s.as("").get("/sign-in/oidc").want(t, 502, "does not answer")
	s.as("").get("/sign-in").want(t, 200)
}
