package chain

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

type link struct {
	id, follows string
	at          int
}

func TestWalk(t *testing.T) {
	for name, c := range map[string]struct {
		rows        []link
		chain, lost string // lost in the order of ids
	}{
		"nothing":                         {nil, "", ""},
		"one":                             {[]link{{"a", "", 1}}, "a", ""},
		"three":                           {[]link{{"a", "", 3}, {"b", "a", 2}, {"c", "b", 1}}, "abc", ""},
		"the earlier counts":              {[]link{{"a", "", 2}, {"b", "", 1}}, "b", "a"},
		"what follows the later does not": {[]link{{"a", "", 2}, {"b", "", 1}, {"c", "a", 3}}, "b", "ac"},
		"of the same time the lesser id":  {[]link{{"b", "", 1}, {"a", "", 1}}, "a", "b"},
		"twice the same":                  {[]link{{"a", "", 1}, {"a", "", 1}, {"b", "a", 2}, {"b", "a", 2}}, "ab", ""},
		"a ring":                          {[]link{{"a", "b", 1}, {"b", "a", 1}}, "", "ab"},
		"one that follows itself":         {[]link{{"a", "", 1}, {"b", "b", 1}}, "a", "b"},
		"one that follows nothing known":  {[]link{{"a", "", 1}, {"b", "x", 1}}, "a", "b"},
	} {
		for range 20 {
			rand.Shuffle(len(c.rows), func(i, j int) { c.rows[i], c.rows[j] = c.rows[j], c.rows[i] })
			took, lost := Walk(c.rows, func(l *link) (string, string) { return l.id, l.follows },
				func(a, b *link) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
			slices.SortFunc(lost, func(a, b link) int { return cmp.Compare(a.id, b.id) })
			if ids(took) != c.chain || ids(lost) != c.lost {
				t.Fatalf("%s: %q, lost %q; expected %q, lost %q", name, ids(took), ids(lost), c.chain, c.lost)
			}
		}
	}
}

func ids(list []link) string {
	var b strings.Builder
	for _, l := range list {
		b.WriteString(l.id)
	}
	return b.String()
}
