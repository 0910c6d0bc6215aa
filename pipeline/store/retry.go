package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Backoff says how WriteRetry waits. The zero value waits 0.2 s at first and doubles that up to 15 s.
type Backoff struct {
	First, Most time.Duration
	// OnError is told of each failed attempt (the first is 1) that will be repeated after wait, for logs and metrics.
	OnError func(attempt int, wait time.Duration, err error)
}

// Writer takes batches as Store.Write does.
type Writer interface {
	Write(ctx context.Context, b *Batch) error
}

// WriteRetry writes the batch however often ClickHouse fails to take it, until ctx ends. It returns at once only what no
// retry can mend: see Permanent.
func WriteRetry(ctx context.Context, w Writer, b *Batch, backoff Backoff) error {
	wait := cmp.Or(backoff.First, 200*time.Millisecond)
	most := cmp.Or(backoff.Most, 15*time.Second)
	for attempt := 1; ; attempt++ {
		err := w.Write(ctx, b)
		if err == nil || Permanent(err) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("gave up after %d attempts (%w): %w", attempt, ctx.Err(), err)
		}
		// Between half the wait and the whole, or all workers would come back at once.
		pause := wait/2 + rand.N(wait/2+1)
		if backoff.OnError != nil {
			backoff.OnError(attempt, pause, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("gave up after %d attempts (%w): %w", attempt, ctx.Err(), err)
		case <-timer.C:
		}
		wait = min(2*wait, most)
	}
}

// Permanent tells whether an error of Write lies in the rows, the schema or the permissions, so that the same write
// would fail again. Anything not known to be so counts as an outage: waiting loses nothing.
func Permanent(err error) bool {
	var row *rowError
	if errors.As(err, &row) {
		return true
	}
	var ex *clickhouse.Exception
	if !errors.As(err, &ex) {
		return false
	}
	return permanentCodes[ex.Code]
}

// permanentCodes are those of ClickHouse's error codes (src/Common/ErrorCodes.cpp) that an insert can end with and that
// stand until somebody changes the schema, the user's rights or Earshot.
var permanentCodes = map[int32]bool{
	6:   true, // CANNOT_PARSE_TEXT
	8:   true, // THERE_IS_NO_COLUMN
	9:   true, // SIZES_OF_COLUMNS_DOESNT_MATCH
	10:  true, // NOT_FOUND_COLUMN_IN_BLOCK
	16:  true, // NO_SUCH_COLUMN_IN_TABLE
	20:  true, // NUMBER_OF_COLUMNS_DOESNT_MATCH
	27:  true, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
	36:  true, // BAD_ARGUMENTS
	38:  true, // CANNOT_PARSE_DATE
	41:  true, // CANNOT_PARSE_DATETIME
	43:  true, // ILLEGAL_TYPE_OF_ARGUMENT
	44:  true, // ILLEGAL_COLUMN
	46:  true, // UNKNOWN_FUNCTION
	47:  true, // UNKNOWN_IDENTIFIER
	48:  true, // NOT_IMPLEMENTED
	50:  true, // UNKNOWN_TYPE
	53:  true, // TYPE_MISMATCH
	60:  true, // UNKNOWN_TABLE
	62:  true, // SYNTAX_ERROR
	69:  true, // ARGUMENT_OUT_OF_BOUND
	70:  true, // CANNOT_CONVERT_TYPE
	72:  true, // CANNOT_PARSE_NUMBER
	81:  true, // UNKNOWN_DATABASE
	115: true, // UNKNOWN_SETTING
	117: true, // INCORRECT_DATA
	164: true, // READONLY
	190: true, // SIZES_OF_ARRAYS_DONT_MATCH
	192: true, // UNKNOWN_USER
	193: true, // WRONG_PASSWORD
	194: true, // REQUIRED_PASSWORD
	349: true, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
	376: true, // CANNOT_PARSE_UUID
	469: true, // VIOLATED_CONSTRAINT
	497: true, // ACCESS_DENIED
	516: true, // AUTHENTICATION_FAILED
}
