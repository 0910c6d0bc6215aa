package review

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// A long inbox comes page by page as it is scrolled, every call once, in order, and each page is one request.
func TestInboxScrolls(t *testing.T) {
	s := newSite(t)
	s.seedCalls()
	const added = 200
	batch := &store.Batch{}
	for i := range added {
		at := s.start.Add(-time.Duration(i) * time.Minute)
		batch.Flags = append(batch.Flags, store.FlagRow{
			FlagID: fmt.Sprintf("many-%03d", i), CallID: fmt.Sprintf("many-%03d", i), Rule: "dead-air", StartedAt: at, At: at, Start: 1, End: 30, Measured: 29,
			Limit: 20, Margin: 9, Comparison: "above", Points: 5, Class: "minor", State: "final", Confidence: .9, AgentID: "A1", Team: "north", Version: 1,
		})
	}
	if err := s.store.Write(t.Context(), batch, ""); err != nil {
		t.Fatal(err)
	}
	w := newBrowser(t, s).open("en", "light")
	w.become("inspector")
	w.visit("/inbox?rule=dead-air&agent=A1")
	total := eval[int](w, "Number(document.querySelector('#total').dataset.total)")
	if total <= added {
		t.Fatalf("%d flags wait, expected more than %d", total, added)
	}
	if first := eval[int](w, "document.querySelectorAll('.flag').length"); first > 3*inboxCalls {
		t.Errorf("the page begins with %d flags, expected a page of the %d", first, total)
	}
	w.wait("(scrollTo(0, document.body.scrollHeight), !document.querySelector('.more'))")
	got := eval[[]string](w, "[...document.querySelectorAll('.flag')].map((f) => f.dataset.flag)")
	seen := map[string]bool{}
	for _, id := range got {
		seen[id] = true
	}
	if len(got) != total || len(seen) != total {
		t.Errorf("%d flags, %d different, of %d", len(got), len(seen), total)
	}
	asked := eval[int](w, "performance.getEntriesByType('resource').filter((e) => e.name.includes('part=rows')).length")
	if want := (total - 1) / inboxCalls; asked != want {
		t.Errorf("%d pages were asked for, expected %d", asked, want)
	}
	w.clean("scrolled inbox")
}
