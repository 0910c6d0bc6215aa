package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
)

// Write inserts the batch: segments, then flags, then calls. It leaves the batch as it is, so that it can be written
// again, whole, after an error. Rows that were there already replace themselves, and ClickHouse is not to recognise them: a
// server notes what an insert is known by before it has the rows, and one that is killed in between acknowledges the next try and
// has nothing.
func (s *Store) Write(ctx context.Context, b *Batch) error {
	if err := b.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := insert(ctx, s, "segments", segmentColumns, b.Segments, ""); err != nil {
		return err
	}
	if err := insert(ctx, s, "flags", flagColumns, b.Flags, ""); err != nil {
		return err
	}
	return insert(ctx, s, "calls", callColumns, b.Calls, "")
}

// insert builds a fresh driver batch each time: one that failed in Send cannot be sent again.
//
// Of inserts that bear the same token ClickHouse takes the first and drops the others, as long as it remembers it (the tables'
// non_replicated_deduplication_window). Who uses that has to read back what is there, as appendOne does (see Write). Without a
// token each insert has its own.
func insert[R any](ctx context.Context, s *Store, table string, columns []column[R], rows []R, token string) error {
	if len(rows) == 0 {
		return nil
	}
	fail := func(err error) error {
		return fmt.Errorf("cannot write %d rows to %s.%s at %s: %w", len(rows), s.database, table, s.dsn, err)
	}
	settings := clickhouse.Settings{
		// Acknowledged means written, whatever the server's default is.
		"async_insert": 0,
		// A batch is one block, and one import of old recordings may span years: a part per month is then right.
		"throw_on_max_partitions_per_insert_block": 0,
	}
	if token == "" {
		token = uuid.NewString() // without one the rows themselves would be it
	}
	settings["insert_deduplication_token"] = token + "/" + table
	types := make([]clickhouse.ColumnNameAndType, len(columns))
	names := make([]string, len(columns))
	for i, c := range columns {
		types[i] = clickhouse.ColumnNameAndType{Name: c.name, Type: c.chType}
		names[i] = "`" + c.name + "`"
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(settings), clickhouse.WithColumnNamesAndTypes(types))
	batch, err := s.conn.PrepareBatch(ctx, fmt.Sprintf("INSERT INTO %s.%s (%s)", s.database, table, strings.Join(names, ", ")))
	if err != nil {
		return fail(err)
	}
	defer batch.Close()
	defer s.waiting.written.Add(1) // also when it is not known whether it was
	for i, c := range columns {
		if err := c.fill(batch.Column(i), rows); err != nil {
			return fail(&rowError{fmt.Errorf("column %s: %w", c.name, err)})
		}
	}
	if err := batch.Send(); err != nil {
		return fail(err)
	}
	return nil
}

// rowError is the fault of the rows, not of ClickHouse: no retry mends it.
type rowError struct{ err error }

func (e *rowError) Error() string { return e.err.Error() }
func (e *rowError) Unwrap() error { return e.err }

// The years that ClickHouse can both partition by and expire: a TTL counts in 32-bit seconds, and ends in 2106.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// CheckCall tells whether a call can be stored that begins then and goes on for so long at most: its flags have times of their own.
// A pipeline asks before it takes a call on, since one row that cannot be stored would keep its whole batch from being written.
func CheckCall(start time.Time, longest time.Duration) error {
	if err := CheckTime(start); err != nil {
		return err
	}
	if !start.Before(latest.Add(-longest)) {
		return fmt.Errorf("time %s, of a call that may take %v; expected it to end by 2099", start.UTC().Format(time.RFC3339), longest)
	}
	return nil
}

// CheckTime tells whether a time can be stored.
func CheckTime(t time.Time) error {
	switch {
	case t.IsZero():
		return errors.New("time is not set")
	case t.Before(earliest) || !t.Before(latest):
		return fmt.Errorf("time %s; expected 1970 to 2099", t.UTC().Format(time.RFC3339))
	}
	return nil
}

func (b *Batch) check() error {
	bad := func(kind string, i int, call, field string, err error) error {
		return &rowError{fmt.Errorf("cannot write %s row %d (call %q): %s: %w", kind, i, call, field, err)}
	}
	for i := range b.Segments {
		if err := CheckTime(b.Segments[i].StartedAt); err != nil {
			return bad("segment", i, b.Segments[i].CallID, "started_at", err)
		}
	}
	for i := range b.Flags {
		if err := CheckTime(b.Flags[i].StartedAt); err != nil {
			return bad("flag", i, b.Flags[i].CallID, "started_at", err)
		}
		if err := CheckTime(b.Flags[i].At); err != nil {
			return bad("flag", i, b.Flags[i].CallID, "at", err)
		}
	}
	for i := range b.Calls {
		if err := CheckTime(b.Calls[i].StartedAt); err != nil {
			return bad("call", i, b.Calls[i].CallID, "started_at", err)
		}
		if err := CheckTime(b.Calls[i].JudgedAt); err != nil {
			return bad("call", i, b.Calls[i].CallID, "judged_at", err)
		}
	}
	return nil
}
