package review

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/conduct"
	"github.com/earshot/earshot/review/locale"
	"github.com/earshot/earshot/review/signin"
)

// Config is what the web application is made of.
type Config struct {
	Store    *store.Store
	Evidence *evidence.Store // nil: no audio is kept
	Rules    []Rule
	Shifts   conduct.Shifts    // nil: the built-in ones
	Calendar *conduct.Calendar // nil: the built-in one
	Location *time.Location    // of the centre: days, months and shifts are its; nil: the machine's
	OIDC     *signin.OIDC      // nil: local accounts only
	// TrustedProxies may say in X-Forwarded-For where a request comes from.
	TrustedProxies []netip.Prefix
	// Demo says on every page that this is a demonstration.
	Demo bool
	Log  *slog.Logger
	Now  func() time.Time // nil: the wall clock
}

// Rule is what the application says of a rule of the rulebook.
type Rule struct {
	ID               string
	TitleZH, TitleEN string
	AboutZH, AboutEN string
	Unit             string // s, dB, …
	Limit, Points    float64
	Class, Clause    string
	Comparison       string
	Enabled          bool
}

// Server is the web application.
type Server struct {
	config   Config
	store    *store.Store
	log      *slog.Logger
	catalog  *locale.Catalog
	assets   *assets
	pages    pages
	rules    map[string]Rule
	routes   []route
	sessions *sessions
	names    *names
	requests *signin.Limits // of one session, or of one address nobody is signed in from
	attempts *signin.Limits // to sign in, of one address
	mux      *http.ServeMux
	handler  http.Handler
}

// New makes the application ready to be served. It reads nothing from the store yet, so ClickHouse may be away.
func New(c Config) (*Server, error) {
	s := &Server{
		config: c, store: c.Store, log: c.Log, rules: map[string]Rule{},
		requests: signin.NewLimits(50*time.Millisecond, 200), attempts: signin.NewLimits(6*time.Second, 10),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if c.Location == nil {
		s.config.Location = time.Local
	}
	var err error
	if c.Calendar == nil {
		s.config.Calendar = conduct.DefaultCalendar()
	}
	if c.Shifts == nil {
		s.config.Shifts = conduct.DefaultShifts()
	}
	for _, r := range c.Rules {
		s.rules[r.ID] = r
	}
	if s.catalog, err = locale.Load(); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = s.loadPages(); err != nil {
		return nil, err
	}
	s.sessions, s.names = newSessions(c.Store), &names{store: c.Store}
	s.routes = table()
	if err = s.build(); err != nil {
		return nil, err
	}
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// build makes the handler of all routes.
func (s *Server) build() error {
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1400))
	if err != nil {
		return fmt.Errorf("cannot compress answers: %w", err)
	}
	s.mux = http.NewServeMux()
	for i := range s.routes {
		rt := &s.routes[i]
		var h http.Handler = s.guard(rt)
		if !rt.audio { // a range of a compressed file is no range of the sound
			h = compress(h)
		}
		s.mux.Handle(rt.method+" "+rt.pattern, h)
	}
	s.mux.Handle("/", s.guard(&route{pattern: "/", serve: (*Server).serveNothing}))
	// A form or a script of another site cannot act for who is signed in here: Fetch metadata and Origin tell.
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(s.guard(&route{pattern: "/", noSession: true, serve: func(*Server, *visit) error {
		return &problem{status: http.StatusForbidden, key: "problem.origin"}
	}}))
	s.handler = withHeaders(protection.Handler(s.mux))
	return nil
}

// serveNothing answers what is no route, or no method of one.
func (s *Server) serveNothing(v *visit) error {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		if _, pattern := s.mux.Handler(&http.Request{Method: m, URL: v.r.URL, Host: v.r.Host}); pattern != "/" {
			methods = append(methods, m)
		}
	}
	if len(methods) > 0 {
		v.w.Header().Set("Allow", strings.Join(methods, ", "))
		return &problem{status: http.StatusMethodNotAllowed, key: "problem.method"}
	}
	return notFound("problem.page")
}

func (s *Server) now() time.Time {
	if s.config.Now != nil {
		return s.config.Now()
	}
	return time.Now()
}

// ruleTitle is a rule's title in a language; its id when the rulebook no longer has it.
func (s *Server) ruleTitle(l locale.Lang, id string) string {
	r, ok := s.rules[id]
	switch {
	case !ok:
		return id
	case l == locale.ZH:
		return r.TitleZH
	default:
		return r.TitleEN
	}
}

// ruleUnit is the unit of what a rule measures, in a language: what has none is counted.
func (s *Server) ruleUnit(l locale.Lang, id string) string {
	r, known := s.rules[id]
	unit := r.Unit
	if known && unit == "" {
		unit = "count"
	}
	if key := "unit." + unit; s.catalog.Has(key) {
		return s.catalog.Say(l, key)
	}
	return unit
}
