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
// The committed offset is never past the first record of a call whose rows ClickHouse has not acknowledged (for package
// archive: whose audio the evidence store has not). So after a crash, whoever takes the partition over reads every such call again from its first record, and since a call is a
// pure function of its records, it writes the same rows under the same keys. Records of calls that were finished
// before are read again too where an older call pins the offset; a call whose record 0 lies before the committed
// offset was acknowledged as a whole, so its tail is counted and dropped, never taken for a call of its own.
package pipeline
