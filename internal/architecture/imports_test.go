// Package architecture holds the project to its own map: which package may know of which.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/earshot/earshot/"

// rooms are the project's parts from the outermost in: a package may import from its own room and from those after it
// that are named here, and from no other.
var rooms = map[string][]string{
	"cmd":        {"review", "pipeline", "analyzers", "ingest", "schemas", "internal"},
	"benchmarks": {"review", "pipeline", "analyzers", "ingest", "schemas", "internal"},
	"review":     {"pipeline/store", "pipeline/evidence", "schemas"},
	"pipeline":   {"analyzers", "ingest", "schemas"},
	"analyzers":  {"schemas"},
	"ingest":     {"schemas"},
	"schemas":    {},
	// What the program is embedded with and what only tests use. internal/embedded knows nothing of calls.
	"internal": {"pipeline", "analyzers", "ingest", "schemas"},
}

// foreign names what a room must not use from outside.
var foreign = map[string][]string{
	"analyzers": {"kafka", "clickhouse", "franz-go"},
	"ingest":    {"kafka", "clickhouse", "franz-go", "cel-go"},
	"schemas":   {"kafka", "clickhouse", "franz-go"},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func room(path string) string {
	r, _, _ := strings.Cut(strings.TrimPrefix(path, module), "/")
	return r
}

func TestImportsPointOneWay(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		from := room(p.ImportPath)
		seen[from] = true
		if _, known := rooms[from]; !known {
			t.Errorf("%s is in a room that the map does not know", p.ImportPath)
		}
		for _, to := range p.Imports {
			if bad := wrong(from, to); bad != "" {
				t.Errorf("%s imports %s: %s", strings.TrimPrefix(p.ImportPath, module), strings.TrimPrefix(to, module), bad)
			}
		}
	}
	for _, r := range []string{"cmd", "pipeline", "analyzers", "ingest", "schemas"} {
		if !seen[r] {
			t.Errorf("found no package in %s", r)
		}
	}
}

// wrong says what is wrong with a package of a room importing another, or "".
func wrong(from, to string) string {
	if !strings.HasPrefix(to, module) {
		for _, f := range foreign[from] {
			if strings.Contains(to, f) {
				return from + " must not know of " + f
			}
		}
		return ""
	}
	if room(to) == from {
		return ""
	}
	for _, allowed := range rooms[from] {
		if inner := strings.TrimPrefix(to, module); inner == allowed || strings.HasPrefix(inner, allowed+"/") {
			return ""
		}
	}
	return "imports point from cmd and benchmarks to review and pipeline to analyzers and ingest to schemas"
}

// The map itself must be able to say no.
func TestMapRefuses(t *testing.T) {
	for _, c := range [][2]string{
		{"analyzers", module + "pipeline"},
		{"ingest", module + "analyzers"},
		{"ingest", module + "pipeline/rulebook"},
		{"review", module + "pipeline"},
		{"analyzers", "github.com/segmentio/kafka-go"},
		{"pipeline", module + "internal/embedded/kafka"},
	} {
		if wrong(c[0], c[1]) == "" {
			t.Errorf("a package of %s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{
		{"pipeline", module + "pipeline/store"},
		{"cmd", module + "internal/embedded/kafka"},
		{"analyzers", "math"},
	} {
		if bad := wrong(c[0], c[1]); bad != "" {
			t.Errorf("a package of %s may not import %s: %s", c[0], c[1], bad)
		}
	}
}
