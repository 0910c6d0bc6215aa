package store

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// proxyTo passes requests on to the engine behind dsn.
func proxyTo(t *testing.T, dsn string) *httputil.ReverseProxy {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: u.Host})
}

func database(dsn string) string { return dsn[strings.LastIndex(dsn, "/"):] }

func TestWriteWaitsForClickHouse(t *testing.T) {
	_, dsn := open(t)
	address := closedPort(t)
	s := openAt(t, "http://"+address+database(dsn))

	engineComesUp := func() {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		server := &http.Server{Handler: proxyTo(t, dsn)}
		go server.Serve(l)
		t.Cleanup(func() { server.Close() })
	}
	var failures []error
	err := WriteRetry(context.Background(), s, exampleBatch(), Backoff{
		First: time.Millisecond, Most: 2 * time.Millisecond,
		OnError: func(attempt int, wait time.Duration, err error) {
			failures = append(failures, err)
			if attempt != len(failures) || wait <= 0 || wait > 2*time.Millisecond {
				t.Errorf("attempt %d, wait %s after %d failures", attempt, wait, len(failures))
			}
			if attempt == 3 {
				engineComesUp()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(failures) != 3 {
		t.Errorf("%d attempts failed, expected 3", len(failures))
	}
	if text := failures[0].Error(); !strings.Contains(text, "cannot write 2 rows") || !strings.Contains(text, address) {
		t.Errorf("the error does not say what and where: %s", text)
	}
	expect(t, dsn, "SELECT count() FROM flags FINAL", "1")
}

// ClickHouse takes the flags, but its answer is lost. The retry writes all again, doubles nothing in any table, and the
// call's row comes last.
func TestAnswerLost(t *testing.T) {
	_, dsn := open(t)
	proxy := proxyTo(t, dsn)
	inserts := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		into, _, isInsert := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("query"), "INSERT INTO "), " (")
		if isInsert {
			inserts <- into[strings.Index(into, ".")+1:]
			if len(inserts) == 2 {
				proxy.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s := openAt(t, server.URL+database(dsn))
	for _, table := range []string{"calls", "segments", "flags"} {
		query(t, dsn, "SYSTEM STOP MERGES "+table)
	}
	var failures int
	err := WriteRetry(context.Background(), s, exampleBatch(), Backoff{
		First: time.Millisecond, OnError: func(int, time.Duration, error) { failures++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	close(inserts)
	var order []string
	for table := range inserts {
		order = append(order, table)
	}
	if want := []string{"segments", "flags", "segments", "flags", "calls"}; failures != 1 || !slices.Equal(order, want) {
		t.Errorf("%d failures, inserts into %v; expected 1, %v", failures, order, want)
	}
	expect(t, dsn, "SELECT (SELECT count() FROM calls), (SELECT count() FROM segments), (SELECT count() FROM flags)", "1\t4\t2")
	expect(t, dsn, "SELECT (SELECT count() FROM calls FINAL), (SELECT count() FROM segments FINAL), (SELECT count() FROM flags FINAL)", "1\t2\t1")
}

func TestContextEndsTheWaiting(t *testing.T) {
	s := openAt(t, "http://"+closedPort(t)+"/earshot")
	ctx, cancel := context.WithCancel(context.Background())
	err := WriteRetry(ctx, s, exampleBatch(), Backoff{
		First: time.Hour, OnError: func(int, time.Duration, error) { cancel() },
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v, expected the context's end and the last failure", err)
	}
}

func TestWhatNoRetryMendsIsReturned(t *testing.T) {
	year1 := func(b *Batch) { b.Calls[0].StartedAt = time.Time{} }
	far := func(b *Batch) { b.Flags[0].At = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name, sql string
		spoil     func(*Batch)
		want      string
	}{
		{name: "no table", sql: "DROP TABLE flags", want: "flags"},
		{name: "no column", sql: "ALTER TABLE segments DROP COLUMN value", want: "value"},
		{name: "another type", sql: "ALTER TABLE calls MODIFY COLUMN error UUID", want: "calls"},
		{name: "no database", sql: "DROP DATABASE {database}", want: "does not exist"},
		{name: "no start", spoil: year1, want: `call row 0 (call "通话-1"): started_at: time is not set`},
		{name: "start out of range", spoil: far, want: `flag row 0 (call "通话-1"): at: time 2200-01-01T00:00:00Z; expected 1970 to 2099`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, dsn := open(t)
			b := exampleBatch()
			b.Calls[0].Error = "no UUID"
			if c.sql != "" {
				query(t, dsn, strings.ReplaceAll(c.sql, "{database}", database(dsn)[1:]))
			}
			if c.spoil != nil {
				c.spoil(b)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			err := WriteRetry(ctx, s, b, Backoff{OnError: func(_ int, _ time.Duration, err error) {
				t.Errorf("retried after %v", err)
				cancel()
			}})
			if err == nil || !Permanent(err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, expected %q in an error that stands", err, c.want)
			}
		})
	}
}

func TestPermanent(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"connection refused", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, false},
		{"timeout", context.DeadlineExceeded, false},
		{"gateway", &clickhouse.HTTPError{StatusCode: 502, Err: errors.New("bad gateway")}, false},
		{"memory limit", &clickhouse.Exception{Code: 241}, false},
		{"too many parts", &clickhouse.Exception{Code: 252}, false},
		{"replica read-only", &clickhouse.Exception{Code: 242}, false},
		{"unknown table", &clickhouse.HTTPError{StatusCode: 404, Err: &clickhouse.Exception{Code: 60}}, true},
		{"wrong password", &clickhouse.Exception{Code: 516}, true},
	} {
		if got := Permanent(c.err); got != c.want {
			t.Errorf("%s: %v, expected %v", c.name, got, c.want)
		}
	}
}
