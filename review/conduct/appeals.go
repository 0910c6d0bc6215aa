package conduct

import "time"

// Terms are how long an appeal may wait at each stage, in working days.
type Terms struct{ Leader, Manager int }

// DefaultTerms are three working days for the shift leader, then five for the manager.
var DefaultTerms = Terms{Leader: 3, Manager: 5}

// Due is when an appeal is to be decided: the end of the last of the working days after the day on which it came to its
// stage. It is not set for an appeal that waits for nobody.
func (t Terms) Due(a AppealState, c *Calendar, zone *time.Location) (due time.Time, waits bool) {
	switch a.Stage {
	case AtLeader:
		return c.After(DateOf(a.Since, zone), t.Leader).Add(1).At(0, zone), true
	case AtManager:
		return c.After(DateOf(a.Since, zone), t.Manager).Add(1).At(0, zone), true
	}
	return time.Time{}, false
}

// Late tells whether an appeal waits and ought to have been decided by now.
func (t Terms) Late(a AppealState, c *Calendar, zone *time.Location, now time.Time) bool {
	due, waits := t.Due(a, c, zone)
	return waits && !now.Before(due)
}
