package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is earshot as its own process.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	said output
	done chan struct{}
}

// output can be read while the process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// launch runs earshot until the test ends, or somebody stops it.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command("earshot", args...), done: make(chan struct{})} // testscript.Main put it on the path
	lib, err := filepath.Abs("../../bin/libchdb.so")
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Env = append(os.Environ(), "EARSHOT_LIBCHDB="+lib)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // ProcessState tells
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // fails when it has ended
		<-p.done
		if t.Failed() {
			t.Logf("earshot %s said\n%s", args[0], &p.said)
		}
	})
	return p
}

// drain sends SIGTERM, and expects the process to end well within so long.
func (p *process) drain(within time.Duration) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	began := time.Now()
	select {
	case <-p.done:
		p.t.Logf("ended %v after SIGTERM", time.Since(began).Round(time.Millisecond))
	case <-time.After(within):
		p.t.Fatalf("still there %v after SIGTERM", within)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("exit status %d, expected 0", code)
	}
}

// earshot runs a command to its end.
func earshot(t *testing.T, args ...string) {
	t.Helper()
	p := launch(t, args...)
	<-p.done
	if !p.cmd.ProcessState.Success() {
		t.Fatalf("earshot %s: %v\n%s", strings.Join(args, " "), p.cmd.ProcessState, &p.said)
	}
}

// address is one that nobody listens on.
func address(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// eventually waits until it works. How long is only how long a test that has gone wrong takes to say so.
func eventually(t *testing.T, try func() error) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// answer gets a page and expects it to say something.
func answer(address string, status int, says string) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != status || !strings.Contains(string(body), says)) {
		err = fmt.Errorf("%s: %s: %s; expected %d and %q", address, resp.Status, body, status, says)
	}
	return err
}

// rows is ClickHouse's answer.
func rows(t *testing.T, address, database, sql string) string {
	t.Helper()
	q := url.Values{"database": {database}, "query": {sql}}
	resp, err := http.Get("http://" + address + "/?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(string(body))
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.TrimSpace(string(body))
}
