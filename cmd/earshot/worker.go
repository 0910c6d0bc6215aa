package main

import (
	"context"
	"time"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/store"
)

type workerCmd struct {
	kafkaFlags
	clickHouseFlags
	rulebookFlags
	workerFlags
}

// workerFlags are the worker's own settings.
type workerFlags struct {
	callFlags
	Group       string        `env:"EARSHOT_GROUP" default:"earshot" help:"Kafka consumer group (${default})."`
	BatchRows   int           `env:"EARSHOT_BATCH_ROWS" default:"5000" help:"Rows in an insert (${default})."`
	BatchBytes  int           `env:"EARSHOT_BATCH_BYTES" default:"33554432" help:"What a partition may hold for ClickHouse, bytes; an insert is due at that, and when ClickHouse does not take it nothing is read (${default})."`
	BatchAge    time.Duration `env:"EARSHOT_BATCH_AGE" default:"1s" help:"Age of the oldest row at which an insert is due (${default}); a flag raised of a call that goes on waits 0.2 s at most."`
	MaxSegments int           `env:"EARSHOT_MAX_SEGMENTS" default:"4096" help:"Segments of each kind that are kept of a call until it is judged; of more, the oldest that no rule flags is forgotten (${default})."`
	debugFlags
	MetricsListen string `env:"EARSHOT_METRICS_LISTEN" default:"127.0.0.1:9108" help:"Address of /metrics, /livez and /readyz; empty for none (${default})."`
}

// callFlags say how calls are taken, by the worker and by the archiver alike.
type callFlags struct {
	RecordingsRoot []string      `env:"EARSHOT_RECORDINGS_ROOT" placeholder:"DIR" help:"Folder from which file:// recordings may be read; none by default."`
	IdleEnd        time.Duration `env:"EARSHOT_IDLE_END" default:"90s" help:"End a call that has had no record for so long (${default})."`
	MaxCall        time.Duration `env:"EARSHOT_MAX_CALL" default:"4h" help:"End a live call that began so long ago (${default})."`
	MaxOpen        int           `env:"EARSHOT_MAX_OPEN" default:"20000" help:"Calls open at once in one partition; one more ends the one that has waited longest for a record (${default})."`
	SessionTimeout time.Duration `env:"EARSHOT_SESSION_TIMEOUT" default:"30s" help:"Silence after which a process's partitions go to others (${default})."`
}

func (c *workerCmd) Run(ctx context.Context, s *streams) error {
	k, err := c.connection()
	if err != nil {
		return err
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	m := newMonitor()
	stop, err := m.serve(c.MetricsListen, s)
	if err != nil {
		return err
	}
	defer stop()
	stopProfiles, err := c.profiles(s)
	if err != nil {
		return err
	}
	defer stopProfiles()
	return work(ctx, s, m, k, c.Topic, c.ClickHouse, options, c.rulebookFlags, c.workerFlags)
}

// work runs a worker until ctx ends.
func work(ctx context.Context, s *streams, m *monitor, k pipeline.Kafka, t topics, dsn string, o store.Options,
	rules rulebookFlags, f workerFlags) error {
	book, err := rules.load()
	if err != nil {
		return err
	}
	st, err := store.Open(dsn, o)
	if err != nil {
		return err
	}
	defer st.Close()
	health := m.watch(ctx, "earshot_", st.Ping)
	if err := patiently(ctx, s, "Kafka", func() error { return k.EnsureTopics(ctx, t.all()) }); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before there was anything to do
		}
		return err
	}
	w, err := pipeline.NewWorker(pipeline.Config{
		Kafka: k, Group: f.Group, Calls: t.Calls, Recordings: t.Recordings, Flags: t.Flags, DeadLetters: t.DeadLetters,
		Store: st, Rulebook: book, Metrics: pipeline.NewMetrics(m.registry), Health: health, Log: s.log, Version: version,
		RecordingRoots: f.RecordingsRoot, BatchRows: f.BatchRows, BatchBytes: f.BatchBytes, BatchAge: f.BatchAge, MaxSegments: f.MaxSegments,
		IdleEnd: f.IdleEnd, MaxCall: f.MaxCall, MaxOpen: f.MaxOpen, SessionTimeout: f.SessionTimeout,
	})
	if err != nil {
		return err
	}
	s.log.Info("worker started", "group", f.Group, "rulebook", book.Version(), "profile", rules.Profile)
	return w.Run(ctx)
}

// patiently tries until it works or ctx ends: the other side may be starting too.
func patiently(ctx context.Context, s *streams, what string, try func() error) error {
	for {
		err := try()
		if err == nil || ctx.Err() != nil {
			return err
		}
		s.log.Warn("waiting for "+what, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
