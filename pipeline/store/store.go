package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Store reads and writes one ClickHouse database. It is safe for concurrent use.
type Store struct {
	conn     driver.Conn
	dsn      string // without secrets
	database string
	timeout  time.Duration
	made     atomic.Pointer[made] // see waitingMade
	waiting  *waitingList
}

// Open makes a Store for a DSN such as http://host:8123/earshot or clickhouse://user@host:9000/earshot?secure=true.
// It does not connect, so ClickHouse may be away; Ping tells.
func Open(dsn string, o Options) (*Store, error) {
	opt, err := parseDSN(dsn, o)
	if err != nil {
		return nil, err
	}
	conn, err := clickhouse.Open(opt)
	if err != nil {
		return nil, fmt.Errorf("cannot use ClickHouse DSN %q: %w", Redact(dsn), err)
	}
	timeout := o.WriteTimeout
	if timeout == 0 {
		timeout = time.Minute
	}
	return &Store{conn: conn, dsn: Redact(dsn), database: opt.Auth.Database, timeout: timeout, waiting: newWaitingList()}, nil
}

// Ping asks whether ClickHouse answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.conn.Ping(ctx); err != nil {
		return fmt.Errorf("cannot reach ClickHouse at %s: %w", s.dsn, err)
	}
	return nil
}

// Version is the version of the ClickHouse that answers.
func (s *Store) Version(ctx context.Context) (string, error) {
	var version string
	if err := s.conn.QueryRow(ctx, "SELECT version()").Scan(&version); err != nil {
		return "", fmt.Errorf("cannot ask ClickHouse at %s for its version: %w", s.dsn, err)
	}
	return version, nil
}

// Close lets go of the connections.
func (s *Store) Close() error { return s.conn.Close() }
