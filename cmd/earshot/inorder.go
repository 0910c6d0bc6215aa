package main

import "iter"

// inOrder does the work of n workers on the items at once and yields the results in the items' order. At most n results
// wait for an earlier one.
func inOrder[T, R any](items []T, n int, worker func() func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		type job struct {
			item T
			done chan R
		}
		jobs := make(chan job)
		queue := make(chan chan R, max(n, 1))
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
			for _, item := range items {
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
