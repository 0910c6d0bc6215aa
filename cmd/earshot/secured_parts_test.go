package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/earshot/earshot/internal/enginetest"
	"github.com/earshot/earshot/internal/testpki"
	"github.com/earshot/earshot/internal/versitygw"
)

// program runs earshot as processes, and keeps all that they say.
type program struct {
	t   *testing.T
	env map[string]string

	mu  sync.Mutex
	all bytes.Buffer
}

// Write takes what the processes say.
func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.Write(b)
}

func (p *program) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.String()
}

func (p *program) command(change map[string]string, args ...string) *exec.Cmd {
	p.t.Helper()
	exe, err := os.Executable() // which is earshot when it is called so
	if err != nil {
		p.t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Args = append([]string{"earshot"}, args...)
	c.Env = os.Environ()
	for _, env := range []map[string]string{p.env, change} {
		for k, v := range env {
			c.Env = append(c.Env, k+"="+v)
		}
	}
	return c
}

func (p *program) run(change map[string]string, args ...string) (string, error) {
	out := &program{} // which stdout and stderr may write at once
	c := p.command(change, args...)
	c.Stdout, c.Stderr = io.MultiWriter(out, p), io.MultiWriter(out, p)
	err := c.Run()
	return out.said(), err
}

func (p *program) succeeds(change map[string]string, args ...string) {
	p.t.Helper()
	if out, err := p.run(change, args...); err != nil {
		p.t.Fatalf("earshot %v: %v\n%s", args, err, out)
	}
}

func (p *program) fails(change map[string]string, want string, args ...string) {
	p.t.Helper()
	if out, err := p.run(change, args...); err == nil || !strings.Contains(out, want) {
		p.t.Errorf("earshot %v with %d changes: %v; expected %q in\n%s", args, len(change), err, want, out)
	}
}

// running is one that goes on.
type running struct {
	*program
	cmd *exec.Cmd
	out *program // its own words
}

func (p *program) starts(change map[string]string, args ...string) *running {
	p.t.Helper()
	own := &running{program: p, cmd: p.command(change, args...), out: &program{}}
	w := io.MultiWriter(own.out, p)
	own.cmd.Stdout, own.cmd.Stderr = w, w
	if err := own.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { own.cmd.Process.Kill() })
	return own
}

func (p *running) said() string { return p.out.said() }

// ends stops the process as an operator does.
func (p *running) ends(status int) {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // if it has ended, Wait tells
	_ = p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != status {
		p.t.Errorf("earshot %v ended with status %d, expected %d\n%s", p.cmd.Args[1:], got, status, p.said())
	}
}

// get asks a process by HTTP and keeps the answer among what was said; 0 if there is none.
func (p *program) get(address, path string) int {
	r, err := http.Get("http://" + address + path)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	_, _ = io.Copy(p, r.Body)
	return r.StatusCode
}

func (p *program) until(what string, done func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain for %s\n%s", what, p.said())
		}
	}
}

// clickHouse is the engine behind TLS, a client's certificate and a password, which it does not know itself.
type clickHouse struct {
	dsn, addr string
	plain     *url.URL
	passwords atomic.Bool // whether the password is still the one
}

func securedClickHouse(t *testing.T, files testpki.Files, user, password string) *clickHouse {
	t.Helper()
	plain, err := url.Parse(enginetest.ClickHouse(t))
	if err != nil {
		t.Fatal(err)
	}
	c := &clickHouse{plain: plain}
	c.passwords.Store(true)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: plain.Host})
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, pw, _ := r.BasicAuth()
		if u == "" {
			u, pw = r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")
		}
		if u != user || pw != password || !c.passwords.Load() {
			w.Header().Set("X-ClickHouse-Exception-Code", "516")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "Code: 516. DB::Exception: %s: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)\n", u)
			return
		}
		r.Header.Del("Authorization")
		proxy.ServeHTTP(w, r)
	}))
	pool, ca := x509.NewCertPool(), read(t, files.CA)
	pool.AppendCertsFromPEM(ca)
	own, err := tls.LoadX509KeyPair(files.ServerCert, files.ServerKey)
	if err != nil {
		t.Fatal(err)
	}
	server.TLS = &tls.Config{Certificates: []tls.Certificate{own}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the handshakes that are to fail
	server.StartTLS()
	t.Cleanup(server.Close)
	c.addr = server.Listener.Addr().String()
	c.dsn = "https://" + c.addr + plain.Path
	return c
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// has says whether a query to the engine itself has an answer with something in it.
func (c *clickHouse) has(sql string) bool {
	out, err := ask(c.plain.Host+"/?database="+strings.Trim(c.plain.Path, "/"), sql)
	return err == nil && out != ""
}

// kept counts the calls whose audio is in the bucket.
func kept(g *versitygw.Gateway) (n int) {
	for o := range g.Client().ListObjects(context.Background(), "recordings", minio.ListObjectsOptions{Prefix: "calls/audio/", Recursive: true}) {
		if o.Err == nil {
			n++
		}
	}
	return n
}

// encodings are the forms in which a secret may show.
func encodings(secret string) []string {
	return []string{secret, url.QueryEscape(secret), url.PathEscape(secret), url.UserPassword("", secret).String(), fmt.Sprintf("%q", secret),
		base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret))}
}

// leaks says where secrets are in a text.
func leaks(text string, secrets ...string) (found []string) {
	for _, secret := range secrets {
		for _, form := range encodings(secret) {
			if i := strings.Index(text, form); i >= 0 {
				found = append(found, fmt.Sprintf("a secret is given away: …%s…", text[max(0, i-200):min(len(text), i+len(form)+50)]))
				break
			}
		}
	}
	return found
}
