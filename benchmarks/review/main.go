// Command review fills the embedded ClickHouse with a centre of a million calls and three million flags, of which 100,000
// wait for a verdict, serves the web application on it, and times its pages over HTTP and what they ask of the store. Then it
// scrolls through all that waits, over HTTP and in Chromium.
//
//	go run ./benchmarks/review            # some ten minutes, half of them to fill
//	go run ./benchmarks/review -dir DIR   # keeps the data, and measures again what is there
//	go run ./benchmarks/review -dir DIR -only 'call page|inbox$'
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/earshot/earshot/internal/embedded/clickhouse"
	"github.com/earshot/earshot/pipeline/store"
)

func main() {
	c := centre{until: time.Now().Truncate(time.Hour)}
	flag.IntVar(&c.calls, "calls", 1_000_000, "calls")
	flag.IntVar(&c.flagsEach, "flags", 3, "flags of each call")
	flag.IntVar(&c.segmentsEach, "segments", 10, "segments of each call")
	flag.IntVar(&c.agents, "agents", 1000, "agents")
	flag.IntVar(&c.teams, "teams", 20, "teams")
	flag.IntVar(&c.days, "days", 360, "days over which the calls are spread")
	flag.IntVar(&c.waiting, "waiting", 100_000, "flags that wait for a verdict")
	dir := flag.String("dir", "", "keep the data here, and use what is here; empty = a temporary folder")
	lib := flag.String("libchdb", "bin/libchdb.so", "the engine")
	times := flag.Int("times", 100, "how often each question is asked")
	only := flag.String("only", "", "ask the questions that this expression matches, and do not scroll; '^$' = only scroll a browser")
	flag.Parse()
	some, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot use -only:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c, *dir, *lib, *times, some); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c centre, dir, lib string, times int, only *regexp.Regexp) error {
	if dir == "" {
		temporary, err := os.MkdirTemp("", "earshot-review-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	server, err := clickhouse.Start(ctx, clickhouse.Config{Listen: "127.0.0.1:0", Dir: dir, LibPath: lib, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer server.Close()
	db := &sqlClient{server.Addr(), "earshot"}
	dsn := "http://" + server.Addr() + "/earshot"
	if err := store.Migrate(ctx, dsn, store.Options{}); err != nil {
		return err
	}
	say := func(f string, a ...any) { fmt.Fprintf(os.Stderr, f+"\n", a...) }
	n, err := db.ask(ctx, "SELECT count() FROM calls")
	if err != nil {
		return err
	}
	if n == "0" {
		if err := c.fill(ctx, db, say); err != nil {
			return err
		}
		if n, err = db.ask(ctx, "SELECT count() FROM calls"); err != nil {
			return err
		}
	}
	flags, err := db.ask(ctx, "SELECT count() FROM flags")
	if err != nil {
		return err
	}
	waiting, err := db.ask(ctx, "SELECT count() FROM waiting WHERE flag_id != ''")
	if err != nil {
		return err
	}
	fmt.Printf("%s calls, %s flags, %s waiting; ClickHouse %s, embedded; %d CPUs\n\n", n, flags, waiting, server.Version(), runtime.NumCPU())
	st, err := store.Open(dsn, store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	audio, err := os.MkdirTemp("", "earshot-review-audio-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(audio)
	site, err := serve(ctx, st, audio)
	if err != nil {
		return err
	}
	defer site.server.Close()
	list, err := pages(ctx, site, st, c)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(append(list, questions(st, c)...), func(q question) bool { return !only.MatchString(q.name) })
	if only.String() == "^$" {
		return browse(ctx, site, st, os.Stdout)
	}
	if err := measure(ctx, os.Stdout, list, times); err != nil || only.String() != "" {
		return err
	}
	if err := scroll(ctx, site, st, os.Stdout); err != nil {
		return err
	}
	return browse(ctx, site, st, os.Stdout)
}
