package review

import "strings"

// route is one thing the application does.
type route struct {
	method, pattern string
	who             roles // anybody: whoever asks
	audio           bool  // answers with sound, which is logged before its first byte leaves
	noSession       bool  // does not ask who it is
	serve           func(*Server, *visit) error
}

// table holds all routes there are. The mux, the guard and docs/routes.md are made from it, so a route that is not in it
// does not exist, and one without roles is open to anybody.
func table() []route {
	return []route{
		{method: "GET", pattern: "/healthz", who: anybody, noSession: true, serve: (*Server).serveHealth},
		{method: "GET", pattern: "/static/{sum}/{name}", who: anybody, noSession: true, serve: (*Server).serveStatic},
		{method: "POST", pattern: "/preferences", who: anybody, serve: (*Server).setPreferences},
		{method: "GET", pattern: "/{$}", who: anybody, serve: (*Server).serveHome},

		{method: "GET", pattern: "/sign-in", who: anybody, serve: (*Server).serveSignIn},
		{method: "POST", pattern: "/sign-in", who: anybody, serve: (*Server).signIn},
		{method: "GET", pattern: "/sign-in/oidc", who: anybody, serve: (*Server).startOIDC},
		{method: "GET", pattern: "/sign-in/oidc/callback", who: anybody, serve: (*Server).finishOIDC},
		{method: "GET", pattern: "/welcome/{account}/{key}", who: anybody, serve: (*Server).serveWelcome},
		{method: "POST", pattern: "/welcome/{account}/{key}", who: anybody, serve: (*Server).setFirstPassword},
		{method: "POST", pattern: "/sign-out", who: members, serve: (*Server).signOut},
		{method: "GET", pattern: "/me", who: members, serve: (*Server).serveMe},
		{method: "POST", pattern: "/me/password", who: members, serve: (*Server).changePassword},

		{method: "GET", pattern: "/inbox", who: judges, serve: (*Server).serveInbox},
		{method: "GET", pattern: "/next", who: judges, serve: (*Server).serveNext},
		{method: "GET", pattern: "/calls/{call}", who: listeners, serve: (*Server).serveCall},
		{method: "GET", pattern: "/calls/{call}/peaks", who: listeners, serve: (*Server).servePeaks},
		{method: "GET", pattern: "/calls/{call}/spectrogram", who: listeners, serve: (*Server).serveSpectrogram},
		{method: "GET", pattern: "/calls/{call}/audio", who: listeners, audio: true, serve: (*Server).serveAudio},
		{method: "POST", pattern: "/calls/{call}/claim", who: judges, serve: (*Server).claim},
		{method: "POST", pattern: "/calls/{call}/release", who: judges, serve: (*Server).release},
		{method: "POST", pattern: "/calls/{call}/flags", who: judges, serve: (*Server).raiseFlag},
		{method: "POST", pattern: "/flags/{flag}/verdict", who: judges, serve: (*Server).giveVerdict},
		{method: "POST", pattern: "/flags/{flag}/undo", who: judges, serve: (*Server).undoVerdict},
		{method: "POST", pattern: "/flags/{flag}/appeal", who: agent, serve: (*Server).appeal},
		{method: "POST", pattern: "/flags/{flag}/decision", who: leader | manager, serve: (*Server).decideAppeal},

		{method: "GET", pattern: "/mine", who: agent, serve: (*Server).serveMine},
		{method: "GET", pattern: "/scores", who: judges, serve: (*Server).serveScores},
		{method: "GET", pattern: "/agents/{agent}", who: listeners, serve: (*Server).serveAgent},
		{method: "GET", pattern: "/appeals", who: listeners, serve: (*Server).serveAppeals},
		{method: "GET", pattern: "/slips", who: judges, serve: (*Server).serveSlips},

		{method: "GET", pattern: "/access", who: manager | admin, serve: (*Server).serveAccess},
		{method: "GET", pattern: "/accounts", who: admin, serve: (*Server).serveAccounts},
		{method: "POST", pattern: "/accounts", who: admin, serve: (*Server).createAccount},
		{method: "GET", pattern: "/accounts/{account}", who: admin, serve: (*Server).serveAccount},
		{method: "POST", pattern: "/accounts/{account}", who: admin, serve: (*Server).changeAccount},
		{method: "POST", pattern: "/accounts/{account}/invite", who: admin, serve: (*Server).inviteAccount},
		{method: "GET", pattern: "/roster", who: admin, serve: (*Server).serveRoster},
		{method: "POST", pattern: "/roster", who: admin, serve: (*Server).changeRoster},
	}
}

// navigation is what the bar at the top offers, to those who may.
var navigation = []struct{ Pattern, Key string }{
	{"/inbox", "nav.inbox"}, {"/mine", "nav.mine"}, {"/scores", "nav.scores"}, {"/appeals", "nav.appeals"},
	{"/slips", "nav.slips"}, {"/accounts", "nav.accounts"}, {"/roster", "nav.roster"}, {"/access", "nav.access"},
}

// link is an entry of the navigation.
type link struct {
	Path, Key string
	Here      bool
}

// links are the entries for a person on the page of a route.
func (s *Server) links(who *person, here string) []link {
	var all []link
	for _, n := range navigation {
		for i := range s.routes {
			if rt := &s.routes[i]; who != nil && rt.method == "GET" && rt.pattern == n.Pattern && rt.who.has(who.role) {
				all = append(all, link{Path: n.Pattern, Key: n.Key, Here: strings.HasPrefix(here, n.Pattern)})
			}
		}
	}
	return all
}
