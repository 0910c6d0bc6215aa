package review

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// A flag is raised while its call goes on: the page shows and plays what there is so far, follows it, and becomes the ended
// call's page.
func TestACallThatGoesOn(t *testing.T) {
	s := newSite(t)
	flag := store.FlagRow{
		FlagID: "now-0", CallID: "now", Rule: "dead-air", StartedAt: s.start, At: s.start.Add(2 * time.Second), Start: 2, End: 25, Measured: 23, Limit: 20, Margin: 3,
		Comparison: "above", Points: 5, Class: "minor", State: "open", Confidence: .9, AgentID: "A1", Team: "north", Version: 1,
	}
	if err := s.store.Write(t.Context(), &store.Batch{Flags: []store.FlagRow{flag}}); err != nil {
		t.Fatal(err)
	}
	w := newBrowser(t, s).open("en", "light")
	w.expected = []string{"404"} // there is no waveform before there is audio
	w.become("inspector")
	w.visit("/calls/now")
	w.wait("document.querySelector('#open') && !document.querySelector('#audio')")
	legs := []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
	audio, err := s.audio.Create(evidence.Call{ID: "now", StartedAt: s.start, Legs: legs})
	if err != nil {
		t.Fatal(err)
	}
	s.speak(audio, 0, 30)
	looks := func() { eval[bool](w, `document.dispatchEvent(new Event("visibilitychange"))`) } // as one who comes back to the page
	looks()
	w.wait("document.querySelector('#open') && document.querySelector('#audio') && document.querySelector('#duration').textContent === '0:30.0' && document.documentElement.dataset.waveform")
	w.picture("call-open")
	w.accessible("call-open")
	w.key(" ")
	w.wait("document.querySelector('#audio').currentTime > 0")
	w.wait("document.querySelector('#audio').paused || (document.querySelector('#audio').pause(), true)")

	raised := []string{"id", "0190f7a0-0000-7000-8000-000000000002", "rule", "dead-air", "leg", "customer", "start", "0:26", "end", "0:30", "words", "nobody says a word"}
	s.as("inspector").post("/calls/now/flags", raised...).want(t, http.StatusSeeOther)
	raised[1], raised[9] = "0190f7a0-0000-7000-8000-000000000003", "0:40" // of which there is no sound yet
	s.as("inspector").post("/calls/now/flags", raised...).want(t, http.StatusUnprocessableEntity)

	s.speak(audio, 30, 20)
	looks()
	w.wait("document.querySelector('#duration').textContent === '0:50.0'")

	if err := audio.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	peaks, err := s.audio.Peaks(t.Context(), "now")
	if err != nil || peaks.Duration != 50*time.Second {
		t.Errorf("peaks of %v (%v), expected them of the whole call as soon as it has ended", peaks.Duration, err)
	}
	flag.State, flag.End, flag.Version = "final", 40, 100
	call := store.CallRow{
		CallID: "now", AgentID: "A1", Team: "north", StartedAt: s.start, Duration: 50, Legs: []store.LegRow{{Leg: "agent"}, {Leg: "customer"}},
		EndedBy: "customer", State: "ended", Score: 95, JudgedAt: s.start, Version: 100,
	}
	if err := errors.Join(s.store.Write(t.Context(), &store.Batch{Flags: []store.FlagRow{flag}, Calls: []store.CallRow{call}})); err != nil {
		t.Fatal(err)
	}
	// What is half done outlives the end of the call; then the page is the ended call's.
	w.key("m")
	eval[bool](w, "(window.stays = true, document.querySelector('#manual-rule').value = 'dead-air', document.activeElement.blur(), true)")
	looks()
	w.wait("document.querySelector('#open').hidden && window.stays")
	if status := eval[int](w, "fetch(location.href).then((a) => a.status)"); status != http.StatusOK { // a page that is being loaded again gets no answer
		t.Errorf("the page answers %d", status)
	}
	w.wait("window.stays && document.querySelector('#manual').open && document.querySelector('#manual-rule').value === 'dead-air'")
	eval[bool](w, "(document.querySelector('#manual').open = false, true)")
	looks()
	w.wait("!document.querySelector('#open') && document.documentElement.dataset.waveform")
	w.clean("a call that goes on")
}
