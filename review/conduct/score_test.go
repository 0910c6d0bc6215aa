package conduct

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// floor makes flags of lines "time agent rule class points status", each of a call of its own unless "call:" is before.
func floor(t *testing.T, text string) []Flag {
	t.Helper()
	var flags []Flag
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		w := strings.Fields(line)
		at, err := time.ParseInLocation("2006-01-02T15:04", w[0], shanghai)
		if err != nil || len(w) < 6 {
			t.Fatalf("line %d: %v", i+1, err)
		}
		f := Flag{ID: fmt.Sprintf("f%d", i+1), CallID: fmt.Sprintf("call %d", i+1), At: at.UTC(), AgentID: w[1], Rule: w[2], Class: w[3], Status: Status(w[5]), Team: "north"}
		if w[1] == "-" {
			f.AgentID = ""
		}
		if w[3] == "alert" {
			f.Class = ""
		}
		if _, err := fmt.Sscan(w[4], &f.Points); err != nil {
			t.Fatal(err)
		}
		if len(w) > 6 {
			f.CallID = w[6]
		}
		flags = append(flags, f)
	}
	return flags
}

var shanghai = func() *time.Location {
	zone, err := Zone("")
	if err != nil {
		panic(err)
	}
	return zone
}()

func TestScoreOfACall(t *testing.T) {
	for _, c := range []struct {
		flags                  string
		score, points, pending float64
		counted, waiting       int
	}{
		{"2026-03-01T09:00 A1 dead-air minor 5 pending", 100, 0, 5, 0, 1},
		{"2026-03-01T09:00 A1 dead-air minor 5 confirmed", 95, 5, 0, 1, 0},
		{"2026-03-01T09:00 A1 dead-air minor 5 appealed", 95, 5, 0, 1, 0},
		{"2026-03-01T09:00 A1 dead-air minor 5 unsure", 100, 0, 5, 0, 1},
		{"2026-03-01T09:00 A1 dead-air minor 5 rejected", 100, 0, 0, 0, 0},
		{"2026-03-01T09:00 A1 dead-air minor 5 exonerated\n2026-03-01T09:00 A1 dead-air minor 5 withdrawn", 100, 0, 0, 0, 0},
		{"2026-03-01T09:00 A1 dead-air minor 2.5 confirmed\n2026-03-01T09:00 A1 quarrel serious 10 confirmed\n2026-03-01T09:00 A1 quarrel serious 10 pending", 87.5, 12.5, 10, 2, 1},
		{strings.Repeat("2026-03-01T09:00 A1 quarrel grave 30 confirmed\n", 4), 0, 120, 0, 4, 0},
	} {
		s := ScoreCall(floor(t, c.flags))
		if s.Score != c.score || s.Points != c.points || s.Pending != c.pending || len(s.Counted) != c.counted || len(s.Waiting) != c.waiting {
			t.Errorf("%s\n%+v", c.flags, s)
		}
	}
}

func TestCost(t *testing.T) {
	for points, want := range map[float64]string{0: "0.00", 5: "75.00", 0.5: "7.50", 0.1 + 0.2: "4.50", 1.0 / 3: "5.00", 120: "1800.00"} {
		if got := Cost(points).String(); got != want {
			t.Errorf("%v points cost %s, expected %s", points, got, want)
		}
	}
	if got := Fen(-105).String(); got != "-1.05" {
		t.Errorf("got %s", got)
	}
}

// rungs words a ladder: flag, times, level.
func rungs(list []Rung) string {
	var words []string
	for _, r := range list {
		words = append(words, fmt.Sprintf("%s %s %d %s", r.Flag.ID, r.Month, r.Times, r.Level))
	}
	return strings.Join(words, "; ")
}

func TestLadder(t *testing.T) {
	const month = `
		2026-03-02T09:00 A1 dead-air minor 5 confirmed
		2026-03-05T09:00 A1 dead-air minor 5 %s
		2026-03-04T09:00 A1 quarrel serious 5 confirmed
		2026-03-09T09:00 A1 dead-air minor 5 appealed
		2026-03-11T09:00 A1 dead-air minor 5 confirmed
		2026-03-11T09:00 A2 dead-air minor 5 confirmed
		2026-03-31T23:59 A1 quarrel serious 5 confirmed
		2026-04-01T00:00 A1 quarrel serious 5 confirmed
		2026-03-12T09:00 A1 floor-noise alert 0 confirmed
		2026-03-12T09:00 - dead-air minor 5 confirmed
		2026-03-12T09:00 A1 dead-air minor 5 pending`
	for _, c := range []struct{ second, want string }{
		{"confirmed", "f1 2026-03 1 reminder; f2 2026-03 2 warning; f4 2026-03 3 notice; f5 2026-03 4 notice; f3 2026-03 1 reminder; f7 2026-03 2 warning; " +
			"f8 2026-04 1 reminder; f6 2026-03 1 reminder"},
		// One verdict reversed, and all that came after steps down by itself.
		{"rejected", "f1 2026-03 1 reminder; f4 2026-03 2 warning; f5 2026-03 3 notice; f3 2026-03 1 reminder; f7 2026-03 2 warning; f8 2026-04 1 reminder; f6 2026-03 1 reminder"},
	} {
		if got := rungs(Ladder(floor(t, fmt.Sprintf(month, c.second)), shanghai)); got != c.want {
			t.Errorf("the second %s:\n%s\nexpected\n%s", c.second, got, c.want)
		}
	}
}

// The month is the centre's: what happens at eight in the morning of the first is still last month's in Greenwich.
func TestMonthIsLocal(t *testing.T) {
	flags := floor(t, `
		2026-02-28T23:59 A1 dead-air minor 5 confirmed
		2026-03-01T00:00 A1 dead-air minor 5 confirmed x
		2026-03-01T07:59 A1 dead-air minor 5 appealed x
		2026-03-10T10:00 A1 dead-air minor 2 unsure
		2026-03-10T10:00 A2 dead-air minor 5 confirmed
		2026-03-31T23:59 A1 quarrel serious 5 confirmed
		2026-04-01T00:00 A1 quarrel serious 5 confirmed`)
	march := Month{2026, time.March}
	a := ScoreMonth("A1", march, shanghai, 10, flags)
	if a.Points != 15 || a.Cost != 22500 || a.Pending != 2 || a.Appealed != 5 || a.Score != 98.5 {
		t.Errorf("in Shanghai: %+v", a)
	}
	if got, want := rungs(a.Rungs), "f2 2026-03 1 reminder; f3 2026-03 2 warning; f6 2026-03 1 reminder"; got != want {
		t.Errorf("in Shanghai: %s", got)
	}
	if got := rungs(ScoreMonth("A1", march, time.UTC, 10, flags).Rungs); got != "f6 2026-03 1 reminder; f7 2026-03 2 warning" {
		t.Errorf("in Greenwich: %s", got)
	}
	from, to := march.Bounds(shanghai)
	if from.UTC().Format(time.RFC3339) != "2026-02-28T16:00:00Z" || to.UTC().Format(time.RFC3339) != "2026-03-31T16:00:00Z" {
		t.Errorf("from %s to %s", from.UTC(), to.UTC())
	}
	if none := ScoreMonth("A9", march, shanghai, 0, flags); none.Score != 100 || none.Points != 0 {
		t.Errorf("nobody: %+v", none)
	}
	if worst := ScoreMonth("A1", march, shanghai, 1, floor(t, "2026-03-01T09:00 A1 q grave 150 confirmed x")); worst.Score != 0 || worst.Points != 150 {
		t.Errorf("worst: %+v", worst)
	}
}

// The whole way: a verdict, an appeal, a reversal; points, money and ladder follow each.
func TestReversalRollsBack(t *testing.T) {
	flags := floor(t, `
		2026-03-02T09:00 A1 dead-air minor 5 confirmed
		2026-03-03T09:00 A1 dead-air minor 5 pending
		2026-03-04T09:00 A1 dead-air minor 5 confirmed`)
	var steps []Step
	for i, c := range []struct {
		who, does    string
		cost, ladder string
	}{
		{"", "", "150.00", "f1 2026-03 1 reminder; f3 2026-03 2 warning"},
		{"li", "confirm", "225.00", "f1 2026-03 1 reminder; f2 2026-03 2 warning; f3 2026-03 3 notice"},
		{"wang", "appeal", "225.00", "f1 2026-03 1 reminder; f2 2026-03 2 warning; f3 2026-03 3 notice"},
		{"gao", "grant", "150.00", "f1 2026-03 1 reminder; f3 2026-03 2 warning"},
		{"gao", "undo", "225.00", "f1 2026-03 1 reminder; f2 2026-03 2 warning; f3 2026-03 3 notice"},
	} {
		if c.who != "" {
			who := people[c.who]
			who.Session = "s1"
			step, _, err := Fold(Pending, steps).Take(who, "A1", Request{Action: Action(c.does), Words: "x"}, "f2", fmt.Sprint(i), monday.Add(time.Duration(i)*time.Hour))
			if err != nil {
				t.Fatalf("%s %s: %v", c.who, c.does, err)
			}
			steps = append(steps, step)
		}
		flags[1].Status = Fold(Pending, steps).Status
		a := ScoreMonth("A1", Month{2026, time.March}, shanghai, 3, flags)
		if a.Cost.String() != c.cost || rungs(a.Rungs) != c.ladder {
			t.Errorf("after %s %s: %s; %s", c.who, c.does, a.Cost, rungs(a.Rungs))
		}
	}
}

func TestParse(t *testing.T) {
	for text, ok := range map[string]bool{"2026-03": true, "2026-3": false, "2026-13": false, "": false, "0001-01": false, "2026-03-01": false} {
		if m, err := ParseMonth(text); (err == nil) != ok || ok && m.String() != text {
			t.Errorf("%q: %v, %v", text, m, err)
		}
	}
	for text, ok := range map[string]bool{"2024-02-29": true, "2026-02-29": false, "2026-2-9": false, "x": false} {
		if d, err := ParseDate(text); (err == nil) != ok || ok && d.String() != text {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	}
	for text, ok := range map[string]bool{"00:00": true, "08:30": true, "24:00": true, "24:01": false, "8:30": false, "08:60": false, "": false} {
		if c, err := ParseClock(text); (err == nil) != ok || ok && c.String() != text {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	for name, ok := range map[string]bool{"": true, "Asia/Urumqi": true, "UTC": true, "Local": false, "Peking": false, "../../etc/passwd": false} {
		if _, err := Zone(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
	if m := (Month{2026, time.January}).Add(-1); m != (Month{2025, time.December}) {
		t.Error(m)
	}
}
