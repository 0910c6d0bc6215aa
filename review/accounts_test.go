package review

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The first admin sets a password by a link that works once, and as long as there is one no other link is made.
func TestFirstAdmin(t *testing.T) {
	s := newSite(t)
	if path, err := s.FirstAdmin(t.Context()); err != nil || path != "" {
		t.Fatalf("a link %q although there is an admin: %v", path, err)
	}
	execute(t, s, "TRUNCATE TABLE accounts")
	first, err := s.FirstAdmin(t.Context())
	if err != nil || !strings.HasPrefix(first, "/welcome/admin/") {
		t.Fatalf("link %q, %v", first, err)
	}
	second, err := s.FirstAdmin(t.Context()) // the program was started again
	if err != nil || second == first {
		t.Fatalf("link %q, %v", second, err)
	}
	c := s.as("")
	c.get(first).want(t, 410, "used, has expired, or was replaced")
	c.get(second).want(t, 200, "Set your password")
	c.post(second, "password", "short", "password_again", "short").want(t, 422, "at least 12 characters")
	c.post(second, "password", "long enough by far", "password_again", "long enough by faR").want(t, 422, "The two passwords differ")
	in := c.post(second, "password", "long enough by far", "password_again", "long enough by far")
	in.want(t, 303)
	c.post(second, "password", "another that is long", "password_again", "another that is long").want(t, 410)
	c.cookie = fresh(in, sessionCookie)
	c.get("/accounts").want(t, 200, "admin")
	if path, err := s.FirstAdmin(t.Context()); err != nil || path != "" {
		t.Errorf("a link %q although there is an admin: %v", path, err)
	}
	s.as("").post("/sign-in", "account", "admin", "password", "long enough by far").want(t, 303)
}

var oneTimeLink = regexp.MustCompile(`value="(http://[^"]*/welcome/[^"]*)"`)

func TestAdminMakesAccounts(t *testing.T) {
	s := newSite(t)
	c := s.as("admin")
	for says, form := range map[string][]string{
		"has small letters":      {"account", "Ann<b>", "role", "inspector"},
		"an account of this":     {"account", "second", "role", "inspector"},
		"no such role":           {"account", "ann", "role", "god"},
		"needs the agent number": {"account", "ann", "role", "agent"},
	} {
		c.post("/accounts", form...).want(t, 422, says)
	}
	made := c.post("/accounts", "account", "Ann", "name", "Ann 安", "role", "inspector", "teams", "north\nsouth, east")
	made.want(t, 200, "It is shown only now")
	link := oneTimeLink.FindStringSubmatch(made.body)
	if link == nil {
		t.Fatalf("no link: %s", made.body)
	}
	u, err := url.Parse(link[1])
	if err != nil {
		t.Fatal(err)
	}
	s.as("").post(u.Path, "password", "long enough by far", "password_again", "long enough by far").want(t, 303)
	row, err := s.store.Account(t.Context(), "ann")
	if err != nil || strings.Join(row.Teams, "|") != "north|south|east" || row.Role != "inspector" || row.AllTeams || row.Invitation != "" {
		t.Errorf("account %+v, %v", row, err)
	}

	// Two admins at once: the second is told. An account that is shut is out at once.
	ann := s.as("ann")
	ann.get("/inbox").want(t, 200)
	page := c.get("/accounts/ann")
	seen := regexp.MustCompile(`name="seen" value="(\d+)"`).FindStringSubmatch(page.body)[1]
	c.post("/accounts/ann", "seen", seen, "role", "inspector", "disabled", "1").want(t, 303)
	c.post("/accounts/ann", "seen", seen, "name", "my change", "role", "manager").want(t, 409, "has changed this account meanwhile", "my change")
	ann.get("/inbox").want(t, 401)
	s.as("").post("/sign-in", "account", "ann", "password", "long enough by far").want(t, 422, "This account is shut")

	c.post("/accounts/admin", "role", "manager").want(t, 422, "You cannot shut your own account")
	c.get("/accounts/nobody").want(t, 404, "There is no such account")
}

func TestChangePasswordEndsOtherSessions(t *testing.T) {
	s := newSite(t)
	one, other := s.as("second"), s.as("second")
	other.get("/inbox").want(t, 200)
	one.post("/me/password", "password_now", "wrong", "password", "long enough by far", "password_again", "long enough by far").want(t, 422, "present password is wrong")
	changed := one.post("/me/password", "password_now", password, "password", "long enough by far", "password_again", "long enough by far")
	changed.want(t, 303)
	other.get("/inbox").want(t, 401)
	one.cookie = fresh(changed, sessionCookie)
	one.get("/me?done=password").want(t, 200, "The password is changed")
}

func TestRosterNamesAgents(t *testing.T) {
	s := newSite(t)
	c := s.as("admin")
	c.post("/roster", "agent", "", "name", "x", "action", "save").want(t, 422, "An agent needs a number")
	c.post("/roster", "agent", "B1", "shift", "lunch", "action", "save").want(t, 422, "There is no such shift")
	c.post("/roster", "agent", "B1", "name", "孙浩", "team", "south", "shift", "night", "action", "save").want(t, 303)
	s.as("manager").get("/calls/away").want(t, 200, "孙浩")
	c.post("/roster", "agent", "B1", "action", "remove").want(t, 303)
	if got := c.get("/roster"); strings.Contains(got.body, "孙浩") {
		t.Error("one who was removed is still on the roster")
	}
}

// Teams bound what is seen, an agent sees only the own, and the customer's number is shown to those who may call back.
func TestWhoSeesWhat(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		who, path string
		status    int
	}{
		{"inspector", "/calls/away", 404}, {"manager", "/calls/away", 200}, {"agent", "/calls/short", 404}, {"agent", "/calls/talk", 200},
		{"inspector", "/agents/B1", 404}, {"manager", "/agents/B1", 200}, {"agent", "/agents/A2", 404}, {"agent", "/agents/A1", 200},
		{"inspector", "/calls/away/peaks", 404}, {"agent", "/calls/short/spectrogram?leg=agent&from=0&to=1&columns=10", 404},
		{"inspector", "/agents/nobody", 404}, {"inspector", "/agents/A1?month=2026-13", 422}, {"leader", "/slips?shift=lunch", 422},
	} {
		if got := s.as(tc.who).get(tc.path); got.StatusCode != tc.status {
			t.Errorf("%s at %s: %d, want %d", tc.who, tc.path, got.StatusCode, tc.status)
		}
	}
	for who, shown := range map[string]bool{"agent": false, "inspector": false, "leader": true, "manager": true} {
		got := s.as(who).get("/calls/talk")
		if strings.Contains(got.body, "13812345678") != shown || !strings.Contains(got.body, "5678") {
			t.Errorf("%s: the customer's number is shown: %v, want %v", who, !shown, shown)
		}
	}
	if got := s.as("inspector").get("/inbox"); strings.Contains(got.body, "/calls/away") || !strings.Contains(got.body, "/calls/short") {
		t.Error("the inbox shows another team's call")
	}
	if got := s.as("inspector").get("/agents/A1"); strings.Contains(got.body, "Yuan") {
		t.Error("an inspector is shown the money")
	}
}

// Two who open the same call: the second is told, and may go on.
func TestClaims(t *testing.T) {
	s := newSite(t)
	one, two := s.as("inspector"), s.as("second")
	one.post("/calls/talk/claim").want(t, 303)
	two.get("/inbox").want(t, 200, "Wang Lin is at it")
	one.get("/inbox").want(t, 200, "You are at this call")
	two.post("/calls/away/claim").want(t, 404)
	next := two.get("/next?call=hour")
	next.want(t, 303)
	if to := next.Header.Get("Location"); strings.HasPrefix(to, "/calls/talk") || !strings.HasPrefix(to, "/calls/") {
		t.Errorf("the next call is %s, where somebody is", to)
	}
	one.post("/calls/talk/release").want(t, 303)
	if got := two.get("/inbox"); strings.Contains(got.body, "is at it") {
		t.Error("a call that was let go is still claimed")
	}
	claims, err := s.store.Claims(t.Context(), []string{"talk"}, s.now())
	if err != nil || len(claims) != 0 {
		t.Errorf("claims %v, %v", claims, err)
	}
}
