//go:build mutations || race

package model

import (
	"testing"

	"github.com/earshot/earshot/pipeline/internal/mutation"
)

// enough schedules that a fault found by one in twenty is missed by less than one run in a million.
const enough = 300

// A check that cannot fail is none: each fault put into the pipeline on purpose is found by some schedule.
func TestMutations(t *testing.T) {
	book := load(t)
	for _, name := range mutation.All() {
		t.Run(name, func(t *testing.T) {
			mutation.Name = name
			defer func() { mutation.Name = "" }()
			for s := range uint64(enough) {
				if r := run(t, *from+s, book); len(r.wrong) > 0 {
					t.Logf("found by schedule %d:\n%s", s+1, &r)
					return
				}
			}
			t.Errorf("%d schedules did not find it", enough)
		})
	}
}
