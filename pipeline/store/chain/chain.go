// Package chain orders what was appended by several writers at once, each row naming the row it follows.
package chain

// Walk follows the rows from the first one, which follows nothing, to the last. Of rows that follow the same one the
// earliest counts, so that every reader of the same rows walks the same way, in whatever order they come. Lost are the
// others, and what followed them. A row that is there twice counts once.
func Walk[R any](rows []R, link func(*R) (id, follows string), earlier func(a, b *R) int) (chain, lost []R) {
	next := map[string][]*R{}
	seen := map[string]bool{}
	for i := range rows {
		id, follows := link(&rows[i])
		if !seen[id] {
			seen[id] = true
			next[follows] = append(next[follows], &rows[i])
		}
	}
	taken := map[*R]bool{}
	for at := ""; len(next[at]) > 0; {
		rivals := next[at]
		delete(next, at) // so that a ring, which nobody should have made, ends
		first := First(rivals, earlier)
		chain = append(chain, *first)
		taken[first] = true
		at, _ = link(first)
	}
	for i := range rows {
		if id, _ := link(&rows[i]); seen[id] && !taken[&rows[i]] {
			lost = append(lost, rows[i])
		}
		id, _ := link(&rows[i])
		seen[id] = false
	}
	return chain, lost
}

// First is the earliest of rivals, of which there is at least one.
func First[R any](rivals []*R, earlier func(a, b *R) int) *R {
	first := rivals[0]
	for _, r := range rivals[1:] {
		if earlier(r, first) < 0 {
			first = r
		}
	}
	return first
}
