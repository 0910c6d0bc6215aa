package corpus

import "fmt"

const (
	turnGap = rate / 2 // a pause within a turn is shorter
	lead    = rate / 2 // who goes on for that long after the other has stopped has taken the turn
)

// manners say what is one: how long the other must have spoken before, and how long both must speak.
type manners struct{ before, both float64 }

var (
	usual   = manners{before: 1, both: 1}
	lenient = manners{before: 0.6, both: 0.75}
	strict  = manners{before: 1.4, both: 1.25}
	// slight is what an interruption is, whether it counts or not.
	slight = manners{before: 1, both: 0.3}
)

// turns are what a party says without a pause of turnGap.
func turns(speech []stretch) []stretch {
	var all []stretch
	for _, a := range speech {
		if n := len(all); n > 0 && a.from-all[n-1].to < turnGap {
			all[n-1].to = max(all[n-1].to, a.to)
		} else {
			all = append(all, a)
		}
	}
	return all
}

// breakIns are where a party begins while the other speaks, and the other stops: from the one to the other.
func (f *facts) breakIns(by int, m manners) []stretch {
	var all []stretch
	others := turns(f.speech[1-by])
	for _, a := range turns(f.speech[by]) {
		for _, c := range others {
			if both := (stretch{a.from, c.to}); both.seconds() < m.both || a.to-c.to < lead {
				continue
			}
			speaks := stretch{a.from - rate/5, a.from + rate/5}.within(f.speech[1-by]) >= rate/4
			if speaks && float64(a.from-c.from)/rate >= m.before && f.together(stretch{a.from, c.to}) >= m.both {
				all = append(all, stretch{a.from, c.to})
			}
		}
	}
	return all
}

// together is for how many seconds of a stretch both speak.
func (f *facts) together(at stretch) float64 {
	sum := 0.0
	for _, x := range f.speech[agent] {
		sum += float64(x.and(at).within(f.speech[customer])) / rate
	}
	return sum
}

// interruptions of the customer by the agent count from three on.
func (t *truth) interruptions() {
	all := t.f.breakIns(agent, usual)
	past := len(all) >= 3
	if t.near == nil && (past != (len(t.f.breakIns(agent, lenient)) >= 3) || past != (len(t.f.breakIns(agent, strict)) >= 3)) {
		t.near = fmt.Errorf("interruption: one of %d could be counted or not", len(all))
	}
	if past {
		t.say("interruption", agent, stretch{all[0].from, all[len(all)-1].to}, float64(len(all)), 3, 0, true)
	}
}
