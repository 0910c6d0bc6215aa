package main

import "iter"

// waitingResults is how many results of each worker may wait for one that takes long: so many that no worker ever idles behind
// an hour of a call among short ones.
const waitingResults = 64

// inOrder does the work of n workers on the items at once and yields the results in the items' order. Of an item that comes
// soon, ahead is told.
func inOrder[T, R any](items []T, n int, ahead func(T), worker func() func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		type job struct {
			item T
			done chan R
		}
		jobs := make(chan job)
		queue := make(chan chan R, max(n, 1)*waitingResults)
		stop := make(chan struct{})
		defer close(stop)
		for range n {
			go func() {
				do := worker()
				for j := range jobs {
					j.done <- do(j.item)
				}
			}()
		}
		go func() {
			defer close(queue)
			defer close(jobs)
			for i, item := range items {
				if next := i + n; next < len(items) {
					ahead(items[next])
				}
				j := job{item, make(chan R, 1)}
				select {
				case queue <- j.done:
				case <-stop:
					return
				}
				select {
				case jobs <- j:
				case <-stop:
					return
				}
			}
		}()
		for done := range queue {
			if !yield(<-done) {
				return
			}
		}
	}
}
