package review

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/review/conduct"
	"github.com/earshot/earshot/review/locale"
)

// person is who is signed in.
type person struct {
	name    string // of the account
	display string
	role    roles
	teams   []string
	all     bool   // sees every team
	agent   string // agent id of an agent's account
	session string // id of the session, never its token
	local   bool   // has a password here
}

// Name is what the person is called.
func (p *person) Name() string { return p.display }

// Account is the name to sign in with.
func (p *person) Account() string { return p.name }

// Role is the person's role.
func (p *person) Role() string { return p.role.String() }

// Agent is the agent that the person is; empty = none.
func (p *person) Agent() string { return p.agent }

// Teams are those the person sees.
func (p *person) Teams() []string { return p.teams }

// AllTeams says whether the person sees every team; an agent sees one agent's calls of all.
func (p *person) AllTeams() bool { return p.all || p.role == agent }

// Local says whether the person has a password here.
func (p *person) Local() bool { return p.local }

// May says whether the person's role is one of those named.
func (p *person) May(names ...string) bool { return p != nil && slices.Contains(names, p.Role()) }

// actor is the person as somebody who takes a step.
func (p *person) actor() conduct.Actor {
	return conduct.Actor{Account: p.name, Role: conduct.Role(p.Role()), AgentID: p.agent, Session: p.session}
}

// visit is one request and its answer.
type visit struct {
	w     http.ResponseWriter
	r     *http.Request
	s     *Server
	route *route
	who   *person // nil: nobody is signed in
	lang  locale.Lang
}

// say is a message in the reader's language.
func (v *visit) say(key string, pairs ...any) string {
	return v.s.catalog.Say(v.lang, key, pairs...)
}

// script says whether the page's own script asks, which wants JSON where a person wants a page.
func (v *visit) script() bool {
	return strings.HasPrefix(v.r.Header.Get("Accept"), "application/json")
}

// json answers a script.
func (v *visit) json(status int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("cannot write JSON: %w", err)
	}
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.WriteHeader(status)
	_, err = v.w.Write(data)
	return ignoreGone(err)
}

// to sends the browser to another page after something was done. What was done is told there by the message
// done.<what>.
func (v *visit) to(path, what string) error {
	if what != "" {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + "done=" + what
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// cookie sets a cookie that no script can read. Its name says the rest to the browser: secure, this host only.
func (v *visit) cookie(name, value string, age time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.MaxAge = int(age.Seconds()); age <= 0 {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

// ownPath is a path of this application, or / when what was given leads elsewhere.
func ownPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// withoutDone is a path without what was told on it before.
func withoutDone(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Del("done")
	u.RawQuery = q.Encode()
	return u.RequestURI()
}
