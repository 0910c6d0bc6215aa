// Package versitygw starts a real S3 server over a folder, for tests: versitygw, built once from its Go module. It is no
// dependency of the product.
package versitygw

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/earshot/earshot/internal/testpki"
	"github.com/earshot/earshot/internal/toolcache"
)

// Version is the release that runs.
const Version = "v1.8.0"

// AccessKey and SecretKey are the server's only account.
const (
	AccessKey = "earshot-test"
	SecretKey = "earshot-test-secret"
	Region    = "us-east-1"
)

const readyWithin = 30 * time.Second

// Gateway is a running server of a test.
type Gateway struct {
	t       testing.TB
	program string
	dir     string
	addr    string
	tls     *testpki.Files // nil without TLS
	log     bytes.Buffer
	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process has
}

// Start runs a server until the test ends, and returns when it takes requests.
func Start(t testing.TB) *Gateway {
	t.Helper()
	g := prepare(t)
	g.Restart()
	return g
}

// prepare makes all that a server needs, and sees to its end.
func prepare(t testing.TB) *Gateway {
	t.Helper()
	program, err := toolcache.Program("github.com/versity/versitygw/cmd/versitygw", Version)
	if err != nil {
		t.Fatalf("cannot build versitygw: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gateway{t: t, program: program, dir: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	for _, d := range []string{"data", "meta"} {
		if err := os.Mkdir(filepath.Join(g.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if g.cmd != nil {
			g.Kill()
		}
	})
	return g
}

// Endpoint is the server's URL; it stays the same over a Restart.
func (g *Gateway) Endpoint() string {
	if g.tls != nil {
		return "https://" + g.addr
	}
	return "http://" + g.addr
}

// Bucket makes a bucket.
func (g *Gateway) Bucket(name string) {
	g.t.Helper()
	if err := g.Client().MakeBucket(context.Background(), name, minio.MakeBucketOptions{Region: Region}); err != nil {
		g.t.Fatal(err)
	}
}

// Client is a client of the server.
func (g *Gateway) Client() *minio.Client {
	options := &minio.Options{Creds: credentials.NewStaticV4(AccessKey, SecretKey, ""), Region: Region, Secure: g.tls != nil}
	if g.tls != nil {
		options.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // whom it trusts is no matter here
	}
	c, err := minio.New(g.addr, options)
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

// Kill ends the server as a power cut would.
func (g *Gateway) Kill() {
	g.cmd.Process.Kill()
	<-g.ended
}

// Restart starts the server again after Kill, with its data.
func (g *Gateway) Restart() {
	g.t.Helper()
	// Its metadata lies in files: not every file system of a test's folder has extended attributes.
	args := []string{"--port", g.addr, "--region", Region, "--quiet"}
	if g.tls != nil {
		args = append(args, "--cert", g.tls.ServerCert, "--key", g.tls.ServerKey)
	}
	g.cmd = exec.Command(g.program, append(args, "posix", "--sidecar", filepath.Join(g.dir, "meta"), filepath.Join(g.dir, "data"))...)
	g.cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+AccessKey, "ROOT_SECRET_KEY="+SecretKey)
	g.log.Reset()
	g.cmd.Stdout, g.cmd.Stderr = &g.log, &g.log
	g.ended = make(chan struct{})
	if err := g.cmd.Start(); err != nil {
		g.t.Fatalf("cannot start versitygw: %v", err)
	}
	go func() {
		g.cmd.Wait()
		close(g.ended)
	}()
	for deadline := time.Now().Add(readyWithin); ; {
		if _, err := g.Client().ListBuckets(context.Background()); err == nil {
			return
		}
		select {
		case <-g.ended:
			g.t.Fatalf("versitygw ended while starting: %v\n%s", g.cmd.ProcessState, &g.log)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			g.Kill()
			g.t.Fatalf("versitygw does not answer on %s after %v\n%s", g.addr, readyWithin, &g.log)
		}
	}
}
