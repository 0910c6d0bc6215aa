package conduct

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Month is a month of the centre's calendar.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month in which a time lies for those who live in zone.
func MonthOf(t time.Time, zone *time.Location) Month {
	t = t.In(zone)
	return Month{t.Year(), t.Month()}
}

// ParseMonth reads 2026-03.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil || t.Year() < 1970 || t.Year() > 2099 {
		return Month{}, fmt.Errorf("cannot read month %q; expected one like 2026-03, from 1970-01 to 2099-12", text)
	}
	return Month{t.Year(), t.Month()}, nil
}

// String is the month as ParseMonth reads it.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month)) }

// Add is the month so many later, or earlier.
func (m Month) Add(months int) Month {
	t := time.Date(m.Year, m.Month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return Month{t.Year(), t.Month()}
}

// Bounds are the month's first moment and that of the next month.
func (m Month) Bounds(zone *time.Location) (from, to time.Time) {
	return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, zone), time.Date(m.Year, m.Month+1, 1, 0, 0, 0, 0, zone)
}

// AgentMonth is an agent's month.
type AgentMonth struct {
	AgentID string
	Month   Month
	Calls   int
	// Score is the mean score of the calls; 100 while there is none.
	Score float64
	// Points are those of the flags that count, and Cost what they cost.
	Points float64
	Cost   Fen
	// Pending are the points that flags without a verdict would cost; Appealed are those, of Points, under appeal.
	Pending, Appealed float64
	// Rungs are the month's violations with what each brings, by rule and time.
	Rungs []Rung
}

// ScoreMonth makes an agent's month of the flags that happened in it, whoever they are of and whenever they happened:
// what is of another agent or month is left out. Calls is how many calls the agent took.
func ScoreMonth(agentID string, m Month, zone *time.Location, calls int, flags []Flag) AgentMonth {
	a := AgentMonth{AgentID: agentID, Month: m, Calls: calls, Score: 100}
	var own []Flag
	byCall := map[string]float64{}
	for _, f := range flags {
		if f.AgentID != agentID || MonthOf(f.At, zone) != m {
			continue
		}
		own = append(own, f)
		switch {
		case f.Status.Counts():
			a.Points += f.Points
			byCall[f.CallID] += f.Points
			if f.Status == Appealed {
				a.Appealed += f.Points
			}
		case f.Status.Waits():
			a.Pending += f.Points
		}
	}
	a.Cost = Cost(a.Points)
	lost := 0.0
	for _, points := range byCall {
		lost += min(points, 100) // no call is worth less than nothing
	}
	if n := max(calls, len(byCall)); n > 0 {
		a.Score = 100 - lost/float64(n)
	}
	a.Rungs = Ladder(own, zone)
	return a
}

// Level is what a violation brings by how often its rule was broken that month (D4.三.1).
type Level string

const (
	Reminder Level = "reminder" // 提醒, the first time
	Warning  Level = "warning"  // 警告, the second
	Notice   Level = "notice"   // 通报, the third and each one after
)

func level(times int) Level {
	switch times {
	case 1:
		return Reminder
	case 2:
		return Warning
	}
	return Notice
}

// Rung is a violation on the ladder.
type Rung struct {
	Flag  Flag
	Month Month
	Times int // that its agent broke its rule that month, this one included
	Level Level
}

// Ladder is what each violation among the flags brings, by agent, rule and time. What happened counts when it happened,
// not when it was judged; what is rejected later is no longer among them, and those after it step down by themselves.
func Ladder(flags []Flag, zone *time.Location) []Rung {
	var rungs []Rung
	for _, f := range flags {
		if f.Status.Counts() && f.violation() {
			rungs = append(rungs, Rung{Flag: f, Month: MonthOf(f.At, zone)})
		}
	}
	slices.SortFunc(rungs, func(a, b Rung) int {
		return cmp.Or(cmp.Compare(a.Flag.AgentID, b.Flag.AgentID), cmp.Compare(a.Flag.Rule, b.Flag.Rule),
			a.Flag.At.Compare(b.Flag.At), cmp.Compare(a.Flag.ID, b.Flag.ID))
	})
	for i := range rungs {
		r := &rungs[i]
		r.Times = 1
		if i > 0 {
			if p := &rungs[i-1]; p.Flag.AgentID == r.Flag.AgentID && p.Flag.Rule == r.Flag.Rule && p.Month == r.Month {
				r.Times = p.Times + 1
			}
		}
		r.Level = level(r.Times)
	}
	return rungs
}
