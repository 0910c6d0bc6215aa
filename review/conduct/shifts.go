package conduct

import (
	_ "embed"
	"errors"
	"fmt"
	"time"
)

//go:embed shifts.yaml
var defaultShifts []byte

// Shift is a part of the day that a team works. One whose end is not after its begin crosses midnight.
type Shift struct {
	ID       string
	Title    Text
	From, To Clock
}

// Shifts are those of a centre, in the order of its file.
type Shifts []Shift

// DefaultShifts are three of eight hours.
func DefaultShifts() Shifts {
	s, err := ReadShifts("shifts.yaml", defaultShifts)
	if err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	return s
}

// ReadShifts reads a file of shifts; shifts.yaml tells its form. An error names the file and the line or the shift.
func ReadShifts(file string, data []byte) (Shifts, error) {
	var read struct {
		Shifts []struct {
			ID    string `yaml:"id"`
			Title Text   `yaml:"title"`
			From  *Clock `yaml:"from"`
			To    *Clock `yaml:"to"`
		} `yaml:"shifts"`
	}
	if err := readYAML(file, data, &read); err != nil {
		return nil, err
	}
	var shifts Shifts
	var wrong []error
	bad := func(what string, args ...any) {
		wrong = append(wrong, fmt.Errorf("cannot read "+file+": "+what, args...))
	}
	for i, s := range read.Shifts {
		switch {
		case s.ID == "" || s.Title.ZH == "" || s.Title.EN == "":
			bad("shift %d (%q): no id, or no title in both languages", i+1, s.ID)
		case s.From == nil || s.To == nil:
			bad("shift %q: expected from and to", s.ID)
		default:
			if _, twice := shifts.Find(s.ID); twice {
				bad("shift %q is there twice", s.ID)
			}
			shifts = append(shifts, Shift{s.ID, s.Title, *s.From, *s.To})
		}
	}
	if len(read.Shifts) == 0 {
		bad("no shift; expected shifts: with one at least")
	}
	return shifts, errors.Join(wrong...)
}

// Find is the shift of that id.
func (list Shifts) Find(id string) (Shift, bool) {
	for _, s := range list {
		if s.ID == id {
			return s, true
		}
	}
	return Shift{}, false
}

// Bounds are when the shift of a day begins and ends.
func (s Shift) Bounds(day Date, zone *time.Location) (from, to time.Time) {
	end := day
	if s.To <= s.From {
		end = day.Add(1)
	}
	return day.At(s.From, zone), end.At(s.To, zone)
}

// Of is the shift in which something happened to an agent, and the day on which that shift began: his own, if it is one of
// those that were on at the time, and else the first of those. None was on: ok is false.
func (list Shifts) Of(at time.Time, own string, zone *time.Location) (shift Shift, day Date, ok bool) {
	today := DateOf(at, zone)
	for _, s := range list {
		for _, d := range []Date{today, today.Add(-1)} {
			from, to := s.Bounds(d, zone)
			if at.Before(from) || !at.Before(to) {
				continue
			}
			if s.ID == own {
				return s, d, true
			}
			if !ok {
				shift, day, ok = s, d, true
			}
		}
	}
	return shift, day, ok
}
