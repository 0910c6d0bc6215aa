package review

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// The values a filter can have, in the order in which they are offered.
var (
	statusChoices = []string{"pending", "unsure", "confirmed", "rejected", "appealed", "decided", "exonerated"}
	classChoices  = []string{"grave", "serious", "minor", "alert"}
	sureChoices   = []string{"0.5", "0.7", "0.9"}
	// waiting is what the inbox shows unless it is asked for something else.
	waiting = []string{"pending", "unsure"}
)

// filter is what an inbox shows, as its address says: the address can be kept and shared.
type filter struct {
	Rules, Classes, Teams, Statuses []string
	Agent, Seat                     string
	From, To                        string // days, the last one included
	Sure                            string // least confidence
	Manual                          bool   // only those raised by people
}

// readFilter reads a filter from an address, or says what in it makes no sense.
func readFilter(q url.Values) (filter, error) {
	f := filter{
		Rules: values(q, "rule"), Classes: values(q, "class"), Teams: values(q, "team"), Statuses: values(q, "status"),
		Agent: q.Get("agent"), Seat: q.Get("seat"), From: q.Get("from"), To: q.Get("to"), Sure: q.Get("sure"), Manual: q.Get("manual") != "",
	}
	for _, s := range f.Statuses {
		if !slices.Contains(statusChoices, s) {
			return f, refused("problem.filter", "what", s)
		}
	}
	for _, c := range f.Classes {
		if !slices.Contains(classChoices, c) {
			return f, refused("problem.filter", "what", c)
		}
	}
	for _, d := range []string{f.From, f.To} {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return f, refused("problem.date", "what", d)
		}
	}
	if n, err := strconv.ParseFloat(f.Sure, 64); f.Sure != "" && (err != nil || n < 0 || n > 1) {
		return f, refused("problem.filter", "what", f.Sure)
	}
	return f, nil
}

// values are those of a parameter that are not empty.
func values(q url.Values, name string) []string {
	return slices.DeleteFunc(slices.Clone(q[name]), func(s string) bool { return s == "" })
}

// query is the filter as an address again, without what is empty.
func (f filter) query() url.Values {
	q := url.Values{}
	for name, list := range map[string][]string{"rule": f.Rules, "class": f.Classes, "team": f.Teams, "status": f.Statuses} {
		for _, v := range list {
			q.Add(name, v)
		}
	}
	for name, v := range map[string]string{"agent": f.Agent, "seat": f.Seat, "from": f.From, "to": f.To, "sure": f.Sure} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if f.Manual {
		q.Set("manual", "1")
	}
	return q
}

// bound gives a filter that asks for more than what waits a first day, a month ago: all that was ever judged is too much to
// go through. Whoever wants older ones says so.
func (f *filter) bound(now time.Time) {
	more := slices.ContainsFunc(f.Statuses, func(s string) bool { return s != "pending" && s != "unsure" && s != "appealed" })
	if more && f.From == "" {
		f.From = now.AddDate(0, 0, -31).Format(time.DateOnly)
	}
}

// store is the filter as the store takes it. Days are the centre's.
func (f filter) store(location *time.Location) store.Filter {
	sf := store.Filter{Rules: f.Rules, Classes: f.Classes, Teams: f.Teams, Statuses: f.Statuses}
	if len(sf.Statuses) == 0 {
		sf.Statuses = waiting
	}
	if f.Agent != "" {
		sf.Agents = []string{f.Agent}
	}
	if f.Seat != "" {
		sf.Seats = []string{f.Seat}
	}
	if d, err := time.ParseInLocation(time.DateOnly, f.From, location); err == nil {
		sf.From = d
	}
	if d, err := time.ParseInLocation(time.DateOnly, f.To, location); err == nil {
		sf.To = d.AddDate(0, 0, 1)
	}
	sf.MinConfidence, _ = strconv.ParseFloat(f.Sure, 64)
	if f.Manual {
		yes := true
		sf.Manual = &yes
	}
	return sf
}
