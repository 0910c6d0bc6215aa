//go:build invariants || race

package model

import "github.com/earshot/earshot/pipeline/internal/invariants"

// heed takes an invariant that does not hold for a fault of the schedule, until the function that it gives is called. The worker
// goes on: a panic would end the test, or be taken for that of an analyzer.
func (w *world) heed() (stop func()) {
	invariants.Broken = func(name, detail string) bool {
		w.fault("invariant %s does not hold: %.200s", name, detail)
		return true
	}
	return func() { invariants.Broken = nil }
}
