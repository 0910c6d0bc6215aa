package review

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/enginetest"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/review/signin"
)

// site is the application on the real ClickHouse engine and a folder of audio, with a few calls and accounts.
type site struct {
	*Server
	t     testing.TB
	store *store.Store
	dsn   string
	audio *evidence.Store
	start time.Time // of the first call
	zone  *time.Location
}

// password is that of every account of a site.
const password = "correct horse battery"

var passwordHash = sync.OnceValues(func() (string, error) { return signin.Hash(context.Background(), password) })

func newSite(t testing.TB) *site {
	t.Helper()
	dsn := enginetest.ClickHouse(t)
	if err := store.Migrate(t.Context(), dsn, store.Options{}); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	audio, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("centre", 8*3600)
	s := &site{t: t, store: st, dsn: dsn, audio: audio, zone: zone, start: time.Now().Add(-3 * time.Hour).Truncate(time.Minute)}
	s.Server, err = New(Config{Store: st, Evidence: audio, Rules: testRules, Location: zone, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.attempts = signin.NewLimits(time.Microsecond, 10_000)
	s.requests = signin.NewLimits(time.Microsecond, 10_000)
	s.seedAccounts()
	s.seedCalls()
	return s
}

var testRules = []Rule{
	{ID: "raised-voice", TitleEN: "Raised voice", TitleZH: "突然提高声音", AboutEN: "The agent's voice rises.", AboutZH: "坐席的声音提高。", Unit: "dB", Limit: 9, Points: 10, Class: "serious", Clause: "D18.二.1", Comparison: "at_least", Enabled: true},
	{ID: "hold-too-long", TitleEN: "Hold too long", TitleZH: "保持超时", AboutEN: "One hold lasts too long.", AboutZH: "单次等待过长。", Unit: "s", Limit: 120, Points: 5, Class: "serious", Clause: "D16.三.11", Comparison: "above", Enabled: true},
	{ID: "dead-air", TitleEN: "Dead air", TitleZH: "长时间静默", AboutEN: "Nobody speaks.", AboutZH: "无人说话。", Unit: "s", Limit: 20, Points: 5, Class: "minor", Clause: "D16.三.6", Comparison: "above", Enabled: true},
	{ID: "floor-noise", TitleEN: "Noisy floor", TitleZH: "现场嘈杂", AboutEN: "Noise behind the agent.", AboutZH: "坐席背景嘈杂。", Unit: "dB", Limit: 12, Clause: "D1.7", Comparison: "below", Enabled: true},
}

// seedAccounts makes one account per role, named as the role; they see the team north, the manager and the admin all.
func (s *site) seedAccounts() {
	s.t.Helper()
	hash, err := passwordHash()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range []store.AccountRow{
		{Account: "inspector", Name: "Wang Lin", Role: "inspector", Teams: []string{"north"}},
		{Account: "second", Name: "Zhao Min", Role: "inspector", Teams: []string{"north"}},
		{Account: "agent", Name: "Li Na", Role: "agent", AgentID: "A1"},
		{Account: "leader", Name: "Chen Jie", Role: "leader", Teams: []string{"north"}},
		{Account: "manager", Name: "Liu Yan", Role: "manager", AllTeams: true},
		{Account: "admin", Role: "admin", AllTeams: true},
	} {
		a.Password, a.CreatedAt, a.ChangedAt = hash, time.Now(), time.Now()
		if _, err := s.store.SaveAccount(s.t.Context(), a); err != nil {
			s.t.Fatal(err)
		}
	}
	err = s.store.SaveAgents(s.t.Context(), []store.AgentRow{
		{AgentID: "A1", Name: "Li Na", Team: "north"}, {AgentID: "A2", Name: "<b>Bob</b>", Team: "north"}, {AgentID: "B1", Name: "Sun Hao", Team: "south"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// client is a browser that has signed in as an account; nobody for the empty one.
type client struct {
	s      *site
	cookie string
	lang   string
}

func (s *site) as(account string) *client {
	s.t.Helper()
	c := &client{s: s, lang: "en"}
	if account == "" {
		return c
	}
	token, now := signin.Token(), s.now()
	err := s.store.SaveSession(s.t.Context(), store.SessionRow{
		ID: signin.Fingerprint(token), Account: account, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLength),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	c.cookie = token
	return c
}

// answer is what came back, with its body read.
type answer struct {
	*http.Response
	body string
}

func (c *client) do(r *http.Request) answer {
	c.s.t.Helper()
	w := httptest.NewRecorder()
	c.serve(w, r)
	resp := w.Result()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.s.t.Fatal(err)
	}
	return answer{resp, string(body)}
}

func (c *client) serve(w http.ResponseWriter, r *http.Request) {
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: c.cookie})
	}
	r.AddCookie(&http.Cookie{Name: "lang", Value: c.lang})
	c.s.ServeHTTP(w, r)
}

func (c *client) get(path string, header ...string) answer {
	c.s.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.do(r)
}

func (c *client) post(path string, fields ...string) answer {
	c.s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

// want holds an answer to a status and to texts that its body has.
func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("status %d, want %d: %.400s", a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the answer does not say %q: %.3000s", text, a.body)
		}
	}
}
