package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
)

// debugFlags are for whoever looks for what is slow.
type debugFlags struct {
	PprofListen string `env:"EARSHOT_PPROF_LISTEN" placeholder:"[HOST]:PORT" help:"Address of Go's profiles, /debug/pprof/; without a host on loopback only. None by default: profiles show what is in memory."`
}

// profiles serves Go's profiles until stop is called.
func (f *debugFlags) profiles(s *streams) (stop func(), err error) {
	if f.PprofListen == "" {
		return func() {}, nil
	}
	listen, err := loopback(f.PprofListen)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return serveHTTP("profiles", listen, mux, s)
}

// loopback is the address, on this machine alone unless it names a host.
func loopback(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("cannot serve profiles: --pprof-listen %q: expected [HOST]:PORT: %w", listen, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
