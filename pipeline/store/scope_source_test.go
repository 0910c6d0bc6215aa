package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ofTeams are the tables whose rows are of a team, as a query names them: after the database.
var ofTeams = regexp.MustCompile(`\.(calls|segments|flags|cases|changes|waiting|reviews|access_log|peaks|call_events|calls_current|flags_current)\b`)

// withoutScope may name such a table and ask for no scope. They fill what is then read through a scope, or tell about
// calls no more than that they are there; Outcomes: see unscoped.
var withoutScope = []string{"waitingMade", "changedSince", "readWaiting", "Judged", "Outcomes"}

// scopeless finds functions of a file that name a table of teams and neither begin their conditions with a scope, nor are
// given them, nor ask first whether the scope sees the call; and those that make conditions of their own.
func scopeless(t *testing.T, name string, source any) (found []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		var text strings.Builder
		scoped, own, called := false, 0, "a variable"
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
					text.WriteString(s + " ")
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "where" || f.Sel.Name == "visible") {
					scoped = true
				}
			case *ast.Field: // a parameter
				if p, ok := n.Type.(*ast.StarExpr); ok {
					if id, ok := p.X.(*ast.Ident); ok && id.Name == "conditions" {
						scoped = true
					}
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "conditions" {
					own++
				}
			case *ast.FuncDecl:
				called = n.Name.Name
			}
			return true
		})
		// Those of groupsOf are keys that it has read within a scope, beside the scope's conditions.
		if own > 0 && called != "where" && called != "groupsOf" {
			found = append(found, called)
			continue
		}
		if ofTeams.MatchString(text.String()) && !scoped {
			found = append(found, called)
		}
	}
	return found
}

// No query on what is of a team is written without the conditions that a scope begins, however it is put together.
func TestQueriesAreBuiltFromAScope(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	excused := map[string]bool{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, name := range scopeless(t, f, nil) {
			if !slices.Contains(withoutScope, name) {
				t.Errorf("%s: %s has a query on what is of a team, and no s.where", f, name)
			}
			excused[name] = true
		}
	}
	if got := slices.Sorted(maps.Keys(excused)); !slices.Equal(got, slices.Sorted(slices.Values(withoutScope))) {
		t.Errorf("without a scope are %q; expected those excused, %q", got, withoutScope)
	}
}

// The test above sees a query whose WHERE is made elsewhere, and one that makes up its own conditions.
func TestScopelessQueriesAreSeen(t *testing.T) {
	for source, seen := range map[string]bool{
		"func (s *Store) A() { rest := cond(); s.ask(`SELECT * FROM ` + s.database + `.cases ` + rest) }":       true,
		"func (s *Store) A() { c := &conditions{}; s.ask(s.database + `.agents` + c.String()) }":                true,
		"func (s *Store) A() { where := ` WHERE 1`; t := `.reviews`; s.ask(`FROM ` + s.database + t + where) }": true,
		"var query = `SELECT * FROM earshot.calls`":                                                             true,
		"func (s *Store) A() { c := s.where(sc); s.ask(`FROM ` + s.database + `.cases WHERE ` + c.String()) }":  false,
		"func (s *Store) a(c *conditions) { s.ask(`FROM ` + s.database + `.cases WHERE ` + c.String()) }":       false,
		"func (s *Store) A() { s.ask(`FROM ` + s.database + `.accounts`) }":                                     false,
	} {
		if got := len(scopeless(t, "a.go", "package store\n"+source)) > 0; got != seen {
			t.Errorf("seen: %t, expected %t: %s", got, seen, source)
		}
	}
}
