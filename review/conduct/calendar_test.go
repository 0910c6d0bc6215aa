package conduct

import (
	"strings"
	"testing"
	"time"
)

func day(t *testing.T, text string) Date {
	t.Helper()
	d, err := ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkingDays(t *testing.T) {
	c := DefaultCalendar()
	if !c.Knows(2026) || c.Knows(2025) {
		t.Error("2026 alone is to be known")
	}
	for _, d := range []struct {
		day   string
		works bool
	}{
		{"2026-01-01", false}, {"2026-01-02", false}, {"2026-01-04", true}, // a Sunday in place of the Friday
		{"2026-02-14", true}, {"2026-02-16", false}, {"2026-02-23", false}, {"2026-02-24", true}, {"2026-02-28", true},
		{"2026-04-06", false}, {"2026-05-04", false}, {"2026-05-09", true}, {"2026-06-19", false}, {"2026-09-25", false},
		{"2026-09-20", true}, {"2026-10-07", false}, {"2026-10-08", true}, {"2026-10-10", true}, {"2026-10-11", false},
		{"2026-03-07", false}, {"2026-03-09", true},
		{"2027-01-01", true}, // not known: a Friday like any other
	} {
		if got := c.Works(day(t, d.day)); got != d.works {
			t.Errorf("%s: works %t", d.day, got)
		}
	}
	if name, ok := c.Holiday(day(t, "2026-02-17")); !ok || name.ZH != "春节" || name.EN != "Spring Festival" {
		t.Errorf("%v %t", name, ok)
	}
	for _, a := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-03-09", 3, "2026-03-12"}, {"2026-03-12", 3, "2026-03-17"}, {"2026-03-14", 1, "2026-03-16"},
		{"2026-02-13", 3, "2026-02-25"}, // the Saturday before the Spring Festival, and two days after it
		{"2026-09-30", 5, "2026-10-13"}, {"2026-03-09", 0, "2026-03-09"},
	} {
		if got := c.After(day(t, a.from), a.n); got.String() != a.want {
			t.Errorf("%d working days after %s: %s, expected %s", a.n, a.from, got, a.want)
		}
	}
}

func TestAppealsClock(t *testing.T) {
	c := DefaultCalendar()
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, a := range []struct {
		stage Stage
		since string
		due   string // "" = waits for nobody
	}{
		{AtLeader, "2026-03-09 00:00", "2026-03-13 00:00"},
		{AtLeader, "2026-03-09 23:59", "2026-03-13 00:00"}, // three whole working days, whenever on the day
		{AtLeader, "2026-03-14 10:00", "2026-03-19 00:00"}, // on a Saturday: Monday is the first
		{AtManager, "2026-09-30 10:00", "2026-10-14 00:00"},
		{RefusedStage, "2026-03-09 10:00", ""}, {GrantedStage, "2026-03-09 10:00", ""}, {NoAppeal, "2026-03-09 10:00", ""},
	} {
		state := AppealState{Stage: a.stage, Since: at(a.since).UTC()}
		due, waits := DefaultTerms.Due(state, c, shanghai)
		if waits != (a.due != "") || waits && !due.Equal(at(a.due)) {
			t.Errorf("%s since %s: due %s", a.stage, a.since, due.In(shanghai))
		}
		if waits && (DefaultTerms.Late(state, c, shanghai, due.Add(-time.Nanosecond)) || !DefaultTerms.Late(state, c, shanghai, due)) {
			t.Errorf("%s since %s: late at the wrong moment", a.stage, a.since)
		}
		if !waits && DefaultTerms.Late(state, c, shanghai, at("2030-01-01 00:00")) {
			t.Errorf("%s: what waits for nobody is late", a.stage)
		}
	}
}

func TestShifts(t *testing.T) {
	three, err := ReadShifts("x", []byte(`
shifts:
  - {id: day, title: {zh: 白, en: D}, from: "08:00", to: "16:00"}
  - {id: late, title: {zh: 中, en: L}, from: "15:30", to: "22:00"}
  - {id: night, title: {zh: 夜, en: N}, from: "22:00", to: "06:00"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, own, want string }{
		{"2026-03-09T08:00", "", "day 2026-03-09"},
		{"2026-03-09T15:59", "", "day 2026-03-09"},
		{"2026-03-09T15:59", "late", "late 2026-03-09"},
		{"2026-03-09T16:00", "day", "late 2026-03-09"}, // overtime goes to the shift that is on
		{"2026-03-09T23:00", "", "night 2026-03-09"},
		{"2026-03-10T00:00", "", "night 2026-03-09"}, // past midnight it is still that night
		{"2026-03-10T05:59", "", "night 2026-03-09"},
		{"2026-03-01T05:00", "", "night 2026-02-28"}, // and may be last month's
		{"2026-03-10T06:00", "", "none"},
		{"2026-03-10T07:59", "day", "none"},
	} {
		at, err := time.ParseInLocation("2006-01-02T15:04", c.at, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		if s, d, ok := three.Of(at.UTC(), c.own, shanghai); ok {
			got = s.ID + " " + d.String()
			if from, to := s.Bounds(d, shanghai); at.Before(from) || !at.Before(to) {
				t.Errorf("%s is not from %s to %s", c.at, from, to)
			}
		}
		if got != c.want {
			t.Errorf("%s, own shift %q: %s, expected %s", c.at, c.own, got, c.want)
		}
	}
	// The default covers the day, each moment once.
	for m := range 24 * 60 {
		if _, _, ok := DefaultShifts().Of(Date{2026, 3, 9}.At(Clock(m), shanghai), "", shanghai); !ok {
			t.Errorf("no shift at %s", Clock(m))
		}
	}
	around := Shifts{{ID: "all", From: 0, To: 0}}
	if s, d, ok := around.Of(Date{2026, 3, 9}.At(0, shanghai), "", shanghai); !ok || s.ID != "all" || d.Day != 9 {
		t.Error("a shift from midnight to midnight is a whole day")
	}
}

func TestSlips(t *testing.T) {
	flags := floor(t, `
		2026-03-10T02:00 A1 dead-air minor 5 confirmed
		2026-03-09T23:00 A2 quarrel serious 5 appealed
		2026-03-09T09:00 A1 dead-air minor 5 confirmed
		2026-03-09T09:30 A1 dead-air minor 5 rejected
		2026-03-09T09:30 A1 dead-air minor 5 pending
		2026-03-09T09:30 A1 floor-noise alert 0 confirmed
		2026-03-09T09:10 A3 dead-air minor 5 confirmed
		2026-03-09T07:00 A3 dead-air minor 5 confirmed`)
	flags[6].Team = "south"
	shifts := Shifts{{ID: "day", From: 8 * 60, To: 16 * 60}, {ID: "night", From: 22 * 60, To: 6 * 60}}
	var got []string
	for _, s := range Slips(flags, shifts, map[string]string{}, shanghai) {
		line := s.Day.String() + " " + s.Shift.ID + " " + s.Team + ":"
		for _, f := range s.Lines {
			line += " " + f.ID
		}
		got = append(got, line)
	}
	want := "2026-03-09  north: f8\n2026-03-09 day north: f3\n2026-03-09 day south: f7\n2026-03-09 night north: f2 f1"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), want)
	}
}

func TestFilesThatAreWrong(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "nothing in it"},
		{"2026: {off: [{from: 2026-02-30}]}", "line 1: cannot read date"},
		{"2026:\n  off:\n    - {from: 2026-02-01, too: 2026-02-02}", "line 3"},
		{"2026: {off: [{from: 2025-02-01}]}", "expected a day of 2026"},
		{"2026: {off: [{from: 2026-02-03, to: 2026-02-01}]}", "off from 2026-02-03 to 2026-02-01"},
		{"2026: {off: [{from: 2026-02-03, to: 2026-12-01}]}", "at most 30"},
		{"2026: {work: [2026-03-09]}", "a Monday; expected a Saturday or Sunday"},
		{"2026: {off: [{from: 2026-03-07}], work: [2026-03-07]}", "both off and worked on"},
		{"2026: {}\n2026: {}", "2026"},
		{"- 1", "cannot read holidays.yaml"},
		{"2026: {}\n---\n2027: {}", "a second document"},
		{strings.Repeat("#", 2<<20), "at most 1 MiB"},
	} {
		if _, err := ReadCalendar("holidays.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "cannot read holidays.yaml: ") {
			t.Errorf("%.60q: %v, expected %q", c.text, err, c.want)
		}
	}
	if c, err := ReadCalendar("x", []byte("2026: {off: [{from: 2026-12-31, to: 2027-01-02, name: {zh: 元旦}}]}")); err != nil || c.Works(Date{2027, 1, 1}) {
		t.Errorf("a holiday across the year's end: %v", err)
	}
	for _, c := range []struct{ text, want string }{
		{"shifts: []", "no shift"},
		{"shifts:\n  - {id: a, title: {zh: 甲, en: A}, from: 8, to: \"16:00\"}", "line 2: cannot read time of day \"8\""},
		{"shifts: [{id: a, title: {zh: 甲, en: A}, from: \"08:00\"}]", "expected from and to"},
		{"shifts: [{id: a, title: {zh: 甲}, from: \"08:00\", to: \"16:00\"}]", "both languages"},
		{"shifts: [{id: a, title: {zh: 甲, en: A}, from: \"08:00\", to: \"16:00\"}, {id: a, title: {zh: 甲, en: A}, from: \"08:00\", to: \"16:00\"}]", "twice"},
		{"shift: []", "shift"},
	} {
		if _, err := ReadShifts("shifts.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "cannot read shifts.yaml: ") {
			t.Errorf("%.60q: %v, expected %q", c.text, err, c.want)
		}
	}
}
