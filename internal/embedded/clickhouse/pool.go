package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// killEvery is how long a query that ought to stop may go on before it is told
// again: it may not have begun yet when it was told first.
const killEvery = 100 * time.Millisecond

// pool lends the engine's sessions, each to one request at a time, so that a slow
// query holds up nobody while a session is free.
type pool struct {
	lib  *library
	dir  string
	log  *slog.Logger
	idle chan *conn
	size int

	// control runs nothing but KILL QUERY and what asks whether writes failed. Being open from first to last it also
	// keeps the engine from shutting down when another session is replaced.
	controlMu sync.Mutex
	control   *conn
	unwritten atomic.Bool // a write failed: see sound
}

func newPool(lib *library, dir string, size int, log *slog.Logger) (*pool, error) {
	if err := configure(dir); err != nil {
		return nil, err
	}
	p := &pool{lib: lib, dir: dir, log: log, size: size, idle: make(chan *conn, size)}
	control, err := connect(lib, dir, "earshot-control")
	if err != nil {
		return nil, err
	}
	p.control = control
	for i := range size {
		c, err := connect(lib, dir, fmt.Sprintf("earshot-%d", i))
		if err != nil {
			return nil, errors.Join(err, p.close(context.Background(), i))
		}
		p.idle <- c
	}
	return p, nil
}

// do runs f with a session of its own, waiting for one if all are busy. When ctx
// ends, the query that f is running is killed and f sees its error. A session
// that f leaves spoilt is replaced by a new one.
func (p *pool) do(ctx context.Context, f func(*conn) error) error {
	var c *conn
	select {
	case c = <-p.idle:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		if c.spoilt {
			c = p.replace(c)
		}
		p.idle <- c
	}()

	// The killer must be gone before the session is lent again, or it would kill
	// the next one's query.
	over, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			p.kill(c.tag, over)
		case <-over:
		}
	}()
	defer func() {
		close(over)
		<-gone
	}()
	return f(c)
}

func (p *pool) kill(tag string, over <-chan struct{}) {
	ticker := time.NewTicker(killEvery)
	defer ticker.Stop()
	for {
		p.controlMu.Lock()
		err := p.control.exec("KILL QUERY WHERE Settings['log_comment'] = " + quote(tag) + " ASYNC")
		p.controlMu.Unlock()
		if err != nil {
			p.log.Warn("cannot stop a query whose client has gone", "error", err)
		}
		select {
		case <-over:
			return
		case <-ticker.C:
		}
	}
}

// replace gives a new session for a used one. Without a new one the old one has
// to do: what a client changed in it may show to others, and what was broken off may cost the next one its answer.
func (p *pool) replace(c *conn) *conn {
	fresh, err := connect(p.lib, p.dir, c.tag)
	if err != nil {
		p.log.Error("cannot renew a session of the ClickHouse engine", "error", err)
		return c // spoilt as it is, it will be tried again
	}
	c.close()
	return fresh
}

// close ends the n sessions that there are, waiting for busy ones until ctx ends.
// One that stays busy is left alone: the engine aborts the process when a session
// is closed under its query, and what was acknowledged is on disk anyway.
func (p *pool) close(ctx context.Context, n int) error {
	for i := range n {
		select {
		case c := <-p.idle:
			c.close()
		case <-ctx.Done():
			return fmt.Errorf("cannot close the ClickHouse engine: %d queries do not stop", n-i)
		}
	}
	p.control.close()
	return nil
}
