// Package invariants says whether the pipeline checks, while it runs, what its text says must always hold. It does when
// built with the tag invariants, or with the race detector; otherwise the checks cost nothing.
package invariants
