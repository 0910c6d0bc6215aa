package rulebook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a rulebook.
type Problem struct {
	Line     int
	What     string
	Expected string
}

// LoadError says everything that is wrong in a rulebook, in the order of its lines.
type LoadError struct {
	File     string
	Problems []Problem
}

// Error gives a line for each problem: `file:line: what is wrong, expected …`.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d: %s", e.File, p.Line, p.What)
		if p.Expected != "" {
			lines[i] += ", expected " + p.Expected
		}
	}
	return strings.Join(lines, "\n")
}

// problems gathers what is wrong, so that one run over a file tells all of it.
type problems struct{ list []Problem }

func (p *problems) add(line int, expected, what string, args ...any) {
	found := Problem{Line: max(line, 1), What: fmt.Sprintf(what, args...), Expected: expected}
	if !slices.Contains(p.list, found) {
		p.list = append(p.list, found)
	}
}

func (p *problems) err(file string) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return &LoadError{File: file, Problems: p.list}
}

// oneOf words an expectation: the names there are, the likeliest first when one is close to what was written.
func oneOf(written string, names []string) string {
	names = slices.Sorted(slices.Values(names))
	all := "one of " + strings.Join(names, ", ")
	if near := nearest(written, names); near != "" {
		return all + " (did you mean " + near + "?)"
	}
	return all
}

// nearest returns the name that at most a third of its letters keep from being the written one, or "".
func nearest(written string, names []string) string {
	best, least := "", 0
	for _, name := range names {
		d := distance(written, name)
		if d <= max(1, len([]rune(name))/3) && (best == "" || d < least) {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return 64
	}
	d := make([][]int, len(s)+1)
	for i := range d {
		d[i] = make([]int, len(t)+1)
		d[i][0] = i
	}
	for j := range t {
		d[0][j+1] = j + 1
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			replace := d[i-1][j-1]
			if s[i-1] != t[j-1] {
				replace++
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, replace)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(s)][len(t)]
}
