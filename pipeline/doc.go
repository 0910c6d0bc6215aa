// Package pipeline takes a Kafka partition in and gives flags out.
//
// The way of a record: a Consumer joins the consumer group and runs one partition loop for each partition it is assigned
// (consumer.go, partition.go). What is made of the records is its Taker's business: a Worker judges (worker.go,
// judging.go), package archive keeps the audio. A record of a live call goes to its call in the call table
// (calls_table.go, calls_records.go), a recording is a call of its own (recording.go). The call's audio is measured and
// judged by an Analysis (analysis.go).
// What comes out becomes rows (rows.go), which are written to ClickHouse in batches (outbox.go), and flags, which are
// also told on a topic (alarms.go). Only then is the record's offset committed (watermark.go).
//
// # Why nothing is lost and nothing doubled
//
// Whatever dies, the tables end equal, row for row, to those of a run in which nothing did. Two halves make that so. The
// first is that no call is forgotten before it is written:
//
//	I1  A partition's records are taken in order, each once, from the committed offset on.
//	I2  The committed offset is never past the first record of a call that is open, or that has ended and whose rows
//	    ClickHouse has not acknowledged (for package archive: whose audio the evidence store has not taken).
//	I3  The committed offset never goes back while a member holds the partition, unless the partition itself has been cut back
//	    or made anew (Partition.beyond, Partition.cut).
//	I4  A call's mark is let go of only when its rows have been acknowledged.
//	I5  A call begins only with its first record, which lies at or after the offset that the table of calls began at.
//
// By I2 whoever takes a partition over reads every call that is not written again, from its first record. Calls that are
// written are read again too, where an older call holds the offset; but of a call whose first record lies before the
// committed offset, only a tail is seen. By I2 and I4 such a call was written whole, so by I5 its tail is counted and
// dropped and never taken for a call of its own. A member that is given the same partition again goes on with the calls
// it holds only if the group's offset is still the one that it committed itself: then nobody has finished any of them.
//
// The second half is that writing again, and writing late, changes nothing:
//
//	I6  Under one key and version only one row is ever written, and the row of a call as a whole has a higher version
//	    than whatever was written while the call went on. That of a call that failed has a lower one than that of any judged.
//	I7  What ClickHouse acknowledges are the rows that it was asked to write, however often that took. It is never to recognise
//	    a repeat: a server that is killed may remember rows that it does not have (store.Store.Write).
//	I8  No record is taken while the outbox is full, so an outage of ClickHouse costs a bounded amount of memory.
//
// A row follows from the call's records up to some point, never from the clock, the batching or the machine; its version says
// which point that is. So a member that has been out of the group, stopped or cut off, and wakes up to write what it
// still holds, writes rows that its successor writes too, or has already written something newer over: there is nothing to be fenced at
// ClickHouse. At Kafka the broker fences: a commit of an old generation is refused. Dead letters and the flags
// topic may tell the same thing twice, under the same id.
//
// What is taken for granted is that Kafka and ClickHouse keep what they acknowledged. As they are set up by default they do when
// their processes die; when a machine loses its power, only if another one has the same: see docs/operations.md.
//
// Two things are not in the records. How long nothing has come for a call only a clock can tell; a call that is ended for
// that ends at its last record, so all members end it alike, but a record that comes for it later is a late one to a member that
// has ended it and none to a member that reads both at once. And a call that is refused because too many are open
// may be taken by a member that has fewer.
//
// The invariants are checked while the pipeline runs when it is built with the tag invariants, or with the race detector
// (ledger.go); otherwise the checks are not there. The test in package internal/model runs a worker's
// whole life in random schedules of crashes and outages against them, and puts in faults that they must find.
package pipeline
