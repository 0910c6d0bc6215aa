package review

import (
	"errors"
	"fmt"
	"net/http"
)

// problem is what went wrong with a request, as the reader is told: a status and a message by its key. The message
// KEY.title is the page's headline.
type problem struct {
	status int
	key    string
	args   []any // pairs for the message
	after  int   // seconds after which to try again; 0 when trying again is of no use
	cause  error // what is logged, and never shown
}

func (p *problem) Error() string {
	if p.cause != nil {
		return fmt.Sprintf("%s: %v", p.key, p.cause)
	}
	return p.key
}

func (p *problem) Unwrap() error { return p.cause }

func notFound(key string) error { return &problem{status: http.StatusNotFound, key: key} }

// refused says that what was sent cannot be taken as it is.
func refused(key string, args ...any) error {
	return &problem{status: http.StatusUnprocessableEntity, key: key, args: args}
}

// asProblem turns any error into what the reader is told.
func asProblem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &problem{status: http.StatusRequestEntityTooLarge, key: "problem.large", cause: err}
	}
	if unreachable(err) {
		return &problem{status: http.StatusServiceUnavailable, key: "problem.away", after: 5, cause: err}
	}
	return &problem{status: http.StatusInternalServerError, key: "problem.broken", cause: err}
}
