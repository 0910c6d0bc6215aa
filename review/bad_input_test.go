package review

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// execute runs a statement in the site's database.
func execute(t *testing.T, s *site, statement string) {
	t.Helper()
	u, err := url.Parse(s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post("http://"+u.Host+"/?database="+strings.Trim(u.Path, "/"), "text/plain", strings.NewReader(statement))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("%s: %s", statement, resp.Status)
	}
}

func TestUnknownThings(t *testing.T) {
	s := newSite(t)
	for lang, says := range map[string][]string{
		"en": {"There is no such call", "There is no page at this address", "is nothing to filter by", "is no date", "There is no such flag"},
		"zh": {"没有这通电话", "此地址没有页面", "不能用来筛选", "不是日期", "没有这条标记"},
	} {
		c := s.as("inspector")
		c.lang = lang
		c.get("/calls/nowhere").want(t, 404, says[0], `lang="`+lang)
		c.get("/calls/away").want(t, 404, says[0]) // another team's call is as unknown as none
		c.get("/calls/..%2F..%2Fetc%2Fshadow").want(t, 404, says[0])
		c.get("/nowhere").want(t, 404, says[1])
		c.get("/inbox?status=%3Cscript%3E").want(t, 422, says[2], "&lt;script&gt;")
		c.get("/inbox?from=2026-02-31").want(t, 422, says[3])
		c.post("/flags/nowhere/verdict", "action", "confirm").want(t, 404, says[4])
		c.post("/flags/away-0/verdict", "action", "confirm").want(t, 404, says[4])
	}
	got := s.as("inspector").post("/inbox")
	got.want(t, 405, "does not do that")
	if allow := got.Header.Get("Allow"); allow != "GET" {
		t.Errorf("Allow is %q", allow)
	}
}

// An id is a path and HTML; a name is HTML. Both are shown as what they are, and the call can be opened and judged.
func TestHTMLAndPathsInNames(t *testing.T) {
	s := newSite(t)
	c := s.as("inspector")
	inbox := c.get("/inbox")
	inbox.want(t, 200, "&lt;b&gt;Bob&lt;/b&gt;", url.PathEscape(oddID))
	page := c.get("/calls/" + url.PathEscape(oddID))
	page.want(t, 200, "../../etc/passwd&lt;script&gt;", "&lt;b&gt;Bob")
	for _, a := range []answer{inbox, page} {
		if strings.Contains(a.body, "<b>Bob") || strings.Contains(a.body, "passwd<script>") {
			t.Error("a name came out as HTML")
		}
	}
	c.post("/flags/"+url.PathEscape(oddID+"-0")+"/verdict", "action", "confirm", "follows", "").want(t, 303)
}

func lastStep(t *testing.T, s *site, flag string) (store.Case, []store.StepRow) {
	t.Helper()
	c, err := s.store.Case(t.Context(), store.Scope{All: true}, flag)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := s.store.Steps(t.Context(), store.Scope{All: true}, flag)
	if err != nil {
		t.Fatal(err)
	}
	return c, steps
}

func TestTheSameFormTwice(t *testing.T) {
	s := newSite(t)
	c := s.as("inspector")
	form := []string{"action", "reject", "reason", "other", "words", "a radio", "follows", ""}
	c.post("/flags/talk-0/verdict", form...).want(t, 303)
	c.post("/flags/talk-0/verdict", form...).want(t, 303)
	raise := []string{"id", "0190f7a0-0000-7000-8000-000000000001", "rule", "dead-air", "start", "0:72", "end", "1:20", "words", "silent"}
	c.post("/calls/talk/flags", raise...).want(t, 303)
	c.post("/calls/talk/flags", raise...).want(t, 303)
	for _, flag := range []string{"talk-0", "manual-0190f7a0-0000-7000-8000-000000000001"} {
		if _, steps := lastStep(t, s, flag); len(steps) != 1 {
			t.Errorf("%s has %d steps", flag, len(steps))
		}
	}
	c.get("/calls/talk").want(t, 200, "raised by hand", "a radio")
}

func TestTwoVerdictsAtOnce(t *testing.T) {
	s := newSite(t)
	one, two := s.as("inspector"), s.as("second")
	one.post("/flags/talk-0/verdict", "action", "confirm", "follows", "").want(t, 303)
	// The second has the page from before the first's verdict.
	two.post("/flags/talk-0/verdict", "action", "reject", "reason", "other", "words", "my long thoughts", "follows", "").
		want(t, 409, "Wang Lin was faster: confirmed", "my long thoughts", "Send")
	two.lang = "zh"
	two.post("/flags/talk-0/verdict", "action", "reject", "reason", "music", "follows", "").want(t, 409, "Wang Lin 抢先一步")

	var group sync.WaitGroup
	codes := make([]int, 8)
	for i := range codes {
		c := s.as([]string{"inspector", "second"}[i%2])
		group.Go(func() {
			codes[i] = c.post("/flags/talk-1/verdict", "action", []string{"confirm", "unsure"}[i%2], "follows", "").StatusCode
		})
	}
	group.Wait()
	if _, steps := lastStep(t, s, "talk-1"); len(steps) != 1 {
		t.Errorf("%d steps were taken: %v; answers %v", len(steps), steps, codes)
	}
}

func TestFiveMegabytesOfComment(t *testing.T) {
	s := newSite(t)
	comment := strings.Repeat("长", 5<<20/3)
	got := s.as("inspector").post("/flags/talk-0/verdict", "action", "reject", "reason", "other", "words", comment, "follows", "")
	got.want(t, 413, "The text is too long", "Send")
	if !strings.Contains(got.body, comment) {
		t.Error("what was typed is lost")
	}
	got = s.as("inspector").post("/flags/talk-0/verdict", "action", "reject", "words", strings.Repeat("x", 25<<20))
	got.want(t, 413, "too much at once")
	if _, steps := lastStep(t, s, "talk-0"); len(steps) != 0 {
		t.Errorf("steps %v", steps)
	}
}

// A session ends while somebody types: what was typed comes through signing in and is sent then.
func TestExpiredSessionKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	c := s.as("inspector")
	c.cookie = "expired"
	got := c.post("/flags/talk-0/verdict", "action", "reject", "reason", "other", "words", "<i>a radio</i> & more", "follows", "")
	got.want(t, 401, "Your session has ended", "&lt;i&gt;a radio&lt;/i&gt; &amp; more", `name="kept.path" value="/flags/talk-0/verdict"`)
	again := c.post("/sign-in", "account", "inspector", "password", password, "to", "/calls/talk", "kept.path", "/flags/talk-0/verdict",
		"kept.field.action", "reject", "kept.field.reason", "other", "kept.field.words", "<i>a radio</i>", "kept.field.follows", "")
	again.want(t, 200, "You are signed in again", `action="/flags/talk-0/verdict"`, "&lt;i&gt;a radio&lt;/i&gt;")
	var fresh *http.Cookie
	for _, cookie := range again.Cookies() {
		if cookie.Name == sessionCookie {
			fresh = cookie
		}
	}
	if fresh == nil || !fresh.Secure || !fresh.HttpOnly || fresh.SameSite != http.SameSiteLaxMode || fresh.Path != "/" || fresh.Domain != "" {
		t.Fatalf("session cookie %v", fresh)
	}
	c.cookie = fresh.Value
	c.post("/flags/talk-0/verdict", "action", "reject", "reason", "other", "words", "a radio", "follows", "").want(t, 303)
	// Where to go is never another site.
	c.post("/sign-in", "account", "inspector", "password", password, "to", "//evil.example/").want(t, 303)
}

func TestSessionsEnd(t *testing.T) {
	s := newSite(t)
	c := s.as("inspector")
	c.get("/inbox").want(t, 200)
	now := time.Now()
	s.config.Now = func() time.Time { return now.Add(sessionIdle + time.Minute) }
	c.get("/inbox").want(t, 401)
	s.config.Now = nil
	c = s.as("inspector")
	c.post("/sign-out").want(t, 303)
	c.get("/inbox").want(t, 401)
}

func TestLockout(t *testing.T) {
	s := newSite(t)
	c := s.as("")
	for range lockAfter {
		c.post("/sign-in", "account", "inspector", "password", "wrong").want(t, 422, "Account or password is wrong")
		c.post("/sign-in", "account", "nobody", "password", "wrong").want(t, 422, "Account or password is wrong")
	}
	c.post("/sign-in", "account", "Inspector ", "password", password).want(t, 422, "locked for 15 minutes")
	c.post("/sign-in", "account", "nobody", "password", password).want(t, 422, "locked for 15 minutes") // as if there were one
	c.post("/sign-in", "account", "second", "password", password).want(t, 303)
	s.config.Now = func() time.Time { return time.Now().Add(lockFor + time.Second) }
	c.post("/sign-in", "account", "inspector", "password", password).want(t, 303)
}

// ClickHouse goes away: a page says so, with what was typed.
func TestClickHouseAway(t *testing.T) {
	s := newSite(t)
	c := s.as("inspector")
	c.get("/inbox").want(t, 200) // the session is known for a moment
	nowhere, err := store.Open("http://127.0.0.1:1/earshot", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer nowhere.Close()
	s.Server.store = nowhere
	for lang, says := range map[string]string{"en": "The database does not answer", "zh": "数据库暂时没有响应"} {
		c.lang = lang
		got := c.post("/flags/talk-0/verdict", "action", "reject", "reason", "other", "words", "a radio & more", "follows", "")
		got.want(t, 503, says, "a radio &amp; more", `action="/flags/talk-0/verdict"`)
		if got.Header.Get("Retry-After") == "" {
			t.Error("does not say when to try again")
		}
		c.get("/calls/talk").want(t, 503, says)
	}
	s.as("").get("/healthz").want(t, 503)
}
