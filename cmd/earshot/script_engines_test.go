package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/earshot/earshot/internal/enginetest"
)

// addresses gives a script addresses for the engines that it starts, and the engine's library.
func addresses(e *testscript.Env) error {
	lib, err := filepath.Abs("../../bin/libchdb.so")
	if named := os.Getenv("EARSHOT_LIBCHDB"); named != "" {
		lib = named
	}
	e.Setenv("EARSHOT_LIBCHDB", lib)
	for _, name := range []string{"KAFKA", "CLICKHOUSE", "METRICS", "KAFKA2", "CLICKHOUSE2"} {
		l, lerr := net.Listen("tcp", "127.0.0.1:0")
		if lerr != nil {
			return lerr
		}
		defer l.Close() // only at the end, so that no two are the same
		e.Setenv(name, l.Addr().String())
	}
	return err
}

// patience is only how long a script that has gone wrong takes to say so.
const patience = 2 * time.Minute

func until(ts *testscript.TestScript, neg bool, a []string) {
	want, err := regexp.Compile(a[0])
	ts.Check(err)
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		var out string
		if a[1] == "query" {
			out, err = ask(ts.Getenv("CLICKHOUSE"), strings.Join(a[2:], " "))
		} else {
			err = ts.Exec(a[1], a[2:]...)
			out = ts.ReadFile("stdout")
		}
		if err == nil && want.MatchString(out) != neg {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v: waited in vain for %q; it says %v and\n%s", a[1:], a[0], err, out)
		}
	}
}

func ask(address, sql string) (string, error) {
	r, err := http.Post("http://"+address, "text/plain", strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK {
		err = errors.New(string(body))
	}
	return strings.TrimSpace(string(body)), err
}

// letter reads what `earshot deadletters list --json` says of a call.
func letter(ts *testscript.TestScript, _ bool, a []string) {
	ts.Check(ts.Exec("earshot", "deadletters", "list", "--json", "--call", a[1]))
	line, _, _ := strings.Cut(ts.ReadFile("stdout"), "\n")
	var l struct{ ID string }
	ts.Check(json.Unmarshal([]byte(line), &l))
	ts.Setenv(a[0], l.ID)
}

// withEngine runs the tests and then ends the engine, if one of them wanted it.
type withEngine struct{ *testing.M }

// Run is testscript.TestingM's.
func (e withEngine) Run() int { return enginetest.Run(e.M) }
