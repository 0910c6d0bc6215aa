// Package publisher sends calls to Kafka: what a switch or a recorder would do, done from files.
//
// A file becomes a call in one of two ways. Records makes a live call of a WAV file: its samples go out as RTP packets of
// 20 ms, with the facts of the sidecar beside it, as if a switch had sent them while the call went on; the same file
// and options always give the same bytes. Recording makes a whole call in one record of it. A capture (pcap) is a live
// call already and keeps its packets and times.
//
// Publisher writes either to Kafka, keyed by call id, as fast as Kafka takes them or at the pace at which the calls
// went: each on its own clock, many at once.
package publisher
