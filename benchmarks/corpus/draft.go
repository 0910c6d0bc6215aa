package corpus

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/earshot/earshot/benchmarks/sounds"
	"github.com/earshot/earshot/schemas"
)

// maxTries bounds how often a call is drawn anew because something in it came too near a limit by accident.
const maxTries = 40

// Draft is a call that is planned: composing it gives the same call every time.
type Draft struct {
	ID, Scenario, Variant string

	seed     uint64
	lib      *sounds.Library
	split    sounds.Split
	scenario scenario
}

// scenario is a kind of call. Adding one is an entry in a table.
type scenario struct {
	rule, variant string
	tell          func(*scene)
	// plain leaves the call's channel as it is: no noise, codec or loss that could undo what is measured.
	plain bool
	// syllabic needs a voice of single syllables, which not every split has; else it is just a call.
	syllabic bool
	// times is how many of it are made for one of the others; 0 is 1.
	times int
}

// scenarios is every kind of call.
func scenarios() []scenario {
	return slices.Concat(holdScenarios(), mannerScenarios(), timingScenarios(), lineScenarios(), foolers(), behindFoolers())
}

// Plan says which calls a split's corpus has: perVariant of each kind. It composes none.
func Plan(lib *sounds.Library, split sounds.Split, seed uint64, perVariant int) ([]Draft, error) {
	whole := Draft{lib: lib, split: split}.whole()
	if len(whole) < 3 || len(lib.Tracks(split)) == 0 {
		return nil, fmt.Errorf("cannot plan calls of the split %s: %d voices that say enough and %d tracks, expected three and one at least",
			split, len(whole), len(lib.Tracks(split)))
	}
	var drafts []Draft
	for _, s := range scenarios() {
		for i := range perVariant * max(s.times, 1) {
			d := Draft{Scenario: s.rule, Variant: s.variant, seed: seed, lib: lib, split: split, scenario: s}
			d.ID = fmt.Sprintf("%s/%s/%04d", s.rule, s.variant, i)
			drafts = append(drafts, d)
		}
	}
	return drafts, nil
}

// meant says whether the call came out as its scenario means it: the clear case breaks its rule, the near miss does not.
func (d Draft) meant(c *Case) error {
	breaks := slices.ContainsFunc(c.Flags, func(f Flag) bool { return f.Rule == d.Scenario })
	switch {
	case strings.HasSuffix(d.Variant, "near-below") && breaks:
		return errors.New("it breaks the rule that it should miss")
	case d.Variant == "clear" && !breaks && !d.scenario.syllabic:
		return errors.New("it does not break the rule that it should")
	}
	return nil
}

// Compose makes the call. A draw in which something comes too near a limit by accident is drawn again.
func (d Draft) Compose() (*Case, error) {
	var last error
	for try := range uint64(maxTries) {
		h := fnv.New64a()
		fmt.Fprintf(h, "%d/%s/%d", d.seed, d.ID, try)
		s := newScene(d, rand.New(rand.NewPCG(h.Sum64(), d.seed)))
		d.scenario.tell(s)
		if s.err != nil {
			return nil, fmt.Errorf("cannot compose %s: %w", d.ID, s.err)
		}
		s.finish()
		c, err := s.judge()
		if err == nil {
			err = d.meant(c)
		}
		if err != nil {
			last = err
			continue
		}
		s.line()
		c.tracks, c.Degradations, c.loss = s.tracks(), s.degradations, s.loss
		if s.mono {
			c.channels = []schemas.Leg{schemas.Leg_LEG_MIXED}
		}
		return c, nil
	}
	return nil, fmt.Errorf("cannot compose %s: %d draws came too near a limit, the last: %w", d.ID, maxTries, last)
}
