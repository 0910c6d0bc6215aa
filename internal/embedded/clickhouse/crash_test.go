package clickhouse

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// child is what this test binary does when a test runs it again: serve the data
// in dir, say where on stdout, and close on SIGTERM.
func child(dir string) {
	server, err := Start(context.Background(), Config{Listen: "127.0.0.1:0", Dir: dir,
		LibPath: os.Getenv("EARSHOT_LIBCHDB"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	signal.Ignore(syscall.SIGXFSZ) // a file that may not grow: the write fails, and that is what matters
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println(server.Addr())
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-stop; cancel() }()
	if err := server.Wait(ctx); err != nil {
		fmt.Println("error:", err)
	}
	if err := server.Close(); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println("closed")
}

// process is a child that serves.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *bufio.Reader
	addr string
}

func spawn(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), "EARSHOT_TEST_CHILD="+dir, "EARSHOT_LIBCHDB="+engineLibrary(t))
	p.cmd.Stderr = os.Stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	p.out = bufio.NewReader(stdout)
	p.addr = p.line()
	return p
}

func (p *process) line() string {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.t.Fatalf("the child said %q and no more: %v", line, err)
	}
	return strings.TrimSpace(line)
}

// post sends a statement that must succeed and gives what it answered.
func (p *process) post(query string) string {
	p.t.Helper()
	status, body := p.send(query)
	if status != http.StatusOK {
		p.t.Fatalf("%s answered %d %s", query, status, body)
	}
	return strings.TrimSpace(body)
}

func (p *process) send(query string) (status int, body string) {
	p.t.Helper()
	res, err := http.Post("http://"+p.addr+"/", "text/plain", strings.NewReader(query))
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestDataSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	p := spawn(t, dir)
	p.post("CREATE DATABASE e ENGINE = Atomic")
	p.post("CREATE TABLE e.t (a UInt64) ENGINE = MergeTree ORDER BY a")
	for range 20 {
		p.post("INSERT INTO e.t SELECT number FROM numbers(1000)")
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.cmd.Wait()

	p = spawn(t, dir)
	if got := p.post("SELECT count(), sum(a) FROM e.t"); got != "20000\t9990000" {
		t.Errorf("after kill -9 the table holds %q, want 20000 rows", got)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := p.line(); got != "closed" {
		t.Errorf("on SIGTERM it said %q", got)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func TestCloseKillsWhatIsRunning(t *testing.T) {
	p := spawn(t, t.TempDir())
	answered := make(chan string, 1)
	go func() {
		res, err := http.Post("http://"+p.addr+"/", "text/plain", strings.NewReader("SELECT max(sipHash64(number)) FROM numbers(1000000000000)"))
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		answered <- res.Header.Get("X-ClickHouse-Exception-Code")
	}()
	for p.post("SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%'") != "2" { // it and this one
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	if got := p.line(); got != "closed" {
		t.Errorf("on SIGTERM during a query it said %q", got)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM during a query: %v", err)
	}
	<-answered
}

func TestStartRefuses(t *testing.T) {
	lib := engineLibrary(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	inUse := t.TempDir()
	spawn(t, inUse)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	engine(t)
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"taken port", Config{Listen: taken.Addr().String(), Dir: t.TempDir(), LibPath: lib}, "address already in use"},
		{"folder another process has", Config{Listen: "127.0.0.1:0", Dir: inUse, LibPath: lib}, "is using it"},
		{"file for a folder", Config{Listen: "127.0.0.1:0", Dir: file, LibPath: lib}, file},
		{"no library", Config{Listen: "127.0.0.1:0", Dir: t.TempDir(), LibPath: filepath.Join(t.TempDir(), libName)}, "make build"},
		{"second folder in this process", Config{Listen: "127.0.0.1:0", Dir: t.TempDir(), LibPath: lib}, "one folder at a time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Logger = slog.New(slog.DiscardHandler)
			server, err := Start(t.Context(), c.cfg)
			if err == nil {
				server.Close()
				t.Fatalf("Start succeeded, want an error with %q", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want an error with %q", err, c.want)
			}
		})
	}
}

func TestNotALibrary(t *testing.T) {
	opened.Lock()
	was := opened.lib
	opened.lib = nil
	opened.Unlock()
	defer func() { opened.Lock(); opened.lib = was; opened.Unlock() }()
	path := filepath.Join(t.TempDir(), libName)
	if err := os.WriteFile(path, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("load gave %v, want an error that names %s", err, path)
	}
}

// Go turns a nil dereference into a panic by a signal handler, which the engine
// must leave in place: a worker survives a panic in an analyzer.
func TestPanicsAreStillCaught(t *testing.T) {
	engine(t)
	defer func() {
		if recover() == nil {
			t.Error("a nil dereference did not panic")
		}
	}()
	var nothing *Server
	_ = nothing.addr
}
