// Package model holds a worker to what the text of package pipeline says of delivery: that the tables end as if nothing
// had happened, whatever did.
//
// The test runs whole workers against a Kafka and a ClickHouse that are both in memory, in time that does not pass by itself, so
// that minutes of outages take milliseconds: a core runs some 2,000 schedules a minute. What happens when is drawn from a
// seed; half of what happens follows soon on what happened before. A schedule that fails prints its seed and its steps; -seed
// runs it again. The steps are then the same; in which order goroutines run that are ready at the same instant is the
// scheduler's choice.
package model
