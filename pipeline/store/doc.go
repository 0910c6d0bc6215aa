// Package store keeps what Earshot found out in ClickHouse.
//
// Three tables, one row type each: a call, the segments measured in it, the flags raised on them. A row may be written
// any number of times, since a worker that crashed reads a call's records again: the tables are ReplacingMergeTree, and
// of the rows with one key the one with the highest version counts. So versions must follow from the call's records,
// never from the wall clock, and readers use FINAL, or the views *_current.
//
// A Batch is written as segments, then flags, then calls: whoever sees a call's row can rely on all the rest being there.
//
// Migrate makes the database and its tables; see schemas/clickhouse. Nothing here knows whether a server or the
// embedded engine answers at the DSN.
package store
