package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// The last warning or error of each partition is remembered, and of the process what names no partition.
func TestTroubles(t *testing.T) {
	var out bytes.Buffer
	r := newRemembering(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelError}))
	log := slog.New(r)
	a := log.With("topic", "calls", "partition", 1)
	a.Error("cannot write", "error", errors.New("refused"), "rows", 7, "stack", "long")
	a.Info("fine again")
	log.Warn("cannot join", "group", "g")
	log.Warn("dead letter", "topic", "calls", "partition", 2, "offset", 9)
	for p, want := range map[partition]string{
		{"calls", "1"}: "cannot write: refused, rows=7",
		{"calls", "2"}: "dead letter: offset=9",
		{}:             "cannot join: group=g",
	} {
		if got := r.troubles.of(p); got == nil || got.What != want || got.At.IsZero() {
			t.Errorf("of %v is remembered %+v, expected %q", p, got, want)
		}
	}
	if r.troubles.of(partition{"calls", "3"}) != nil {
		t.Error("something is remembered of a partition without troubles")
	}
	if got := out.String(); !strings.Contains(got, "cannot write") || strings.Contains(got, "cannot join") {
		t.Errorf("of errors only is logged: %s", got)
	}
}

func TestReadable(t *testing.T) {
	got := readable(`cannot write: Post "http://default@h:8123?query=INSERT+x&a=1": refused`)
	if got != `cannot write: Post "http://default@h:8123": refused` {
		t.Error(got)
	}
}
