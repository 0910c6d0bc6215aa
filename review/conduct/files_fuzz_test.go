package conduct

import (
	"strings"
	"testing"
	"time"
)

// FuzzFiles reads the two files that an admin may write, of holidays and of shifts. A refusal names the file; what is taken
// can be asked.
func FuzzFiles(f *testing.F) {
	f.Add(holidays)
	f.Add(defaultShifts)
	for _, s := range []string{
		"2026: {off: [{from: 2026-12-31, to: 2027-01-02, name: {zh: 元旦}}]}", "2026: {work: [2026-03-07]}", "2026: {off: [{from: 2026-02-30}]}",
		"shifts: [{id: a, title: {zh: 甲, en: A}, from: \"08:00\", to: \"16:00\"}]", "a: &a [*a]", "2026: {}\n---\n2027: {}", "shifts: [{from: \"24:00\"}]",
	} {
		f.Add([]byte(s))
	}
	day := time.Date(2026, 2, 16, 9, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ReadCalendar("f.yaml", data); err == nil {
			c.Works(DateOf(day, time.UTC))
		} else if !strings.HasPrefix(err.Error(), "cannot read f.yaml: ") {
			t.Errorf("the calendar's error names no file: %v", err)
		}
		if s, err := ReadShifts("f.yaml", data); err == nil {
			if len(s) == 0 {
				t.Error("no shift was read, and no error")
			}
		} else if !strings.HasPrefix(err.Error(), "cannot read f.yaml: ") {
			t.Errorf("the shifts' error names no file: %v", err)
		}
	})
}
