// Package clickhouse runs the ClickHouse engine inside the process, and lets it
// answer on a port as a ClickHouse server would.
//
// The engine is libchdb: ClickHouse compiled as a shared library, loaded without
// cgo. In front of it stands an http.Handler that speaks ClickHouse's HTTP
// interface, so that clickhouse-go, curl, Grafana and the migrations talk to it
// by an ordinary DSN and need not know. The way of a request:
//
//	handler   reads URL and body (request, body), looks the text over (query, lexer)
//	pool      lends a session of the engine; kills the query if the client leaves
//	conn      runs it: query for a whole result, stream for rows, insert for data
//	response  writes rows, or the exception with the status the server gives it
//
// What differs from a server: nobody logs in, so whoever reaches the port owns
// the data and can read the process's files through table functions: keep it on
// the loopback. There are no sessions (session_id), no external tables, no
// quotas; SET, USE and temporary tables last for their own request, as they do in
// the server without a session. A SELECT without rows gives Native no header.
//
// A process has one engine on one folder at a time. What was acknowledged is in
// files, and stays there when the process is killed. A disk that is full is more
// than the engine can bear: see disk.go.
package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/earshot/earshot/internal/embedded/datadir"
)

// DefaultConnections is how many queries run side by side.
const DefaultConnections = 8

// closeGrace is how long running queries get before they are killed, and then
// again before they are left behind.
const closeGrace = 5 * time.Second

// Config says where the engine keeps its data and where it listens.
type Config struct {
	Listen      string       // host:port; port 0 takes a free one
	Dir         string       // of the data; made if it is missing
	LibPath     string       // libchdb.so; empty: beside the executable, or in ../lib
	Connections int          // 0: DefaultConnections
	Logger      *slog.Logger // nil: slog.Default()
}

// Server is a running engine with its port.
type Server struct {
	http    *http.Server
	addr    string
	version string
	pool    *pool
	size    int
	lock    *datadir.Lock
	stop    context.CancelFunc // kills what is running
	log     *slog.Logger
	failed  chan struct{} // closed when the engine cannot go on
	watched chan struct{} // closed when nobody watches it any more
	served  chan error
	closed  sync.Once
	err     error
}

// Start opens the engine and listens. It returns when queries can be sent.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	log := cfg.Logger
	if log == nil {
		log = slog.Default()
	}
	if cfg.Connections <= 0 {
		cfg.Connections = DefaultConnections
	}
	// The port first: the engine takes longer, and a taken port is the likelier mistake.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for ClickHouse clients on %q: %w", cfg.Listen, err)
	}
	s, err := open(cfg, log)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("cannot start the embedded ClickHouse: %w", err)
	}
	s.addr = listener.Addr().String()
	if addr, ok := listener.Addr().(*net.TCPAddr); ok && !addr.IP.IsLoopback() {
		log.Warn("the embedded ClickHouse asks nobody for a password: whoever reaches it can read and change everything", "listen", s.addr)
	}

	base, stop := context.WithCancel(context.Background())
	s.stop = stop
	handler := &handler{pool: s.pool, version: s.version, log: log}
	s.http = &http.Server{
		Handler:           handler.routes(),
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	go func() { s.served <- s.http.Serve(listener) }()
	go s.watch(base)
	log.Info("embedded ClickHouse is ready", "version", s.version, "listen", s.addr, "dir", cfg.Dir)
	return s, nil
}

func open(cfg Config, log *slog.Logger) (*Server, error) {
	lock, err := datadir.Open(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{lock: lock, size: cfg.Connections, served: make(chan error, 1), log: log, failed: make(chan struct{}), watched: make(chan struct{})}
	if err := s.openEngine(cfg, log); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return s, nil
}

func (s *Server) openEngine(cfg Config, log *slog.Logger) error {
	lib, err := load(cfg.LibPath)
	if err != nil {
		return err
	}
	if err := lib.claim(cfg.Dir); err != nil {
		return err
	}
	if s.pool, err = newPool(lib, cfg.Dir, s.size, log); err != nil {
		lib.release()
		return err
	}
	r, err := s.pool.control.query(statement{text: "SELECT version()", format: "TSVRaw"})
	if err != nil {
		return errors.Join(err, s.closePool(context.Background()))
	}
	defer r.close()
	s.version = string(r.bytes()[:max(0, len(r.bytes())-1)])
	return nil
}

// Addr is the host:port it listens on.
func (s *Server) Addr() string { return s.addr }

// Version is that of ClickHouse, such as 26.7.2.1.
func (s *Server) Version() string { return s.version }

// Close takes no more queries, lets the running ones end, kills those that take
// longer, and closes the engine, unless that cannot go on: closing would remove
// what it needs when it is opened again. More calls return what the first one did.
func (s *Server) Close() error {
	s.closed.Do(func() { s.err = s.close() })
	return s.err
}

func (s *Server) close() error {
	grace, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	_ = s.http.Shutdown(grace) // it fails only by running out of grace
	s.stop()                   // kills queries
	s.http.Close()             // and ends inserts whose client sends no more
	<-s.watched
	patience, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	err := s.pool.sound()
	if err == errUnwritten {
		return fmt.Errorf("the embedded ClickHouse is left as it is: %w", err) // and the folder locked, until the process ends
	}
	err = errors.Join(err, s.closePool(patience))
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("cannot serve ClickHouse clients: %w", served))
	}
	return errors.Join(err, s.lock.Close())
}

func (s *Server) closePool(ctx context.Context) error {
	if err := s.pool.close(ctx, s.size); err != nil {
		return err
	}
	s.pool.lib.release()
	return nil
}
