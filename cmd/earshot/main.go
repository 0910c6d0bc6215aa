// Command earshot measures how calls were conducted and flags what breaks the rules of the floor.
//
// `earshot analyze FILE…` does so for recordings; `earshot run` is the whole system in one process: calls come in over
// Kafka, flags land in ClickHouse. Everything else is a part of that. See `earshot --help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	kongyaml "github.com/alecthomas/kong-yaml"
)

// version is set by the linker.
var version = "dev"

type cli struct {
	Run         runCmd         `cmd:"" help:"Everything in one process: embedded engines unless real ones are named, migrations, worker, archiver."`
	Worker      workerCmd      `cmd:"" help:"Take calls from Kafka, write segments and flags to ClickHouse."`
	Archiver    archiverCmd    `cmd:"" help:"Keep the audio of calls, so that what is behind a flag can be heard."`
	Web         webCmd         `cmd:"" help:"The web application: inspectors listen and judge, agents appeal."`
	Embedded    embeddedCmd    `cmd:"" help:"Just the embedded Kafka and ClickHouse, listening."`
	Migrate     migrateCmd     `cmd:"" help:"Make or update the ClickHouse tables."`
	Publish     publishCmd     `cmd:"" help:"Send recordings (WAV) or captures (pcap) to Kafka, as live RTP or as recordings."`
	Analyze     analyzeCmd     `cmd:"" help:"Measure and judge recordings and captures, without Kafka or ClickHouse."`
	Rules       rulesCmd       `cmd:"" help:"Work with rulebooks."`
	DeadLetters deadLettersCmd `cmd:"" name:"deadletters" help:"Records that could not be used: list, show, replay them."`
	Status      statusCmd      `cmd:"" help:"How far the workers are: lag, watermark, open calls, dead letters, last errors, by partition."`
	Examples    examplesCmd    `cmd:"" help:"Compose the example calls into a folder."`

	Config   kong.ConfigFlag  `placeholder:"FILE" help:"YAML file of flags: \"kafka: [host:9092]\"."`
	LogLevel slog.Level       `default:"info" env:"EARSHOT_LOG_LEVEL" help:"debug, info, warn or error."`
	LogJSON  bool             `name:"log-json" env:"EARSHOT_LOG_JSON" help:"Log as JSON rather than text."`
	Version  kong.VersionFlag `help:"Print the version."`
}

// streams are what a command may write to: results on stdout, everything else on stderr.
type streams struct {
	out, err io.Writer
	log      *slog.Logger
	troubles *troubles // that were logged
}

// exitCode ends the program with that status; whatever there was to say has been said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

const usageError = 2

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var c cli
	status := -1
	parser, err := kong.New(&c,
		kong.Name("earshot"),
		kong.Description("Call-conduct analytics: measures how calls were conducted and flags what breaks the rules."),
		kong.Vars{"version": version},
		kong.Configuration(kongyaml.Loader),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { status = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "earshot:", err)
		return 1
	}
	kctx, err := parser.Parse(args)
	if status >= 0 { // --help or --version
		return status
	}
	if err != nil {
		fmt.Fprintf(stderr, "earshot: %v\n", err)
		return usageError
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	options := &slog.HandlerOptions{Level: c.LogLevel}
	var handler slog.Handler = slog.NewTextHandler(stderr, options)
	if c.LogJSON {
		handler = slog.NewJSONHandler(stderr, options)
	}
	remembered := newRemembering(handler)
	s := &streams{out: stdout, err: stderr, log: slog.New(remembered), troubles: remembered.troubles}
	kctx.BindTo(ctx, (*context.Context)(nil))
	err = kctx.Run(s)
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	default:
		fmt.Fprintf(stderr, "earshot: %v\n", err)
		return 1
	}
}
