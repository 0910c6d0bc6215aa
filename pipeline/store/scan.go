package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	chcolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// names lists the columns for a SELECT or an INSERT.
func names[R any](columns []column[R]) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = "`" + c.name + "`"
	}
	return strings.Join(list, ", ")
}

// pick is the columns of these names.
func pick[R any](columns []column[R], names ...string) []column[R] {
	picked := make([]column[R], len(names))
	for i, name := range names {
		at := slices.IndexFunc(columns, func(c column[R]) bool { return c.name == name })
		picked[i] = columns[at]
	}
	return picked
}

// selectRows reads all rows of a query that selects just these columns, in this order.
func selectRows[R any](ctx context.Context, s *Store, what string, columns []column[R], sql string, args ...any) ([]R, error) {
	fail := func(err error) ([]R, error) {
		return nil, fmt.Errorf("cannot read %s from ClickHouse at %s: %w", what, s.dsn, err)
	}
	found, err := s.conn.Query(ctx, sql, args...)
	if err != nil {
		return fail(err)
	}
	defer found.Close()
	var rows []R
	for found.Next() {
		row := new(R)
		if err := found.Scan(fields(columns, row)...); err != nil {
			return fail(err)
		}
		rows = append(rows, *row)
	}
	if err := found.Err(); err != nil {
		return fail(err)
	}
	return rows, nil
}

func fields[R any](columns []column[R], row *R) []any {
	into := make([]any, len(columns))
	for i, c := range columns {
		into[i] = c.into(row)
	}
	return into
}

// each calls f for every row of a query, for queries whose rows are of no table.
func (s *Store) each(ctx context.Context, what, sql string, args []any, f func(driver.Rows) error) error {
	found, err := s.conn.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("cannot read %s from ClickHouse at %s: %w", what, s.dsn, err)
	}
	defer found.Close()
	for found.Next() {
		if err := f(found); err != nil {
			return fmt.Errorf("cannot read %s from ClickHouse at %s: %w", what, s.dsn, err)
		}
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("cannot read %s from ClickHouse at %s: %w", what, s.dsn, err)
	}
	return nil
}

// leg is the call's leg of this name, made if it is not there yet.
func (r *CallRow) leg(name string) *LegRow {
	for i := range r.Legs {
		if r.Legs[i].Leg == name {
			return &r.Legs[i]
		}
	}
	r.Legs = append(r.Legs, LegRow{Leg: name})
	return &r.Legs[len(r.Legs)-1]
}

// legNames, legValues and notAssessed take what the driver reads of a call's columns that are lists.
type legNames struct{ row *CallRow }

func (l legNames) Scan(value any) error {
	return texts(value, func(_ int, name string) { l.row.leg(name) })
}

type legValues[V any] struct {
	row   *CallRow
	field func(*LegRow) *V
}

func (l legValues[V]) Put(key, value any) { *l.field(l.row.leg(key.(string))) = value.(V) }

// Iterator is there because the driver asks for it; it only reads into a legValues.
func (l legValues[V]) Iterator() chcolumn.MapIterator { return &namedIterator[V]{at: -1} }

type notAssessed struct {
	row   *CallRow
	field func(*NotAssessable) *string
}

func (n notAssessed) Scan(value any) error {
	return texts(value, func(i int, text string) {
		for len(n.row.NotAssessable) <= i {
			n.row.NotAssessable = append(n.row.NotAssessable, NotAssessable{})
		}
		*n.field(&n.row.NotAssessable[i]) = text
	})
}

func texts(value any, put func(int, string)) error {
	switch list := value.(type) {
	case []string:
		for i, text := range list {
			put(i, text)
		}
	case []any:
		for i, text := range list {
			put(i, fmt.Sprint(text))
		}
	default:
		return fmt.Errorf("%T; expected a list of texts", value)
	}
	return nil
}
