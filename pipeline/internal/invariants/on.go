//go:build invariants || race

package invariants

import "fmt"

// Enabled says whether invariants are checked.
const Enabled = true

// Broken is told of an invariant that did not hold, by its name, before Hold panics; a test may return true to go on.
var Broken func(name, detail string) (goOn bool)

// Hold panics unless the invariant holds: what follows from here on could be wrong in ways nobody has thought of.
func Hold(holds bool, name, format string, args ...any) {
	if holds {
		return
	}
	detail := fmt.Sprintf(format, args...)
	if Broken != nil && Broken(name, detail) {
		return
	}
	panic("invariant " + name + " does not hold: " + detail)
}
