package store

import (
	"cmp"
	"slices"
	"time"
)

// Filter says which cases are wanted. Empty fields ask nothing, and the values of one field are alternatives; but with
// no Statuses it asks for what waits for a verdict, pending and unsure: the zero Filter is the inbox.
type Filter struct {
	Rules, Classes       []string // Classes: minor, serious, grave, alert
	Teams, Agents, Seats []string
	// Statuses as Case.Status has them, and decided = an appeal was. What asks for more than pending, unsure and appealed
	// reads all cases of the time asked for: bound it with From and To.
	Statuses []string
	// Appeals as Case.Appeal has them.
	Appeals []string
	// From and To bound when it happened: From ≤ at < To.
	From, To time.Time
	// MinConfidence and MaxConfidence bound the confidence, both included; MaxConfidence 0 = 1.
	MinConfidence, MaxConfidence float64
	// Manual, where set, asks for flags raised by people, or for those raised by the machine.
	Manual *bool
	// VerdictBy asks for those whose standing verdict is this account's.
	VerdictBy string
}

// Page is a piece of a list.
type Page struct {
	Limit int    // most rows; 0 = 50, at most 1,000
	After string // InboxPage.Next of the page before; empty = from the start
}

func (p Page) limit() int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 1000)
}

// waiting are the statuses that the table waiting holds.
var waiting = []string{"pending", "unsure", "appealed"}

func (f *Filter) statuses() []string {
	if len(f.Statuses) == 0 {
		return []string{"pending", "unsure"}
	}
	return f.Statuses
}

// onlyWaiting tells whether all that the filter asks for waits for a person.
func (f *Filter) onlyWaiting() bool {
	return !slices.ContainsFunc(f.statuses(), func(s string) bool { return !slices.Contains(waiting, s) })
}

// ask adds all that the filter asks of a case.
func (f *Filter) ask(s *Store, c *conditions) {
	f.askRest(c)
	c.in("rule", f.Rules)
	c.in("class", classes(f.Classes))
	if len(f.Teams) > 0 {
		s.inTeams(c, f.Teams)
	}
	f.askStatus(c, f.statuses())
}

func (f *Filter) askStatus(c *conditions, statuses []string) {
	if slices.Contains(statuses, "decided") {
		c.and("(status IN ? OR appeal IN ('refused', 'granted'))", statuses)
		return
	}
	c.in("status", statuses)
}

// askRest adds what the filter asks of the fields that are not counted by value.
func (f *Filter) askRest(c *conditions) {
	c.in("agent_id", f.Agents)
	c.in("seat", f.Seats)
	c.in("appeal", f.Appeals)
	c.happened(f.From, f.To)
	if f.MinConfidence > 0 {
		c.and("confidence >= ?", f.MinConfidence)
	}
	if f.MaxConfidence > 0 {
		c.and("confidence <= ?", f.MaxConfidence)
	}
	if f.Manual != nil {
		c.and("manual = ?", *f.Manual)
	}
	if f.VerdictBy != "" {
		c.and("verdict_by = ?", f.VerdictBy)
	}
}

func classes(asked []string) []string {
	stored := slices.Clone(asked)
	for i, c := range stored {
		if c == "alert" {
			stored[i] = ""
		}
	}
	return stored
}

// passes says of a case in memory what ask asks of one in the store; team is its own or its agent's.
func (f *Filter) passes(c *Case, team string) bool {
	return passes(f.Rules, c.Rule) && (len(f.Classes) == 0 || slices.Contains(f.Classes, cmp.Or(c.Class, "alert"))) &&
		(len(f.Teams) == 0 || team != "" && slices.Contains(f.Teams, team)) && slices.Contains(f.statuses(), c.Status) && f.passesRest(c)
}

// passesRest says what askRest asks.
func (f *Filter) passesRest(c *Case) bool {
	return passes(f.Agents, c.AgentID) && passes(f.Seats, c.Seat) && passes(f.Appeals, c.Appeal) &&
		(f.From.IsZero() || !c.At.Before(f.From)) && (f.To.IsZero() || c.At.Before(f.To)) &&
		(f.MinConfidence <= 0 || c.Confidence >= f.MinConfidence) && (f.MaxConfidence <= 0 || c.Confidence <= f.MaxConfidence) &&
		(f.Manual == nil || c.Manual == *f.Manual) && passes(one(f.VerdictBy), c.VerdictBy)
}

// one is a list of a value, of none when it is empty.
func one(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}
