package store

import "errors"

// ErrNotFound says that there is no such thing, or none in the reader's scope: the two look the same from outside.

var ErrNotFound = errors.New("not found")

// Conflict says that another step, claim or change came first. What the caller wanted has not been done.
type Conflict[R any] struct{ First R }

func (c *Conflict[R]) Error() string { return "another came first" }

// StepConflict is AppendStep's: First is the step that was taken instead.
type StepConflict = Conflict[StepRow]

// ClaimConflict is Claim's: First is the claim that holds.
type ClaimConflict = Conflict[ClaimRow]

// AccountConflict is SaveAccount's: First is the account as another has made it.
type AccountConflict = Conflict[AccountRow]
