package review

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browser is a real Chromium at a site, one for each test, with a window for each person.
type browser struct {
	t     *testing.T
	s     *site
	url   string
	alloc context.Context
}

func newBrowser(t *testing.T, s *site) *browser {
	t.Helper()
	program := os.Getenv("EARSHOT_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program == "" {
			program, _ = exec.LookPath(name)
		}
	}
	if program == "" {
		t.Fatal("no Chromium: run scripts/need-chromium.sh, or set EARSHOT_CHROMIUM")
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.Flag("mute-audio", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // root has none
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(func() { ends(t, cancel) })
	return &browser{t: t, s: s, url: server.URL, alloc: ctx}
}

// window is one person's browser: its own cookies. What goes wrong in it fails the test: an error on the console, a
// violation of the page's policy, a request to another host.
type window struct {
	*browser
	ctx    context.Context
	mu     sync.Mutex
	errors []string
	// expected are texts of console errors that the test provokes.
	expected []string
}

// ends lets go of a browser, which waits for its processes: for a while, and not for ever.
func ends(t *testing.T, cancel context.CancelFunc) {
	done := make(chan struct{})
	go func() { cancel(); close(done) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Error("Chromium does not end within 30 s")
	}
}

func (b *browser) open(lang, theme string) *window {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.alloc)
	b.t.Cleanup(func() { ends(b.t, cancel) })
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	b.t.Cleanup(stop)
	w := &window{browser: b, ctx: ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == "error" || m.IsException() {
				w.note(m.Text + " " + m.URL)
			}
		}
	}()
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(e.Request.URL, b.url+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			w.note("a request leaves the machine: " + e.Request.URL)
		}
	})
	b.must(err)
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	_, err = chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: lang, URL: b.url})
	b.must(err)
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	})
	b.must(err)
	b.must(chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)))
	return w
}

func (w *window) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errors = append(w.errors, what)
}

// clean fails the test for what went wrong in the window so far.
func (w *window) clean(where string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
next:
	for _, e := range w.errors {
		for _, x := range w.expected {
			if strings.Contains(e, x) {
				continue next
			}
		}
		w.t.Errorf("%s: %s", where, e)
	}
	w.errors = nil
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	err := chromedp.Do(ctx, steps...)
	// A page that has just been put in another's place takes the nodes away that were asked for: nothing has been done yet.
	for range 5 {
		if err == nil || !strings.Contains(err.Error(), "Could not find node with given id") {
			break
		}
		time.Sleep(100 * time.Millisecond)
		err = chromedp.Do(ctx, steps...)
	}
	if err != nil {
		w.fail(err.Error())
	}
}

// fail ends the test with where the window is and what is to be seen in it, if it still answers: a page that hangs must
// not hang the test.
func (w *window) fail(what string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText.slice(0, 2500)"))
	if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		file := filepath.Join(screens, "failed-"+filepath.Base(w.t.Name())+".png")
		if os.MkdirAll(screens, 0o755) == nil && os.WriteFile(file, png, 0o644) == nil {
			what += "; see " + file
		}
	}
	w.t.Fatalf("at %s: %s\n%s", where, what, text)
}

// eval gives the value of an expression in the page; a promise is waited for.
func eval[T any](w *window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.fail(fmt.Sprintf("%.300s: %v", expression, err))
	}
	return v
}

// wait waits until the page has loaded, scripts and all, and an expression is true in it: a key that is pressed before is lost.
func (w *window) wait(expression string) {
	w.t.Helper()
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
		v, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && Boolean("+expression+")"))
		cancel()
		if err == nil && v {
			return
		}
		if time.Now().After(until) {
			w.fail(fmt.Sprintf("never true: %s (%v)", expression, err))
		}
	}
}

func (w *window) visit(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.url+path), chromedp.WaitReady(chromedp.CSS("#main")))
}

func (w *window) key(keys string) { w.t.Helper(); w.do(chromedp.KeyEvent(keys)) }

func (w *window) click(selector string) {
	w.t.Helper()
	w.do(chromedp.Click(chromedp.CSS(selector)))
}

// signIn signs in by the form, as a person does.
func (w *window) signIn(account string) {
	w.t.Helper()
	w.visit("/sign-in")
	w.do(chromedp.SendKeys(chromedp.CSS("#account"), account), chromedp.SendKeys(chromedp.CSS("#password"), password+"\r"))
	w.wait("document.querySelector('form[action=\"/sign-out\"]')")
}

// become signs in without the form.
func (w *window) become(account string) {
	w.t.Helper()
	c := w.s.as(account)
	_, err := chromedp.Call(w.ctx, network.SetCookie, network.SetCookieParams{
		Name: sessionCookie, Value: c.cookie, URL: w.url, Path: "/", Secure: new(true), HTTPOnly: new(true),
	})
	w.must(err)
}

// screens is where the pictures go.
const screens = "../.cache/screens"

func (w *window) picture(name string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	w.must(err)
	w.must(os.MkdirAll(screens, 0o755))
	w.must(os.WriteFile(filepath.Join(screens, name+".png"), png, 0o644))
}

var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("../.cache/axe-core/axe.min.js")
	return string(source), err
})

// accessible has axe-core look at the page: no finding may be serious.
func (w *window) accessible(where string) {
	w.t.Helper()
	source, err := axe()
	if err != nil {
		w.t.Fatalf("%v: run scripts/fetch-axe.sh", err)
	}
	eval[bool](w, source+"; true")
	found := eval[string](w, `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) =>
		({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 4).map((n) => n.html.slice(0, 200) + " — " + (n.any[0]?.message ?? ""))}))))`)
	var violations []struct {
		ID, Impact, Help string
		Nodes            []string
	}
	w.must(json.Unmarshal([]byte(found), &violations))
	for _, v := range violations {
		if v.Impact == "serious" || v.Impact == "critical" {
			w.t.Errorf("%s: axe finds %s (%s): %s\n  %s", where, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n  "))
		}
	}
}

// Each page in both languages, light and dark: a picture, no serious finding, no error, nothing from elsewhere, nothing
// wider than the window.
func TestPages(t *testing.T) {
	s := newSite(t)
	s.fillPages()
	b := newBrowser(t, s)
	pages := []struct{ name, who, path, ready string }{
		{"sign-in", "", "/sign-in", "document.querySelector('#account')"},
		{"inbox", "inspector", "/inbox", "document.querySelector('.flag.here')"},
		{"inbox-filtered", "inspector", "/inbox?status=confirmed&status=appealed&class=serious", "document.querySelector('.flag')"},
		{"call", "inspector", "/calls/talk?flag=talk-0", "document.documentElement.dataset.waveform"},
		{"call-reject", "second", "/calls/short", "document.querySelector('.flagcard')"},
		{"call-hour", "inspector", "/calls/hour", "document.querySelector('.flagcard')"},
		{"call-expired", "inspector", "/calls/gone", "document.querySelector('.note.warn')"},
		{"call-agent", "agent", "/calls/talk?flag=talk-1", "document.querySelector('.flagcard textarea')"},
		{"call-decide", "leader", "/calls/talk?flag=talk-0", "document.querySelector('[value=grant]')"},
		{"mine", "agent", "/mine", "document.querySelector('.figures')"},
		{"scores", "manager", "/scores", "document.querySelector('.bar-h')"},
		{"agent", "leader", "/agents/A1", "document.querySelector('.ladder')"},
		{"appeals", "leader", "/appeals", "document.querySelector('tbody a')"},
		{"slips", "leader", "/slips?day=" + s.start.In(s.zone).Format(time.DateOnly), "document.querySelector('main')"},
		{"access", "manager", "/access", "document.querySelector('tbody td.nowrap')"},
		{"accounts", "admin", "/accounts", "document.querySelector('tbody a')"},
		{"account", "admin", "/accounts/second", "document.querySelector('form')"},
		{"roster", "admin", "/roster?agent=A1", "document.querySelector('form')"},
		{"me", "inspector", "/me", "document.querySelector('#password')"},
		{"not-found", "inspector", "/calls/nowhere", "document.querySelector('h1')"},
		{"not-allowed", "agent", "/accounts", "document.querySelector('h1')"},
	}
	for _, lang := range []string{"en", "zh"} {
		for _, theme := range []string{"light", "dark"} {
			w := b.open(lang, theme)
			w.expected = []string{"404", "403", "410"} // the pages that are asked for are not there
			was := ""
			for _, p := range pages {
				name := fmt.Sprintf("%s-%s-%s", p.name, lang, theme)
				if p.who != was && p.who != "" {
					w.become(p.who)
				}
				was = p.who
				w.do(chromedp.EmulateViewport(1280, 900))
				w.visit(p.path)
				w.wait(p.ready)
				if p.name == "call-reject" {
					w.key("r")
					w.wait("document.querySelector('dialog[open]')")
				}
				w.accessible(name)
				w.picture(name)
				w.do(chromedp.EmulateViewport(820, 1100)) // a tablet
				time.Sleep(60 * time.Millisecond)
				if wide := eval[int](w, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
					t.Errorf("%s: %d px wider than a tablet", name, wide)
				}
				if p.name == "call" && eval[bool](w, "document.querySelector('#side').getBoundingClientRect().top < document.querySelector('.player').getBoundingClientRect().bottom") {
					t.Errorf("%s: the verdict is above the sound", name)
				}
				if theme == "light" && (p.name == "inbox" || p.name == "call") {
					w.picture(name + "-tablet")
				}
				w.clean(name)
			}
			w.must(chromedp.Cancel(w.ctx))
		}
	}
}

// fillPages gives every page something to show.
func (s *site) fillPages() {
	s.t.Helper()
	i, a := s.as("inspector"), s.as("agent")
	i.post("/flags/talk-0/verdict", "action", "confirm", "follows", "").want(s.t, http.StatusSeeOther)
	c, _ := lastStep(s.t.(*testing.T), s, "talk-0")
	a.post("/flags/talk-0/appeal", "words", "The customer could not hear me.", "follows", c.LastStep).want(s.t, http.StatusSeeOther)
	i.post("/flags/talk-1/verdict", "action", "confirm", "follows", "").want(s.t, http.StatusSeeOther)
	i.get("/calls/talk/audio", "Range", "bytes=0-99999").want(s.t, http.StatusPartialContent)
}
