package pipeline

import (
	"fmt"

	"github.com/earshot/earshot/pipeline/internal/invariants"
	"github.com/earshot/earshot/pipeline/store"
)

// ledger is an account of what a partition holds, kept apart from the code that it checks. It is empty unless invariants
// are checked.
type ledger struct {
	begin  int64         // the offset that the partition's table began at, with no call open
	stands int64         // the group's offset, as far as is known
	held   map[int64]int // first offsets of calls open, or ended and not yet acknowledged
}

func (l *ledger) restart(begin int64) {
	if invariants.Enabled {
		l.begin, l.held = begin, map[int64]int{}
	}
}

// anew forgets where the group stood: what it had committed was of records that are no more.
func (l *ledger) anew() {
	if invariants.Enabled {
		l.stands = 0
	}
}

// assigned notes the group's offset, when the partition is assigned with it or has committed it. It is I2 from the other side:
// what lies before the offset somebody has written, so no call that is held begins there.
func (l *ledger) assigned(offset int64) {
	if invariants.Enabled {
		l.stands = offset
		for first := range l.held {
			invariants.Hold(offset <= first, "I2", "the group's offset is %d; the call at %d is held", offset, first)
		}
	}
}

// hold notes a call; I5: it begins with a record that the table has read.
func (l *ledger) hold(first, next int64) {
	if invariants.Enabled {
		invariants.Hold(first >= l.begin && first == next, "I5", "a call begins at offset %d; the table began at %d and is at %d", first, l.begin, next)
		l.held[first]++
	}
}

func (l *ledger) release(first int64) {
	if invariants.Enabled {
		invariants.Hold(l.held[first] > 0, "I2", "the mark at offset %d is let go of and nobody holds it", first)
		if l.held[first]--; l.held[first] == 0 {
			delete(l.held, first)
		}
	}
}

// commit is I2 and I3.
func (l *ledger) commit(low int64) {
	if invariants.Enabled {
		for first := range l.held {
			invariants.Hold(low <= first, "I2", "offset %d is to be committed; the call at %d is not written", low, first)
		}
		invariants.Hold(low >= l.stands, "I3", "offset %d is to be committed after %d", low, l.stands)
	}
}

// versions holds, of one call, what has been said under each key and version. It is empty unless invariants are checked.
type versions struct {
	rows map[string]string
	live uint64 // the highest version of a flag raised while the call went on
}

// row is I6: what is said twice under one version is the same.
func (v *versions) row(key string, version uint64, row any) {
	if !invariants.Enabled {
		return
	}
	if v.rows == nil {
		v.rows = map[string]string{}
	}
	key = fmt.Sprintf("%s version %d", key, version)
	said := fmt.Sprintf("%+v", row)
	before, twice := v.rows[key]
	invariants.Hold(!twice || before == said, "I6", "two rows under %s:\n%s\n%s", key, before, said)
	v.rows[key] = said
}

func (v *versions) segment(r *store.SegmentRow) {
	if invariants.Enabled {
		v.row(fmt.Sprintf("segment %s %s %s %v", r.CallID, r.Kind, r.Leg, r.Start), r.Version, *r)
	}
}

func (v *versions) flag(r *store.FlagRow) {
	if invariants.Enabled {
		v.row("flag "+r.FlagID, r.Version, *r)
		if r.State == "open" {
			v.live = max(v.live, r.Version)
		}
	}
}

// final is I6 too: what is said of the whole call outlives all that was said before, in whatever order they are written.
func (v *versions) final(callID string, version uint64) {
	if invariants.Enabled {
		invariants.Hold(version > v.live, "I6", "call %s ends with version %d; a flag of version %d was raised while it went on", callID, version, v.live)
	}
}

// digest tells batches of different rows apart; "" unless invariants are checked.
func digest(b *store.Batch) string {
	if !invariants.Enabled {
		return ""
	}
	return fmt.Sprintf("%d calls, %d segments, %d flags: %+v", len(b.Calls), len(b.Segments), len(b.Flags), *b)
}
