package clickhouse

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A process has one engine, so the tests share one server. Those that need to
// start, kill or break one run this test binary again as a child.
func TestMain(m *testing.M) {
	if dir := os.Getenv("EARSHOT_TEST_CHILD"); dir != "" {
		child(dir)
		return
	}
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "closing the shared engine:", err)
			code = 1
		}
		os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

var shared struct {
	once   sync.Once
	dir    string
	server *Server
	err    error
}

// engine gives the address of the shared server.
func engine(t testing.TB) *Server {
	t.Helper()
	lib := engineLibrary(t)
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "earshot-clickhouse"); shared.err == nil {
			shared.server, shared.err = Start(context.Background(), Config{
				Listen: "127.0.0.1:0", Dir: shared.dir, LibPath: lib, Logger: slog.New(slog.DiscardHandler)})
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// engineLibrary finds libchdb.so. Without it nothing here is tested, which must
// not look like success.
func engineLibrary(t testing.TB) string {
	t.Helper()
	lib := os.Getenv("EARSHOT_LIBCHDB")
	if lib == "" {
		lib = filepath.Join("..", "..", "..", "bin", libName)
	}
	abs, err := filepath.Abs(lib)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		t.Fatalf("no ClickHouse engine at %s: run `make build` first, or name one with EARSHOT_LIBCHDB", abs)
	}
	return abs
}

// database makes a database of the test's own.
func database(t testing.TB) string {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		if isWord(byte(r)) && r < 0x80 {
			return r
		}
		return '_'
	}, strings.ToLower(t.Name()))
	post(t, "", "CREATE DATABASE "+name+" ENGINE = Atomic")
	t.Cleanup(func() { post(t, "", "DROP DATABASE "+name) })
	return name
}

// answer is what came back over HTTP.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes a request with the parameters given as "a=1&b=2".
func send(t testing.TB, method, params, body string, headers ...string) answer {
	t.Helper()
	target := url.URL{Scheme: "http", Host: engine(t).Addr(), Path: "/", RawQuery: params}
	req, err := http.NewRequestWithContext(t.Context(), method, target.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(got)}
}

// post sends a query that must succeed and gives what it answered.
func post(t testing.TB, params, body string) string {
	t.Helper()
	// Cleanup functions call this when the test's context has already ended.
	res, err := http.Post("http://"+engine(t).Addr()+"/?"+params, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s\nanswered %d %s (%v)", body, res.StatusCode, got, err)
	}
	return string(got)
}
