package conduct

import (
	"cmp"
	"slices"
	"time"
)

// Slip is a violation slip (违规单): what the agents of a team did against the rules in one shift, for its leader at the
// end of it (D18.第三章.1).
type Slip struct {
	Team  string
	Day   Date  // on which the shift began
	Shift Shift // of no id: what happened outside all shifts
	// Lines are the confirmed violations, by time.
	Lines []Flag
}

// Slips sorts violations into slips, by day, shift and team. Own names the shift of agents who have one. What is no
// violation, or not confirmed, is left out; what happened outside every shift is on a slip of its own, not lost.
func Slips(flags []Flag, shifts Shifts, own map[string]string, zone *time.Location) []Slip {
	type key struct {
		day         Date
		shift, team string
	}
	at := map[key]*Slip{}
	var list []*Slip
	for _, f := range flags {
		if !f.Status.Counts() || !f.violation() {
			continue
		}
		shift, day, ok := shifts.Of(f.At, own[f.AgentID], zone)
		if !ok {
			shift, day = Shift{}, DateOf(f.At, zone)
		}
		k := key{day, shift.ID, f.Team}
		if at[k] == nil {
			at[k] = &Slip{Team: f.Team, Day: day, Shift: shift}
			list = append(list, at[k])
		}
		at[k].Lines = append(at[k].Lines, f)
	}
	slices.SortFunc(list, func(a, b *Slip) int {
		return cmp.Or(cmp.Compare(a.Day.String(), b.Day.String()), cmp.Compare(a.Shift.From, b.Shift.From),
			cmp.Compare(a.Shift.ID, b.Shift.ID), cmp.Compare(a.Team, b.Team))
	})
	slips := make([]Slip, len(list))
	for i, s := range list {
		slices.SortFunc(s.Lines, func(a, b Flag) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
		slips[i] = *s
	}
	return slips
}
