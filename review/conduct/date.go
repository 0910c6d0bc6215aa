package conduct

import (
	"fmt"
	"time"
	_ "time/tzdata" // the centre's zone is known also where the machine has no table of them
)

// DefaultZone is where a centre is unless it says otherwise.
const DefaultZone = "Asia/Shanghai"

// Zone reads the name of a time zone, such as Asia/Shanghai; empty = the default.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		name = DefaultZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" { // what is local depends on the machine that runs the program
		return nil, fmt.Errorf("cannot use time zone %q; expected a name like Asia/Shanghai or UTC", name)
	}
	return zone, nil
}

// Date is a day of the calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day on which a time lies for those who live in zone.
func DateOf(t time.Time, zone *time.Location) Date {
	t = t.In(zone)
	return Date{t.Year(), t.Month(), t.Day()}
}

// ParseDate reads 2026-03-09.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1970 || t.Year() > 2099 {
		return Date{}, fmt.Errorf("cannot read date %q; expected one like 2026-03-09, of the years 1970 to 2099", text)
	}
	return DateOf(t, time.UTC), nil
}

// String is the date as ParseDate reads it.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Add is the date so many days later, or earlier.
func (d Date) Add(days int) Date { return DateOf(d.At(0, time.UTC).AddDate(0, 0, days), time.UTC) }

// Weekday is its day of the week.
func (d Date) Weekday() time.Weekday { return d.At(0, time.UTC).Weekday() }

func (d Date) weekend() bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// until is how many days lie between a date and a later one.
func (d Date) until(later Date) int {
	return int(later.At(0, time.UTC).Sub(d.At(0, time.UTC)).Hours() / 24)
}

// At is the time of day, by the clock on the wall, on that date in zone.
func (d Date) At(clock Clock, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, int(clock), 0, 0, zone)
}

// Clock is a time of day: minutes since midnight.
type Clock int

// ParseClock reads 08:30; 24:00 is the end of a day.
func ParseClock(text string) (Clock, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != 5 {
		return 0, fmt.Errorf("cannot read time of day %q; expected one like 08:30, from 00:00 to 24:00", text)
	}
	return Clock(t.Hour()*60 + t.Minute()), nil
}

// String is the time of day as ParseClock reads it.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }
