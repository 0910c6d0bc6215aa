package store

import "fmt"

// EventRow is what the switch told of a call at a moment.
type EventRow struct {
	Kind, By string  // ringing, answered, hold, resume, transfer, conference, wrapup; agent, customer, or unknown
	At       float64 // seconds from the call's start
}

func eventTexts(name string, field func(*EventRow) *string) column[CallRow] {
	return column[CallRow]{name, typeNames, fill(func(r *CallRow) []string {
		return list(r.Events, func(e EventRow) string { return *field(&e) })
	}), func(r *CallRow) any { return eventsRead{r, field} }}
}

// eventsRead takes what the driver reads of a column of events.
type eventsRead struct {
	row  *CallRow
	text func(*EventRow) *string // nil: it is the column of times
}

func (e eventsRead) event(i int) *EventRow {
	for len(e.row.Events) <= i {
		e.row.Events = append(e.row.Events, EventRow{})
	}
	return &e.row.Events[i]
}

// Scan is the driver's.
func (e eventsRead) Scan(value any) error {
	if e.text != nil {
		return texts(value, func(i int, text string) { *e.text(e.event(i)) = text })
	}
	times, ok := value.([]float64)
	if !ok {
		return fmt.Errorf("%T; expected a list of seconds", value)
	}
	for i, t := range times {
		e.event(i).At = t
	}
	return nil
}

// eventTimes are rounded to the millisecond, as every time is.
func eventTimes(r *CallRow) []float64 {
	times := make([]float64, len(r.Events))
	for i := range r.Events {
		times[i] = millis(r.Events[i].At)
	}
	return times
}
