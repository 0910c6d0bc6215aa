package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/earshot/earshot/internal/examples"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/store"
)

// exampleShow sends the example calls and prints each flag as it lands.
type exampleShow struct {
	audio, dir string
	speed      float64
	kafka      pipeline.Kafka
	topics     topics
	dsn        string
	options    store.Options
	s          *streams
}

func (e *exampleShow) run(ctx context.Context) error {
	st, err := store.Open(e.dsn, e.options)
	if err != nil {
		return err
	}
	defer st.Close()
	line := newLine(e.s)
	calls, err := examples.Compose(e.audio, e.dir, func(done, total int) {
		line.set("composing the example calls: %d of %d", done, total)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; `make audio` fetches what the examples are made of", err)
	}
	if err != nil {
		return err
	}
	line.clear()
	left, err := e.unjudged(ctx, st, calls)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		fmt.Fprintf(e.s.out, "the %d example calls have been judged before; their flags are in ClickHouse\n", len(calls))
		return nil
	}
	group, gctx := errgroup.WithContext(ctx)
	told, stopTelling := context.WithCancel(gctx)
	group.Go(func() error { return e.tell(told, line) })
	group.Go(func() error { return e.send(gctx, left) })
	group.Go(func() error {
		defer stopTelling()
		return e.wait(gctx, st, left, line)
	})
	err = group.Wait()
	line.clear()
	if err == nil && ctx.Err() == nil {
		fmt.Fprintf(e.s.out, "\n%d example calls judged. Ask for more:\n  curl -s '%s' --data 'SELECT rule, count() FROM earshot.flags FINAL GROUP BY rule ORDER BY rule'\nEarshot goes on; stop it with Ctrl-C.\n",
			len(left), httpRoot(e.dsn))
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (e *exampleShow) unjudged(ctx context.Context, st *store.Store, calls []examples.Example) ([]examples.Example, error) {
	ids := make([]string, len(calls))
	for i, c := range calls {
		ids[i] = c.Name
	}
	judged, err := st.Judged(ctx, ids)
	if err != nil {
		return nil, err
	}
	var left []examples.Example
	for _, c := range calls {
		if !judged[c.Name] {
			left = append(left, c)
		}
	}
	return left, nil
}

// send publishes half of the calls as live RTP and half as recordings, as each example says.
func (e *exampleShow) send(ctx context.Context, calls []examples.Example) error {
	transport, err := e.kafka.Transport()
	if err != nil {
		return err
	}
	p := publisher.New(publisher.Config{
		Brokers: e.kafka.Brokers, Transport: transport, Calls: e.topics.Calls, Recordings: e.topics.Recordings, Log: e.s.log,
	})
	defer p.Close(context.WithoutCancel(ctx))
	var live, recorded []string
	for _, c := range calls {
		if c.As == examples.AsRTP {
			live = append(live, c.WAV)
		} else {
			recorded = append(recorded, c.WAV)
		}
	}
	return errors.Join(
		p.Publish(ctx, recorded, publisher.Options{}, publisher.Delivery{As: publisher.Whole}),
		p.Publish(ctx, live, publisher.Options{}, publisher.Delivery{As: publisher.RTP, Speed: e.speed}),
	)
}

// wait returns when every call has been judged.
func (e *exampleShow) wait(ctx context.Context, st *store.Store, calls []examples.Example, line *line) error {
	began := time.Now()
	for {
		left, err := e.unjudged(ctx, st, calls)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			time.Sleep(time.Second) // the last flags are told after they are written
			return nil
		}
		line.set("%d of %d calls judged, %.0f s", len(calls)-len(left), len(calls), time.Since(began).Seconds())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// tell prints every flag as the flags topic tells it: when it is raised, and when it is final or withdrawn.
func (e *exampleShow) tell(ctx context.Context, line *line) error {
	dialer, err := e.kafka.Dialer()
	if err != nil {
		return err
	}
	r := kafka.NewReader(kafka.ReaderConfig{
		Brokers: e.kafka.Brokers, Dialer: dialer, Topic: e.topics.Flags, MaxWait: 200 * time.Millisecond, ReadLagInterval: -1,
	})
	defer r.Close()
	seen := map[string]bool{}
	for {
		m, err := r.ReadMessage(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot read the flags topic: %w", err)
		}
		var a pipeline.Alarm
		if err := json.Unmarshal(m.Value, &a); err != nil {
			return fmt.Errorf("cannot read a flag: %w", err)
		}
		if news := a.FlagID + a.State; seen[news] {
			continue
		} else {
			seen[news] = true
		}
		line.clear()
		fmt.Fprintf(e.s.out, "⚑ %-26s %-20s %s–%s  measured %-7.4g limit %-5.4g −%v  %-7s %s  %s\n",
			a.CallID, a.Rule, clock(a.Start), clock(a.End), a.Measured, a.Limit, a.Points, a.Class, a.Clause, a.State)
	}
}

// line is the one line of progress: overwritten on a terminal, a new line every 10 s elsewhere.
type line struct {
	s        *streams
	terminal bool
	last     time.Time
}

func newLine(s *streams) *line {
	f, ok := s.err.(*os.File)
	return &line{s: s, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

func (l *line) set(format string, args ...any) {
	if l.terminal {
		fmt.Fprintf(l.s.err, "\r\x1b[K"+format, args...)
	} else if time.Since(l.last) >= 10*time.Second {
		l.last = time.Now()
		fmt.Fprintf(l.s.err, format+"\n", args...)
	}
}

func (l *line) clear() {
	if l.terminal {
		fmt.Fprint(l.s.err, "\r\x1b[K")
	}
}

// httpRoot is where curl reaches the ClickHouse of a DSN.
func httpRoot(dsn string) string {
	u, err := url.Parse(store.Redact(dsn))
	if err != nil {
		return dsn
	}
	return u.Scheme + "://" + u.Host + "/"
}
