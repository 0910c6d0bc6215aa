// Package processes runs earshot as processes of their own, for benchmarks that stop and measure them from outside.
package processes

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Process is a running program.
type Process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a program and writes what it says into the log file.
func Start(log, program string, args ...string) (*Process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("cannot log what %s says: %w", program, err)
	}
	p := &Process{name: program + " " + args[0], cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	if err := p.cmd.Start(); err != nil {
		out.Close()
		return nil, fmt.Errorf("cannot start %s: %w", p.name, err)
	}
	go func() {
		_ = p.cmd.Wait() // Ended tells
		out.Close()
		close(p.done)
	}()
	return p, nil
}

// Pid is the process's number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Ended is nil while the process runs, and an error once it does not.
func (p *Process) Ended() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s has ended: %v", p.name, p.cmd.ProcessState)
	default:
		return nil
	}
}

// Terminate sends SIGTERM, waits for the end, and returns an error if that takes longer or the status is not 0. The
// process is gone then either way.
func (p *Process) Terminate(within time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended
	select {
	case <-p.done:
		if !p.cmd.ProcessState.Success() {
			return p.Ended()
		}
		return nil
	case <-time.After(within):
		_ = p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("%s did not end within %v of SIGTERM", p.name, within)
	}
}

// Address is one on this machine that nobody listens on.
func Address() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("cannot find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Get is the page at an address; an error if its status is not 200.
func Get(address string) (string, error) {
	resp, err := http.Get(address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", address, resp.Status, body)
	}
	return string(body), err
}

// Query is what the ClickHouse at host:port answers.
func Query(clickhouse, database, sql string) (string, error) {
	text, err := Get("http://" + clickhouse + "/?" + url.Values{"database": {database}, "query": {sql}}.Encode())
	return strings.TrimSpace(text), err
}

// Await tries again and again, for so long at most, while the processes run.
func Await(ctx context.Context, within time.Duration, try func() error, running ...*Process) error {
	deadline := time.Now().Add(within)
	for {
		err := try()
		if err == nil {
			return nil
		}
		for _, p := range running {
			if ended := p.Ended(); ended != nil {
				return fmt.Errorf("%w; %w", ended, err)
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %v in vain: %w", within, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
