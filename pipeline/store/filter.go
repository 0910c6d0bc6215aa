package store

import "time"

// Filter says which cases are wanted. Empty fields ask nothing; the values of one field are alternatives.
type Filter struct {
	Rules, Classes       []string // Classes: minor, serious, grave, alert
	Teams, Agents, Seats []string
	// Statuses as Case.Status has them, and decided = an appeal was. None = all that people judge: not exonerated, not withdrawn.
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
	Limit int    // most rows; 0 = 50
	After string // InboxPage.Next of the page before; empty = from the start
}

// InboxPage is a page of cases, gravest and then newest first.
type InboxPage struct {
	Cases []Case
	Next  string // Page.After of the next page; empty = there is none
}

// CallGroup is a call in the inbox with its cases that pass the filter.
type CallGroup struct {
	CallID, AgentID, Seat, Team string
	StartedAt                   time.Time
	Cases                       []Case // by where they begin
}

// GroupPage is a page of calls, those with the gravest case and then the newest first.
type GroupPage struct {
	Groups []CallGroup
	Next   string
}

// Counts is how many cases pass a filter. Each map counts by the values of one field, without what the filter itself
// asks of that field, so that it says what another choice would give.
type Counts struct {
	Total                           uint64
	Rules, Classes, Statuses, Teams map[string]uint64
}
