// Package store keeps what Earshot found out, and what people made of it, in ClickHouse.
//
// # What the pipeline writes
//
// Three tables, one row type each: a call, the segments measured in it, the flags raised on them. A row may be written
// any number of times, since a worker that crashed reads a call's records again: the tables are ReplacingMergeTree, and
// of the rows with one key the one with the highest version counts. So versions must follow from the call's records,
// never from the wall clock, and readers use FINAL, or the views *_current.
//
// A Batch is written as segments, then flags, then calls: whoever sees a call's row can rely on all the rest being there.
//
// # What the web application reads and writes
//
// Every method that reads calls, flags, steps, agents or the log of who listened takes a Scope, whose zero value sees
// nothing; a query begins with the conditions that the scope makes (Store.where), and tests hold every method to it.
//
// A Case is a flag as it stands with people. Inbox and Counts read the few that wait from a table in the order of the
// inbox, which ClickHouse makes anew every ten minutes, together with all cases changed since: they are never behind.
// InboxPage.Next is a place in that order, so that a page costs the same however far down it is.
//
// AppendStep, Claim and SaveAccount are compare-and-set, which ClickHouse does not know: see AppendStep. With a cluster,
// the web application is to reach one replica of a shard, or reading back would miss what the other has just taken.
//
// Migrate makes the database and its tables; see schemas/clickhouse. Nothing here knows whether a server or the
// embedded engine answers at the DSN.
package store
