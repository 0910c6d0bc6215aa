package review

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// mostElements bounds what an inbox of any length takes of the browser: some pages of it.
const mostElements = 25_000

// A long inbox comes page by page as it is scrolled, every call once, in order, and each page is one request. What is far
// out of view is let go and comes back; keys that are pressed faster than pages come are all made up for.
func TestInboxScrolls(t *testing.T) {
	s := newSite(t)
	const added = 3000
	flags := func(name string, count int, at time.Time) {
		batch := &store.Batch{}
		for i := range count {
			at := at.Add(-time.Duration(i) * time.Minute)
			id := fmt.Sprintf("%s-%04d", name, i)
			batch.Flags = append(batch.Flags, store.FlagRow{
				FlagID: id, CallID: id, Rule: "dead-air", StartedAt: at, At: at, Start: 1, End: 30, Measured: 29, Limit: 20, Margin: 9, Comparison: "above",
				Points: 5, Class: "minor", State: "final", Confidence: .9, AgentID: "A1", Team: "north", Version: 1,
			})
		}
		if err := s.store.Write(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	flags("many", added, s.start)
	w := newBrowser(t, s).open("en", "light")
	w.become("inspector")
	w.visit("/inbox?rule=dead-air&agent=A1")
	total := eval[int](w, "Number(document.querySelector('#total').dataset.total)")
	if total <= added {
		t.Fatalf("%d flags wait, expected more than %d", total, added)
	}
	const shown = "[...document.querySelectorAll('.flag')].map((f) => f.dataset.flag)"
	first := eval[[]string](w, shown)
	if len(first) > 3*inboxCalls {
		t.Errorf("the page begins with %d flags, expected a page of the %d", len(first), total)
	}

	eval[bool](w, `(() => {
		window.order = []; window.known = new Set(); window.most = 0;
		const note = () => {
			for (const f of document.querySelectorAll(".flag")) if (!known.has(f.dataset.flag)) { known.add(f.dataset.flag); order.push(f.dataset.flag); }
			most = Math.max(most, document.querySelectorAll("*").length);
		};
		note();
		new MutationObserver(note).observe(document.querySelector("#queue"), { childList: true, subtree: true });
		return true; })()`)
	w.wait("(scrollTo(0, document.body.scrollHeight), !document.querySelector('.more'))")
	order := eval[[]string](w, "order")
	if len(order) != total || order[0] != first[0] {
		t.Errorf("%d different flags from %s on, of %d", len(order), order[0], total)
	}
	asked := eval[int](w, "performance.getEntriesByType('resource').filter((e) => e.name.includes('part=rows')).length")
	if want := (total - 1) / inboxCalls; asked != want {
		t.Errorf("%d pages were asked for, expected %d", asked, want)
	}
	w.wait("scrollY > 10000 && document.querySelectorAll('*').length < " + fmt.Sprint(mostElements/2)) // what is far is let go
	flags("late", 2*inboxCalls+5, time.Now())                                                          // they push the first page to where the third and the fourth are now
	w.wait("(scrollTo(0, 0), document.querySelectorAll('.chunk')[1].querySelector('.flag') && !document.querySelector('.chunk:last-of-type .flag'))")
	if back := eval[[]string](w, shown); !slices.Equal(back[:len(first)], first) || !slices.Equal(back[:2*len(first)], order[:2*len(first)]) {
		t.Errorf("at the top again are %v, expected %v", back[:2*len(first)], order[:2*len(first)])
	}

	// 400 keys at once, over pages that are not there.
	w.wait("document.querySelector('.flag.here')?.dataset.flag === order[0]")
	press := func(key string) {
		eval[bool](w, fmt.Sprintf(`(() => { for (let i = 0; i < 400; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: %q, bubbles: true })); return true; })()`, key))
	}
	press("j")
	w.wait("document.querySelector('.flag.here').dataset.flag === order[400]")
	press("k")
	w.wait("document.querySelector('.flag.here').dataset.flag === order[0]")
	if most := eval[int](w, "most"); most > mostElements {
		t.Errorf("the page had %d elements, expected at most %d", most, mostElements)
	}
	w.clean("scrolled inbox")
}
