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
	write(t, s, b)
	// How often a rule was wrong counts by the day of the verdict, and nothing that was raised by hand.
	old := b.Flags[0]
	old.FlagID, old.CallID, old.StartedAt, old.At = "f2", "通话-2", at.AddDate(0, -4, 0), at.AddDate(0, -4, 0)
	write(t, s, &Batch{Flags: []FlagRow{old}})
	judge(t, s, "f1", "reject", "rejected")
	judge(t, s, "f2", "reject", "rejected")
	raised := StepRow{
		ID: "step-m", Number: 1, CallID: "通话-1", FlagID: "manual-1", StartedAt: at, At: noon, By: "li", Role: "inspector", Session: "s1", Step: "raise", Words: "x",
		Status: "confirmed", VerdictBy: "li", VerdictAt: noon, Manual: true, Rule: old.Rule, FlagAt: at, Class: "serious", State: "final", Confidence: 1,
	}
	if err := s.AppendStep(t.Context(), raised); err != nil {
		t.Fatal(err)
	}
	wrong := 0
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
			if strings.Contains(sql, "rejected_percent") {
				if wrong++; answer != "hold-too-long\t2\t100" {
					t.Errorf("%s: %q answers how often the rule was wrong, expected 2 of 2", file, answer)
				}
			}
			t.Logf("%s\n%s", sql, answer)
		}
	}
	if n < 4 || wrong != 1 {
		t.Errorf("%d questions were found and %d of how often a rule was wrong, expected more", n, wrong)
	}
}
