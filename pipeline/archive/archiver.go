package archive

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
)

// Config says what an Archiver reads, where it writes and how long that is kept. Zero values take the defaults named.
type Config struct {
	Kafka             pipeline.Kafka
	Group             string // consumer group; earshot-archiver
	Calls, Recordings string // topics; earshot.calls, earshot.recordings

	Evidence *evidence.Store
	// Outcomes says what became of calls, as store.Store does.
	Outcomes func(context.Context, []store.CallKey) (map[string]store.Outcome, error)
	Keep     Keep
	Metrics  *Metrics
	Health   *pipeline.Health // told of HealthGroup and HealthWrites; may be nil
	Log      *slog.Logger

	FlushEvery time.Duration // how old audio may be that cannot be heard yet; 1 s
	SweepEvery time.Duration // how often it is asked which calls have been judged; 10 s
	// As the worker's, and with its defaults: a call must end here as it ends there.
	IdleEnd, MaxCall      time.Duration
	MaxOpen               int
	Drain, SessionTimeout time.Duration
}

// Keep says how long audio is kept, in days from the call's start, or from when it came here if that was later.
type Keep struct {
	Grave, Serious, Minor int // by the gravest flag's class; 365, 180, 90
	Alert                 int // a call whose flags are alerts only; 30
	Sample                int // a call without a flag that is in the sample; 30
	// Share is the part of calls without a flag that is kept as a sample, 0 to 1.
	Share float64
}

func (c *Config) defaults() {
	text := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	text(&c.Group, "earshot-archiver")
	text(&c.Calls, "earshot.calls")
	text(&c.Recordings, "earshot.recordings")
	after := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	after(&c.FlushEvery, time.Second)
	after(&c.SweepEvery, 10*time.Second)
	after(&c.IdleEnd, 90*time.Second)
	after(&c.MaxCall, 4*time.Hour)
	after(&c.Drain, 8*time.Second)
	after(&c.SessionTimeout, 30*time.Second)
	days := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	days(&c.MaxOpen, 20_000)
	days(&c.Keep.Grave, 365)
	days(&c.Keep.Serious, 180)
	days(&c.Keep.Minor, 90)
	days(&c.Keep.Alert, 30)
	days(&c.Keep.Sample, 30)
}

// Archiver keeps the audio of calls. It is one member of its consumer group.
type Archiver struct {
	cfg      Config
	consumer *pipeline.Consumer
}

// New returns an archiver that joins the group when it is run.
func New(cfg Config) (*Archiver, error) {
	cfg.defaults()
	if cfg.Keep.Share < 0 || cfg.Keep.Share > 1 {
		return nil, fmt.Errorf("cannot keep a share of %v of calls as a sample: expected 0 to 1", cfg.Keep.Share)
	}
	if _, err := cfg.Evidence.Create(evidence.Call{}); err != nil {
		return nil, err
	}
	a := &Archiver{cfg: cfg}
	var err error
	a.consumer, err = pipeline.NewConsumer(pipeline.ConsumerConfig{
		Kafka: cfg.Kafka, Group: cfg.Group, Topics: []string{cfg.Calls, cfg.Recordings},
		SessionTimeout: cfg.SessionTimeout, Drain: cfg.Drain, Metrics: cfg.Metrics.ConsumerMetrics, Health: cfg.Health, Log: cfg.Log,
		ReadAhead: map[string]int{cfg.Recordings: 2},
		Taker:     a.taker,
	})
	return a, err
}

// Run keeps audio until ctx ends, then writes and commits what it has and leaves the group. It returns an error only for
// what trying again cannot mend.
func (a *Archiver) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	group.Go(func() error {
		defer stop()
		return a.consumer.Run(ctx)
	})
	group.Go(func() error {
		(&keeper{cfg: &a.cfg, known: evidence.Known{}}).run(ctx)
		return nil
	})
	return group.Wait()
}
