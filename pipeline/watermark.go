package pipeline

import (
	"container/list"

	"github.com/earshot/earshot/pipeline/internal/mutation"
)

// watermark says up to which offset a partition may be committed: up to the first record of the earliest call that is
// open, or ended and not yet written. It never goes back.
type watermark struct {
	next  int64 // the offset after the last record taken
	calls list.List
}

// Mark is one call's place in the watermark.
type Mark struct{ element *list.Element }

// first is the offset that the mark holds.
func (m Mark) first() int64 { return m.element.Value.(int64) }

// advance says that every record below next has been taken.
func (w *watermark) advance(next int64) { w.next = max(w.next, next) }

// open holds the watermark at a call's first record. Calls open in the order of their first records.
func (w *watermark) open(first int64) Mark { return Mark{w.calls.PushBack(first)} }

// done lets go of a call: what came of it has been written.
func (w *watermark) done(m Mark) { w.calls.Remove(m.element) }

// low is the offset that may be committed.
func (w *watermark) low() int64 {
	if e := w.calls.Front(); e != nil && !mutation.Is(mutation.CommitAtOnce) {
		return e.Value.(int64)
	}
	return w.next
}
