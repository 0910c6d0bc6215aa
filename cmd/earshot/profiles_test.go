package main

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// Profiles are served where asked for, on loopback unless told otherwise, and never with the metrics.
func TestProfiles(t *testing.T) {
	for listen, want := range map[string]string{":6060": "127.0.0.1:6060", "0.0.0.0:6060": "0.0.0.0:6060", "[::1]:0": "[::1]:0"} {
		if got, err := loopback(listen); got != want || err != nil {
			t.Errorf("%s listens on %s (%v), expected %s", listen, got, err, want)
		}
	}
	s := &streams{log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if _, err := (&debugFlags{PprofListen: "6060"}).profiles(s); err == nil || !strings.Contains(err.Error(), "[HOST]:PORT") {
		t.Errorf("an address without a port: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	stop, err := (&debugFlags{PprofListen: ":" + port}).profiles(s)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	resp, err := http.Get("http://127.0.0.1:" + port + "/debug/pprof/goroutine?debug=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), "goroutine profile: total") {
		t.Errorf("/debug/pprof/goroutine says %.100s", body)
	}
}
