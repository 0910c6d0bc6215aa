package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/enginetest"
	"github.com/earshot/earshot/internal/oidcprovider"
	"github.com/earshot/earshot/internal/versitygw"
)

// The web application says neither the client's secret at the identity provider nor the key of the evidence store, also where
// the provider refuses the one and S3 the other.
func TestSecretsOfTheWeb(t *testing.T) {
	const clientSecret, s3Secret = "oidc-5ecr&t p@ss/%", "s3-5ecr&t p@ss/%"
	web := address(t)
	base := "http://" + web
	provider := oidcprovider.Start(t, base+"/sign-in/oidc/callback")
	bucket := versitygw.Start(t)
	bucket.Bucket("recordings")
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(clientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, env: map[string]string{
		"EARSHOT_CLICKHOUSE": enginetest.ClickHouse(t), "EARSHOT_WEB_LISTEN": web,
		"EARSHOT_OIDC_ISSUER": provider.Issuer, "EARSHOT_OIDC_CLIENT": oidcprovider.Client, "EARSHOT_OIDC_SECRET_FILE": file,
		"EARSHOT_EVIDENCE": "s3://recordings/calls", "EARSHOT_S3_ENDPOINT": bucket.Endpoint(), "EARSHOT_S3_REGION": versitygw.Region,
		"EARSHOT_S3_ACCESS_KEY": versitygw.AccessKey, "EARSHOT_S3_SECRET_KEY": s3Secret, "EARSHOT_LOG_LEVEL": "debug",
	}}
	p.succeeds(nil, "migrate")
	p.fails(map[string]string{"EARSHOT_OIDC_CLIENT": ""}, "needs --oidc-client", "web")
	p.fails(map[string]string{"EARSHOT_OIDC_SECRET_FILE": file + "-none"}, "cannot read the password file", "web")
	server := p.starts(nil, "web")
	p.until("the page to sign in", func() bool { return p.get(web, "/sign-in") == http.StatusOK })

	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	start, err := browser.Get(base + "/sign-in/oidc")
	if err != nil {
		t.Fatal(err)
	}
	start.Body.Close()
	back, err := http.NewRequest("GET", provider.SignIn(start.Header.Get("Location")).String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range start.Cookies() {
		back.AddCookie(c)
	}
	answer, err := browser.Do(back)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Write(p); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("the provider refuses the client, and the answer is %s", answer.Status)
	}
	p.until("the refusal in the log", func() bool { return strings.Contains(server.said(), "invalid_client") })
	p.get(web, "/metrics")
	server.ends(0)
	for _, leak := range leaks(p.said(), clientSecret, s3Secret) {
		t.Error(leak)
	}
}
