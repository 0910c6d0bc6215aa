// Package oidcprovider starts a real OpenID Connect provider for tests: the example server of zitadel/oidc, a certified
// implementation, built once from its Go module. It is no dependency of the product.
package oidcprovider

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/toolcache"
)

// Version is the release that runs.
const Version = "v3.51.17"

// The server's client and its user, whose e-mail address the provider has verified.
const (
	Client   = "web"
	Secret   = "secret"
	User     = "test-user@localhost"
	Password = "verysecure"
	Email    = "test-user@zitadel.ch"
)

// Provider is a running server of a test.
type Provider struct {
	t      testing.TB
	Issuer string
}

// Start runs a server until the test ends, which sends people back to redirect.
func Start(t testing.TB, redirect string) *Provider {
	t.Helper()
	program, err := toolcache.Program("github.com/zitadel/oidc/v3/example/server", Version)
	if err != nil {
		t.Fatalf("cannot build the OpenID Connect provider: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	var log bytes.Buffer
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "PORT="+port, "REDIRECT_URI="+redirect)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	p := &Provider{t: t, Issuer: "http://localhost:" + port + "/"}
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(p.Issuer + ".well-known/openid-configuration")
		if err == nil {
			resp.Body.Close()
			return p
		}
		if time.Now().After(until) {
			t.Fatalf("the OpenID Connect provider does not answer: %v\n%s", err, log.String())
		}
	}
}

var requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// SignIn does at the provider what a person does in a browser that was sent to address, and returns where the provider
// then sends the browser.
func (p *Provider) SignIn(address string) *url.URL {
	p.t.Helper()
	var back *url.URL
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Has("code") || r.URL.Query().Has("error") {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := client.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(page.Body)
	page.Body.Close()
	id := requestID.FindSubmatch(body)
	if err != nil || id == nil {
		p.t.Fatalf("the provider asks for no name: %s %s %v", page.Status, body, err)
	}
	resp, err := client.PostForm(page.Request.URL.ResolveReference(&url.URL{Path: "/login/username"}).String(),
		url.Values{"id": {string(id[1])}, "username": {User}, "password": {Password}})
	if err != nil {
		p.t.Fatal(err)
	}
	resp.Body.Close()
	if back == nil {
		p.t.Fatalf("the provider sends nobody back: %s", resp.Status)
	}
	return back
}
