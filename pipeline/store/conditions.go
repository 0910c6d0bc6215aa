package store

import (
	"strings"
	"time"
)

// conditions are what a WHERE asks, all of it, with the values for its question marks.
type conditions struct {
	sql  []string
	args []any
}

func (c *conditions) and(sql string, args ...any) {
	c.sql = append(c.sql, sql)
	c.args = append(c.args, args...)
}

// in asks that a column is one of values; none ask nothing.
func (c *conditions) in(column string, values []string) {
	if len(values) > 0 {
		c.and(column+" IN ?", values)
	}
}

func (c *conditions) String() string {
	if len(c.sql) == 0 {
		return "1"
	}
	return strings.Join(c.sql, " AND ")
}

// timeSQL stands for a time given as its microseconds: the driver would write a time to the second only.
const timeSQL = "fromUnixTimestamp64Micro(toInt64(?), 'UTC')"

// longest is more than any call lasts: what happened in a call happened so soon after its start.
const longest = 24 * time.Hour

// happened bounds when something in a call happened: from ≤ at < to, where they are set. It bounds the call's start as
// well, by which the tables are ordered.
func (c *conditions) happened(from, to time.Time) {
	if !from.IsZero() {
		c.and("at >= "+timeSQL, from.UnixMicro())
		c.and("started_at >= "+timeSQL, from.Add(-longest).UnixMicro())
	}
	if !to.IsZero() {
		c.and("at < "+timeSQL, to.UnixMicro())
		c.and("started_at < "+timeSQL, to.UnixMicro())
	}
}
