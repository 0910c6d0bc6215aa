package review

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// How much may be sent at once, in bytes. A text that is far too long is taken to be given back, and 5 MB of Chinese are
// 15 MB in a form; a stranger sends less.
const (
	maxBody         = 24 << 20
	maxStrangerBody = 1 << 20
)

// guard is the one way to a route's handler: who asks, whether the role may, how often, how much; and what is told when
// something is wrong.
func (s *Server) guard(rt *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{w: w, r: r, s: s, route: rt, lang: s.catalog.Of(r)}
		if err := s.admit(v); err != nil {
			v.tell(err)
			return
		}
		if err := rt.serve(s, v); err != nil {
			v.tell(err)
		}
	})
}

// admit checks everything that is checked before a handler runs.
func (s *Server) admit(v *visit) error {
	limit := int64(maxBody)
	if _, err := v.r.Cookie(sessionCookie); err != nil {
		limit = maxStrangerBody
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	if v.route.noSession {
		return nil
	}
	if err := s.identify(v); err != nil {
		return err
	}
	key := s.client(v.r)
	if v.who != nil {
		key = v.who.session
	}
	if ok, after := s.requests.Allow(key, s.now()); !ok {
		return busy("problem.often", after)
	}
	// Parsed here, so that whatever goes wrong from now on can give back what was typed.
	if v.r.Method == http.MethodPost {
		if err := v.r.ParseForm(); err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				return err
			}
			return &problem{status: http.StatusBadRequest, key: "problem.form", cause: err}
		}
	}
	switch {
	case v.route.who == anybody:
		return nil
	case v.who == nil:
		return &problem{status: http.StatusUnauthorized, key: "problem.signin"}
	case !v.route.who.has(v.who.role):
		return &problem{status: http.StatusForbidden, key: "problem.role"}
	}
	return nil
}

// busy says that too much was asked.
func busy(key string, after time.Duration) error {
	seconds := int(math.Ceil(after.Seconds()))
	return &problem{status: http.StatusTooManyRequests, key: key, args: []any{"n", seconds}, after: seconds}
}

// client is the address a request comes from. What a header says of it counts only from a proxy that is trusted.
func (s *Server) client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if !s.trusted(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- { // the nearest hop is the last
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		if host = hop; !s.trusted(hop) {
			break
		}
	}
	return host
}

func (s *Server) trusted(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.config.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// unreachable says whether an error means that ClickHouse is away, which waiting mends.
func unreachable(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// tell answers with what went wrong: a page in the reader's language, or JSON for a script.
func (v *visit) tell(err error) {
	if v.r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // the browser has gone away
	}
	p := asProblem(err)
	if p.status >= 500 {
		v.s.log.Error("cannot answer", "method", v.r.Method, "path", v.r.URL.Path, "status", p.status, "error", err)
	}
	if p.after > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(p.after))
	}
	if v.script() {
		err = v.json(p.status, map[string]any{"problem": v.say(p.key, p.args...), "key": p.key})
	} else if p.status == http.StatusUnauthorized {
		err = v.signInPage(p.status, "", v.askedFor(), v.kept())
	} else {
		err = v.page(p.status, "problem", v.say(p.key+".title"), problemPage{
			Status: p.status, Message: v.say(p.key, p.args...), Again: v.kept(), Back: ownPath(refererPath(v.r)),
		})
	}
	if err != nil {
		v.s.log.Error("cannot tell what went wrong", "error", err)
	}
}

type problemPage struct {
	Status  int
	Message string
	Again   *again // what was typed, to be sent again; nil when nothing was
	Back    string
}

// askedFor is the path to go to after signing in.
func (v *visit) askedFor() string {
	if v.r.Method == http.MethodGet {
		return v.r.URL.RequestURI()
	}
	return ownPath(refererPath(v.r))
}
