// Package deadletters reads the dead-letter topic, and sends again what became a dead letter once its cause is mended.
//
// A letter is a record that could not be used, with CloudEvents headers that say where it came from and why
// (pipeline.Reason). Its id is topic/partition/offset of that record. A recording is sent again by itself. Of a live call one
// record alone is of no use, so all records of that call are: from its start to its end, out of the topic they came from,
// which therefore must still have them. They go to the same topic, partition and key, with the times they had, so the call is
// judged as it would have been: the flags' ids, and so the rows, are the same ones, and what was stored of the call before is
// replaced. Sending twice does no harm.
//
// That a letter was sent again is a further message in the dead-letter topic, so that it is known to everyone who reads it.
package deadletters
