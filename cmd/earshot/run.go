package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/earshot/earshot/pipeline/store"
)

type runCmd struct {
	kafkaFlags
	clickHouseFlags
	rulebookFlags
	workerFlags
	evidenceFlags
	archiverFlags
	webFlags
	engineFlags
	Examples     string  `env:"EARSHOT_AUDIO" placeholder:"DIR" help:"Compose example calls from the prompts and the hold music in this folder, and send them."`
	ExampleSpeed float64 `default:"20" help:"Speed at which the live ones among the example calls are sent (${default})."`
}

// Run starts what is not named, then does what migrate, worker, archiver and web do.
func (c *runCmd) Run(ctx context.Context, s *streams) (err error) {
	engines, err := c.start(ctx, s.log, c.Topic, len(c.Kafka) == 0, c.ClickHouse == "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engines.close()) }()
	if engines.kafka != nil {
		c.Kafka = []string{engines.kafka.Addr()}
	}
	if engines.clickhouse != nil {
		c.ClickHouse = "http://" + engines.clickhouse.Addr() + "/earshot"
	}
	if c.Evidence == "" {
		c.Evidence = filepath.Join(c.Data, "evidence")
	}
	k, err := c.connection()
	if err != nil {
		return err
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	if err := patiently(ctx, s, "ClickHouse", func() error { return store.Migrate(ctx, c.ClickHouse, options) }); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Kafka       %v, topics %s and %s\nClickHouse  %s\nEvidence    %s\nMetrics     http://%s/metrics\n\n",
		c.Kafka, c.Topic.Calls, c.Topic.Recordings, store.Redact(c.ClickHouse), c.Evidence, c.MetricsListen)
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
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return engines.wait(ctx) })
	group.Go(func() error {
		return work(ctx, s, m, k, c.Topic, c.ClickHouse, options, c.rulebookFlags, c.workerFlags)
	})
	group.Go(func() error {
		return keep(ctx, s, m, k, c.Topic, c.ClickHouse, options, c.evidenceFlags, c.archiverFlags, c.callFlags)
	})
	group.Go(func() error {
		// Whoever only looks at the examples is given accounts; where calls are real, so are the accounts.
		return c.web(ctx, s, options, engines.clickhouse != nil && c.Examples != "")
	})
	if c.Examples != "" {
		show := exampleShow{
			audio: c.Examples, dir: filepath.Join(c.Data, "examples"), speed: c.ExampleSpeed,
			kafka: k, topics: c.Topic, dsn: c.ClickHouse, options: options, s: s,
		}
		group.Go(func() error { return show.run(ctx) })
	}
	return group.Wait()
}

// web serves the web application on what the other parts write.
func (c *runCmd) web(ctx context.Context, s *streams, options store.Options, demo bool) error {
	book, err := c.rulebookFlags.load()
	if err != nil {
		return err
	}
	audio, err := c.evidenceFlags.open(ctx, "", c.RecordingsRoot)
	if err != nil {
		return err
	}
	return c.serve(ctx, s, web{dsn: c.ClickHouse, options: options, book: book, evidence: audio, demo: demo})
}
