// Package chaos kills what Earshot runs on, and holds the tables to those of a run in which nobody did.
//
// `make chaos` runs it: a real Apache Kafka, the embedded ClickHouse engine in a process of its own, three workers, and live calls
// that are sent meanwhile. What is killed, stopped, cut off or filled up, and when, is drawn from a seed. In the end one more
// worker judges the same records in peace into tables of its own, and every row that differs is printed.
package chaos
