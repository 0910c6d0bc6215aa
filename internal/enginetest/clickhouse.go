// Package enginetest gives tests the real ClickHouse engine: the embedded one, behind HTTP as in the product.
//
// A process can hold one engine only, so all tests of a package share it and each gets a database of its own. The
// package's TestMain ends it:
//
//	func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/earshot/earshot/internal/embedded/clickhouse"
)

// engine is the process's one, started by the first test that asks.
var engine struct {
	sync.Mutex
	running bool // Run is there to stop it
	server  *clickhouse.Server
	dir     string
	made    int // databases
}

// Run runs a package's tests, ends the engine if one was started, removes its data, and returns the exit status.
func Run(m interface{ Run() int }) int {
	engine.Lock()
	engine.running = true
	engine.Unlock()
	status := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "cannot stop the ClickHouse engine:", err)
		return max(status, 1)
	}
	return status
}

func stop() error {
	engine.Lock()
	defer engine.Unlock()
	if engine.server == nil {
		return nil
	}
	return errors.Join(engine.server.Close(), os.RemoveAll(engine.dir))
}

// ClickHouse returns the DSN of a database that does not exist yet, as that of a new installation. It is dropped after
// the test.
func ClickHouse(t testing.TB) (dsn string) {
	t.Helper()
	engine.Lock()
	defer engine.Unlock()
	server := shared(t)
	engine.made++
	base := "http://" + server.Addr() + "/"
	database := fmt.Sprintf("test_%d", engine.made)
	t.Cleanup(func() {
		resp, err := http.Post(base, "text/plain", strings.NewReader("DROP DATABASE IF EXISTS "+database+" SYNC"))
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			text, _ := io.ReadAll(resp.Body)
			t.Errorf("cannot drop %s: %s: %s", database, resp.Status, text)
		}
	})
	return base + database
}

// ClickHouseVersion is the version of the engine that tests run on.
func ClickHouseVersion(t testing.TB) string {
	t.Helper()
	engine.Lock()
	defer engine.Unlock()
	return shared(t).Version()
}

// shared starts the engine if it is not running yet. The caller holds the lock.
func shared(t testing.TB) *clickhouse.Server {
	t.Helper()
	if !engine.running {
		t.Fatal("this package needs: func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }")
	}
	if engine.server != nil {
		return engine.server
	}
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "earshot-clickhouse-")
	if err != nil {
		t.Fatal(err)
	}
	server, err := clickhouse.Start(context.Background(), clickhouse.Config{
		Listen: "127.0.0.1:0", Dir: dir, LibPath: lib, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		os.RemoveAll(dir)
		t.Fatal(err)
	}
	engine.server, engine.dir = server, dir
	return server
}

// library finds the engine: where EARSHOT_LIBCHDB says, or in bin/ beside go.mod.
func library() (string, error) {
	if path := os.Getenv("EARSHOT_LIBCHDB"); path != "" {
		return path, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("cannot find go.mod above the test's folder")
		}
		dir = parent
	}
	path := filepath.Join(dir, "bin", "libchdb.so")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("cannot find the ClickHouse engine: run make build, or set EARSHOT_LIBCHDB (%w)", err)
	}
	return path, nil
}
