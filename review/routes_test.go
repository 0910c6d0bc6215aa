package review

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/routes.md anew")

// sample fills a route's pattern with what there is.
func sample(s *site, rt route) string {
	return strings.NewReplacer("{$}", "", "{sum}", s.assets.sum, "{name}", "app.css", "{call}", "talk", "{flag}", "talk-0",
		"{agent}", "A1", "{account}", "second", "{key}", "nokey").Replace(rt.pattern)
}

// Every role at every route: exactly those whom the table names are let in.
func TestRoleTimesRoute(t *testing.T) {
	s := newSite(t)
	for _, rt := range s.routes {
		for _, who := range append([]string{""}, "agent", "inspector", "leader", "manager", "admin") {
			// A new session each, since a route may end it.
			c := s.as(who)
			r := httptest.NewRequest(rt.method, sample(s, rt), strings.NewReader("x=y"))
			if rt.method == "POST" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			got := c.do(r)
			want := "in"
			switch {
			case rt.who == anybody || rt.who.has(roleOf(who)):
			case who == "":
				want = "401"
			default:
				want = "403"
			}
			was := fmt.Sprint(got.StatusCode)
			if got.StatusCode != 401 && got.StatusCode != 403 && got.StatusCode < 500 {
				was = "in"
			}
			// Who is let in may still be told that this step is not theirs.
			if was == "403" && want == "in" && strings.Contains(got.body, "problem-step") {
				was = "in"
			}
			if was != want {
				t.Errorf("%s %s as %q: %d (%s), want %s", rt.method, rt.pattern, who, got.StatusCode, got.Status, want)
			}
		}
	}
}

// docs/routes.md is the table of the routes themselves.
func TestRoutesAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nMade from the routes themselves by `go test ./review -run Documented -update`; a test asks each cell of the running application.\n")
	b.WriteString("An agent sees only the agent's own calls, all others those of their teams.\n\n| route | nobody |")
	for _, r := range roleNames {
		fmt.Fprintf(&b, " %s |", r.name)
	}
	b.WriteString("\n|---|" + strings.Repeat(":-:|", 1+len(roleNames)) + "\n")
	for _, rt := range table() {
		fmt.Fprintf(&b, "| `%s %s` | %s |", rt.method, rt.pattern, mark(rt.who == anybody))
		for _, r := range roleNames {
			fmt.Fprintf(&b, " %s |", mark(rt.who == anybody || rt.who.has(r.role)))
		}
		b.WriteString("\n")
	}
	const file = "../docs/routes.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(is) != b.String() {
		t.Errorf("%s is not what the routes say: go test ./review -run Documented -update", file)
	}
}

func mark(yes bool) string {
	if yes {
		return "✓"
	}
	return ""
}

// A session's role is the account's, whatever a request says of it.
func TestForgedRole(t *testing.T) {
	s := newSite(t)
	c := s.as("agent")
	r := httptest.NewRequest("GET", "/inbox?role=manager", nil)
	r.Header.Set("X-Role", "manager")
	r.AddCookie(&http.Cookie{Name: "role", Value: "manager"})
	c.do(r).want(t, 403, "Your role does not allow this")
	c.post("/flags/talk-0/verdict", "action", "confirm", "follows", "", "role", "inspector").want(t, 403)
	c.cookie = "forged" + c.cookie
	c.get("/mine").want(t, 401, "Please sign in")
	r = httptest.NewRequest("POST", "/flags/talk-0/verdict", strings.NewReader("action=confirm&follows="))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	s.as("inspector").do(r).want(t, 403, "another site")
}
