package score

import (
	"cmp"
	"slices"
	"time"
)

// stretch is what is matched: from Start to End.
type stretch struct{ start, end time.Duration }

func (a stretch) overlap(b stretch) time.Duration { return min(a.end, b.end) - max(a.start, b.start) }

// match pairs what is true with what was heard, one with one, so that as many as possible have a partner. A pair may
// miss each other by the slack. It gives the index in heard for each that is true, -1 for none.
//
// Pairs that overlap more are tried first, so that of two ways to pair as many the likelier one is found.
func match(truth, heard []stretch, slack time.Duration) []int {
	partner := make([][]int, len(truth)) // by truth: who may be its partner
	for t := range truth {
		for h := range heard {
			if truth[t].overlap(heard[h]) >= -slack {
				partner[t] = append(partner[t], h)
			}
		}
		slices.SortStableFunc(partner[t], func(a, b int) int {
			return cmp.Compare(truth[t].overlap(heard[b]), truth[t].overlap(heard[a]))
		})
	}
	of := make([]int, len(heard)) // by heard: whose partner it is, -1 nobody's
	for h := range of {
		of[h] = -1
	}
	var seen []bool
	var try func(t int) bool // an augmenting path from t
	try = func(t int) bool {
		for _, h := range partner[t] {
			if seen[h] {
				continue
			}
			seen[h] = true
			if of[h] < 0 || try(of[h]) {
				of[h] = t
				return true
			}
		}
		return false
	}
	for t := range truth {
		seen = make([]bool, len(heard))
		try(t)
	}
	matched := make([]int, len(truth))
	for t := range matched {
		matched[t] = slices.Index(of, t)
	}
	return matched
}
