// Package load finds how many live calls a machine takes: a sender, Apache Kafka, a worker and the ClickHouse engine share its
// cores, and the number of two-leg calls is raised step by step for as long as the worker's lag stays flat and flags are
// in ClickHouse in time.
//
//	make load
//	make load LOAD='-from 3000 -step 250'
//
// Calls are internal/examples' typical ones, in real time: 50 RTP packets a second and leg, 200 ms in a record. How late a flag
// is counts from the fact, the moment of the call's own clock at which the rule's limit is exceeded, until the flag is told
// on the flags topic, which is after ClickHouse has acknowledged it. The sender's own lateness is in it.
package load
