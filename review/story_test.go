package review

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The whole way of a flag, as people go it: an inspector finds, hears and confirms it, the score falls, the agent appeals,
// the slip is printed, the manager grants the appeal, and score, money and ladder roll back.
func TestTheWayOfAFlag(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)

	inspector := b.open("en", "light")
	inspector.signIn("inspector")
	inspector.wait("location.pathname === '/inbox' && document.querySelectorAll('.flag').length === 6")
	inspector.click(`.filters input[name=rule][value="raised-voice"]`)
	inspector.wait("location.search.includes('rule=raised-voice') && document.querySelectorAll('.flag').length === 1")
	inspector.key("\r")
	inspector.wait("location.pathname === '/calls/talk' && document.documentElement.dataset.waveform")
	if told := eval[string](inspector, "document.querySelector('.events').innerText"); !strings.Contains(told, "transferred") {
		t.Errorf("the call's events are %q, expected a transfer", told)
	}

	// It is at the flag, 3 s before it, and plays when asked to.
	inspector.wait("document.querySelector('#time').textContent === '0:17.0' || !document.querySelector('#audio').paused")
	if eval[bool](inspector, "document.querySelector('#audio').paused") {
		inspector.key(" ")
	}
	inspector.wait("!document.querySelector('#audio').paused && document.querySelector('#audio').currentTime > 17.3")
	if at := eval[float64](inspector, "document.querySelector('#audio').currentTime"); at > 25 {
		t.Errorf("plays at %v s, want soon after 17 s", at)
	}
	// What comes is sound: the agent's at 300 Hz on the left, the customer's on the right, neither silent.
	loud := eval[[]float64](inspector, `fetch("/calls/talk/audio").then((r) => r.arrayBuffer()).then((b) => new OfflineAudioContext(2, 1, 8000).decodeAudioData(b))
		.then((a) => [a.duration, ...[0, 1].map((c) => Math.max(...a.getChannelData(c).subarray(0, 80000)))])`)
	if loud[0] < 89.9 || loud[0] > 90.1 || loud[1] < .2 || loud[2] < .2 {
		t.Errorf("duration and loudest samples of both legs: %v", loud)
	}
	// One leg alone, and faster.
	inspector.key("2")
	inspector.key(".")
	inspector.wait("document.querySelector('[data-leg=customer]').ariaPressed === 'true' && document.querySelector('#audio').playbackRate === 1.25")
	before := eval[float64](inspector, "document.querySelector('#audio').currentTime")
	inspector.wait("document.querySelector('#audio').currentTime > " + number(before+1))
	inspector.key("s")
	inspector.wait("document.querySelector('.spectrogram').naturalWidth > 100")
	// Round and round: from a second before the flag to a second after it.
	inspector.key("l")
	eval[float64](inspector, "document.querySelector('#audio').currentTime = 26.8")
	inspector.wait("document.querySelector('#loop').ariaPressed === 'true' && document.querySelector('#audio').currentTime > 19 && document.querySelector('#audio').currentTime < 25")
	inspector.key("l")

	// By key: it is so.
	inspector.wait("document.querySelector('#score').dataset.score === '100'")
	inspector.key("c")
	inspector.wait("document.querySelector('#score').dataset.score === '90'")
	inspector.wait("document.querySelector('#flag-talk-0 .tag.confirmed') && document.querySelector('#flag-talk-1[aria-current]')")
	inspector.key("c")
	inspector.wait("document.querySelector('#score').dataset.score === '85'")
	inspector.key("z") // not so sure after all
	inspector.wait("document.querySelector('#score').dataset.score === '90' && document.querySelector('#flag-talk-1 .tag.pending')")
	inspector.clean("inspector")

	// Who listened to what is in the log, from before the sound.
	rows := logged(t, s, "talk")
	if len(rows) == 0 || rows[0].By != "inspector" {
		t.Fatalf("the log has %+v", rows)
	}

	agent := b.open("zh", "light")
	agent.signIn("agent")
	agent.wait("location.pathname === '/mine' && document.querySelector('#points').dataset.points === '10'")
	agent.wait("document.querySelector('#money').textContent === '150.00'")
	agent.wait("document.querySelector('[data-rule=raised-voice]').dataset.level === 'reminder'")
	agent.click(`tbody a[href*="talk-0"]`)
	agent.wait("document.querySelector('#appeal-talk-0')")
	agent.do(chromedp.SendKeys(chromedp.CSS("#appeal-talk-0"), "客户听不清，我只是大声一点。"))
	agent.click("#flag-talk-0 form.words button")
	agent.wait("document.querySelector('#flag-talk-0 .tag.appealed')")
	agent.clean("agent")

	// The slip of that day: a verdict under appeal stands until it is reversed.
	leader := b.open("zh", "light")
	leader.signIn("leader")
	leader.visit("/slips?day=" + s.start.In(s.zone).Format(time.DateOnly))
	leader.wait("document.querySelectorAll('.slip tbody tr').length === 1 && document.querySelector('.slip').innerText.includes('D18.二.1')")
	pdf, err := chromedp.Run(leader.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	b.must(err)
	if pages := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); !bytes.HasPrefix(pdf, []byte("%PDF")) || pages != 1 {
		t.Errorf("the slip is %d bytes of PDF with %d pages, want 1", len(pdf), pages)
	}
	b.must(os.MkdirAll(screens, 0o755))
	b.must(os.WriteFile(filepath.Join(screens, "slip.pdf"), pdf, 0o644))
	leader.clean("leader")

	manager := b.open("en", "dark")
	manager.signIn("manager")
	manager.visit("/appeals")
	manager.click("tbody a.primary")
	manager.wait("document.querySelector('#flag-talk-0 [value=grant]')")
	manager.click("#flag-talk-0 [value=grant]")
	manager.wait("document.querySelector('#flag-talk-0 .tag.rejected') && document.querySelector('#score').dataset.score === '100'")
	manager.wait("document.querySelector('.history').innerText.includes('客户听不清')")

	// All that followed from the verdict is gone with it.
	manager.visit("/agents/A1?month=" + s.start.In(s.zone).Format("2006-01"))
	manager.wait("document.querySelector('#points').dataset.points === '0' && document.querySelector('#money').textContent === '0.00' && !document.querySelector('.ladder li')")
	manager.visit("/access?call=talk")
	manager.wait("document.querySelectorAll('tbody tr').length > 1")
	manager.clean("manager")
	leader.visit("/slips?day=" + s.start.In(s.zone).Format(time.DateOnly))
	leader.wait("!document.querySelector('.slip')")
}

// By keys alone through the inbox: move, judge in place, undo, reject with a reason, and being told that another was faster.
func TestInboxByKeys(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	w := b.open("en", "light")
	w.become("inspector")
	w.visit("/inbox")
	w.wait("document.querySelector('.flag.here')?.dataset.flag === 'hour-0'")
	w.key("j")
	w.wait("document.querySelector('.flag.here').dataset.flag === 'talk-0'")
	w.key("k")
	w.key("c")
	w.wait("document.querySelector('[data-flag=hour-0]').dataset.status === 'confirmed' && document.querySelector('.flag.here').dataset.flag === 'talk-0'")
	w.wait("document.querySelector('#total').dataset.total === '5'")
	w.wait("document.querySelector('#toast').textContent.startsWith('Confirmed') && document.querySelector('#toast button').textContent.startsWith('Undo')")
	w.key("z")
	w.wait("document.querySelector('[data-flag=hour-0]').dataset.status === 'pending' && document.querySelector('#total').dataset.total === '6'")
	w.key("j")
	w.key("r")
	w.wait("document.querySelector('dialog[open]')")
	w.key("3") // a fault of the line
	w.wait("document.querySelector('[data-flag=talk-0]').dataset.status === 'rejected'")
	if _, steps := lastStep(t, s, "talk-0"); len(steps) != 1 || steps[0].Reason != "line-fault" {
		t.Errorf("steps %+v", steps)
	}
	w.wait("document.querySelector('.flag.here').dataset.flag === 'talk-1'")
	// Meanwhile another judges this one.
	s.as("second").post("/flags/talk-1/verdict", "action", "unsure", "follows", "").want(t, 303)
	w.expected = []string{"409"}
	w.key("c")
	w.wait("document.querySelector('#toast.bad')?.textContent.includes('Zhao Min was faster: unsure')")
	w.wait("document.querySelector('[data-flag=talk-1]').dataset.status === 'unsure'")
	w.key("c") // having seen that
	w.wait("document.querySelector('[data-flag=talk-1]').dataset.status === 'confirmed'")
	// The server goes away: that is told, and the flag waits as before.
	w.wait("document.querySelector('.flag.here').dataset.status === 'pending'")
	eval[bool](w, "(window.fetch = () => Promise.reject(new TypeError('away')), true)")
	w.key("c")
	w.wait("document.querySelector('#toast.bad')?.textContent.startsWith('The server does not answer') && document.querySelector('.flag.here').dataset.status === 'pending'")
	w.clean("inbox")
}
