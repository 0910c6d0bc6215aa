package conduct

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
)

//go:embed holidays.yaml
var holidays []byte

// Calendar knows on which days people work.
type Calendar struct {
	years map[int]bool
	off   map[Date]Text
	work  map[Date]bool
}

// DefaultCalendar is that of China, for the years that its file names.
func DefaultCalendar() *Calendar {
	c, err := ReadCalendar("holidays.yaml", holidays)
	if err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	return c
}

// ReadCalendar reads a file of holidays; holidays.yaml tells its form. An error names the file and the line or the day.
func ReadCalendar(file string, data []byte) (*Calendar, error) {
	var years map[int]struct {
		Off []struct {
			From Date `yaml:"from"`
			To   Date `yaml:"to"`
			Name Text `yaml:"name"`
		} `yaml:"off"`
		Work []Date `yaml:"work"`
	}
	if err := readYAML(file, data, &years); err != nil {
		return nil, err
	}
	c := &Calendar{years: map[int]bool{}, off: map[Date]Text{}, work: map[Date]bool{}}
	var wrong []error
	bad := func(what string, args ...any) {
		wrong = append(wrong, fmt.Errorf("cannot read "+file+": "+what, args...))
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		c.years[year] = true
		for _, h := range years[year].Off {
			if h.To == (Date{}) {
				h.To = h.From
			}
			// A holiday may begin in one year and end in the next.
			if days := h.From.until(h.To); h.From.Year != year || days < 0 || days > 30 {
				bad("%d: off from %s to %s; expected a day of %d and at most 30 after it", year, h.From, h.To, year)
				continue
			}
			for d := h.From; d.until(h.To) >= 0; d = d.Add(1) {
				c.off[d] = h.Name
			}
		}
		for _, d := range years[year].Work {
			if d.Year != year || !d.weekend() {
				bad("%d: work on %s, a %s; expected a Saturday or Sunday of %d", year, d, d.Weekday(), year)
			}
			c.work[d] = true
		}
	}
	for d := range c.work {
		if _, off := c.off[d]; off {
			bad("%s is both off and worked on; expected one of the two", d)
		}
	}
	return c, errors.Join(wrong...)
}

// Knows tells whether the year's holidays are known. Of another year only Saturdays and Sundays are free.
func (c *Calendar) Knows(year int) bool { return c.years[year] }

// Works tells whether people work on a day.
func (c *Calendar) Works(d Date) bool {
	if _, off := c.off[d]; off {
		return false
	}
	return !d.weekend() || c.work[d]
}

// Holiday is the name of the holiday that a day is part of, if it is.
func (c *Calendar) Holiday(d Date) (name Text, ok bool) {
	name, ok = c.off[d]
	return name, ok
}

// After is the so-manieth working day after a day, which itself does not count.
func (c *Calendar) After(d Date, workingDays int) Date {
	for workingDays > 0 {
		d = d.Add(1)
		if c.Works(d) {
			workingDays--
		}
	}
	return d
}
