package pipeline

import (
	"log/slog"
	"time"

	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
)

// Config says what a Worker reads, judges by and writes to. Zero durations and sizes take the defaults named.
type Config struct {
	Kafka Kafka
	Group string // consumer group; earshot
	// Topics; earshot.calls and so on.
	Calls, Recordings, Flags, DeadLetters string

	Store    store.Writer
	Rulebook *rulebook.Rulebook
	Metrics  *Metrics
	Health   *Health // told of HealthGroup and HealthWrites; may be nil
	Log      *slog.Logger
	Version  string // of Earshot, kept with every call

	// RecordingRoots are the directories from which file:// recordings may be read. None: none may.
	RecordingRoots []string

	BatchRows int // rows in an insert; 5,000
	// BatchBytes bounds what a partition holds for ClickHouse, beside the rows of one record; 32 MiB. When ClickHouse does not
	// take it, no record is read.
	BatchBytes int
	BatchAge   time.Duration // age of the oldest row at which an insert is due, unless a flag is raised of a call that goes on; 1 s
	// IdleEnd ends a call that has had no record for so long; 90 s. MaxCall ends one that began so long ago; 4 h.
	IdleEnd, MaxCall time.Duration
	// MaxOpen bounds the calls open at once in one partition; 20,000. A call over it ends the one that has waited longest.
	MaxOpen int
	// MaxSegments bounds how many segments of each kind are kept of a call until it is judged; rulebook.DefaultKept.
	MaxSegments int
	// Drain is how long a partition may take to write what it holds when it is given up (see ConsumerConfig); 8 s.
	Drain time.Duration
	// SessionTimeout after which the group gives a silent worker's partitions to others; 30 s.
	SessionTimeout time.Duration
}

func (c *Config) defaults() {
	or := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	or(&c.Group, "earshot")
	or(&c.Calls, "earshot.calls")
	or(&c.Recordings, "earshot.recordings")
	or(&c.Flags, "earshot.flags")
	or(&c.DeadLetters, "earshot.deadletters")
	after := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	after(&c.BatchAge, time.Second)
	after(&c.IdleEnd, 90*time.Second)
	after(&c.MaxCall, 4*time.Hour)
	after(&c.Drain, 8*time.Second)
	after(&c.SessionTimeout, 30*time.Second)
	if c.BatchRows == 0 {
		c.BatchRows = 5000
	}
	if c.BatchBytes == 0 {
		c.BatchBytes = 32 << 20
	}
	if c.MaxOpen == 0 {
		c.MaxOpen = 20_000
	}
}
