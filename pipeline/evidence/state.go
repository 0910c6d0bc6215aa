package evidence

import (
	"errors"
	"fmt"
)

// State says whether a call's audio can be heard, and if not, why.
type State string

const (
	Present     State = "present"
	Expired     State = "expired"     // it was kept, and its time is over
	Unreachable State = "unreachable" // it should be there, but the store, or the recording referred to, cannot be read now
	NeverKept   State = "never kept"  // nothing of the call is there: it had no flag and was not in the sample, or was not heard
)

// StateError says why a call's audio cannot be given out.
type StateError struct {
	CallID string
	State  State
	Err    error // of an Unreachable one: what went wrong
}

func (e *StateError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("cannot open the audio of call %q: %s: %v", e.CallID, e.State, e.Err)
	}
	return fmt.Sprintf("cannot open the audio of call %q: %s", e.CallID, e.State)
}

func (e *StateError) Unwrap() error { return e.Err }

// StateOf is the state that an error of Open or Peaks tells of: Present for nil, Unreachable for any other error.
func StateOf(err error) State {
	var s *StateError
	switch {
	case err == nil:
		return Present
	case errors.As(err, &s):
		return s.State
	default:
		return Unreachable
	}
}
