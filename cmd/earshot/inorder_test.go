package main

import (
	"slices"
	"sync"
	"testing"
)

// Results come in the items' order though the first takes longest, and others go on meanwhile; each item but the first ones was
// told of ahead of its turn.
func TestInOrder(t *testing.T) {
	items := make([]int, 50)
	for i := range items {
		items[i] = i
	}
	others := make(chan struct{})
	var mu sync.Mutex
	done, ahead := 0, map[int]bool{}
	worker := func() func(int) int {
		return func(i int) int {
			if i == 0 {
				<-others // a deadlock if nobody else may go on
				return 0
			}
			mu.Lock()
			defer mu.Unlock()
			if i >= 2 && !ahead[i] {
				t.Errorf("item %d was not told of", i)
			}
			if done++; done == len(items)-1 {
				close(others)
			}
			return i
		}
	}
	tell := func(i int) {
		mu.Lock()
		defer mu.Unlock()
		ahead[i] = true
	}
	var got []int
	for r := range inOrder(items, 2, tell, worker) {
		got = append(got, r)
	}
	if !slices.Equal(got, items) {
		t.Errorf("results %v", got)
	}
}
