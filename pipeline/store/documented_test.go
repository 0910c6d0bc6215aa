package store

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// asked finds the SQL of a document: blocks of it, what curl sends, and what stands in a line of text.
var asked = regexp.MustCompile("(?s)```sql\n(.+?)\n```|--data '(.+?)'|`((?:DESCRIBE|SELECT) [^`]+)`")

// Every question that README.md and docs/ put to ClickHouse is one it answers, with rows where there are some.
func TestDocumentedQueries(t *testing.T) {
	s, dsn := open(t)
	b := exampleBatch()
	now := time.Now().UTC()
	at := time.Date(now.Year(), now.Month(), 0, 12, 0, 0, 0, time.UTC) // the last day of the month before: the README asks for that
	b.Calls[0].StartedAt, b.Segments[0].StartedAt, b.Segments[1].StartedAt = at, at, at
	b.Flags[0].StartedAt, b.Flags[0].At = at, at
	write(t, s, b, "")
	judge(t, s, "f1", "reject", "rejected")
	n := 0
	for _, file := range []string{"../../README.md", "../../docs/operations.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range asked.FindAllStringSubmatch(string(text), -1) {
			sql := found[1] + found[2] + found[3]
			n++
			answer := query(t, dsn, strings.ReplaceAll(sql, "earshot.", s.database+"."))
			if answer == "" {
				t.Errorf("%s: no row answers\n%s", file, sql)
			}
			t.Logf("%s\n%s", sql, answer)
		}
	}
	if n < 4 {
		t.Errorf("%d questions were found, expected more", n)
	}
}
