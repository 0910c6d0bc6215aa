package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/earshot/earshot/internal/embedded/clickhouse"
	"github.com/earshot/earshot/internal/embedded/kafka"
)

type embeddedCmd struct {
	engineFlags
	Topic topics `embed:"" prefix:"topic-"`
}

// engineFlags say where the embedded engines listen and keep their data.
type engineFlags struct {
	KafkaListen      string `env:"EARSHOT_KAFKA_LISTEN" default:"127.0.0.1:9092" help:"Address of the embedded Kafka (${default})."`
	ClickHouseListen string `name:"clickhouse-listen" env:"EARSHOT_CLICKHOUSE_LISTEN" default:"127.0.0.1:8123" help:"Address of the embedded ClickHouse's HTTP interface (${default})."`
	Data             string `env:"EARSHOT_DATA" default:"data" help:"Folder of the embedded engines' data (${default})."`
	LibCHDB          string `name:"libchdb" env:"EARSHOT_LIBCHDB" placeholder:"FILE" help:"libchdb.so; by default beside the program."`
}

func (c *embeddedCmd) Run(ctx context.Context, s *streams) error {
	e, err := c.start(ctx, s.log, c.Topic, true, true)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Kafka on %s, ClickHouse %s on http://%s, data in %s; stop with Ctrl-C\n",
		e.kafka.Addr(), e.clickhouse.Version(), e.clickhouse.Addr(), c.Data)
	return errors.Join(e.wait(ctx), e.close())
}

// engines are the embedded ones that run; nil where a real one is used.
type engines struct {
	kafka      *kafka.Server
	clickhouse *clickhouse.Server
}

func (f *engineFlags) start(ctx context.Context, log *slog.Logger, t topics, withKafka, withClickHouse bool) (*engines, error) {
	e := &engines{}
	var err error
	if withClickHouse {
		e.clickhouse, err = clickhouse.Start(ctx, clickhouse.Config{
			Listen: f.ClickHouseListen, Dir: filepath.Join(f.Data, "clickhouse"), LibPath: f.LibCHDB, Logger: log,
		})
		if err != nil {
			return nil, err
		}
	}
	if withKafka {
		e.kafka, err = kafka.Start(ctx, kafka.Config{
			Listen: f.KafkaListen, Dir: filepath.Join(f.Data, "kafka"), Topics: t.all(), Logger: log,
		})
		if err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	return e, nil
}

// wait returns when ctx ends, or with an error when an engine cannot go on.
func (e *engines) wait(ctx context.Context) error {
	if e.clickhouse == nil {
		return nil
	}
	return e.clickhouse.Wait(ctx)
}

func (e *engines) close() error {
	var errs []error
	if e.kafka != nil {
		errs = append(errs, e.kafka.Close())
	}
	if e.clickhouse != nil {
		errs = append(errs, e.clickhouse.Close())
	}
	return errors.Join(errs...)
}
