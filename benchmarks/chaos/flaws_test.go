package chaos

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// flaws reads what unlike gave. A call whose sender was held up by the brokers for as long as calls are waited for has been
// abandoned with reason; no other has.
func flaws(rows string, heldUp, idleEnd time.Duration) (all []error) {
	for line := range strings.Lines(rows) {
		var call, state string
		var lost int
		if _, err := fmt.Sscanf(line, "%s\t%s\t%d", &call, &state, &lost); err != nil {
			all = append(all, fmt.Errorf("cannot read %q: %w", line, err))
			continue
		}
		if state == "abandoned" && lost == 0 && heldUp >= idleEnd {
			continue
		}
		all = append(all, fmt.Errorf("call %s, which nobody disturbed, is %s and lacks %d records: not all that was sent is in Kafka", call, state, lost))
	}
	return all
}

func TestFlaws(t *testing.T) {
	for _, c := range []struct {
		rows   string
		heldUp time.Duration
		want   int
	}{
		{"", 0, 0},
		{"gap\tended\t64\n", 2 * time.Minute, 1}, // no broker's absence loses a record
		{"silent\tabandoned\t0\nfaulty\tfailed\t0\n", 59 * time.Second, 2},
		{"silent\tabandoned\t0\nfaulty\tfailed\t0\n", time.Minute, 1},
		{"both\tabandoned\t7", time.Minute, 1},
		{"no row", 0, 1},
	} {
		if got := flaws(c.rows, c.heldUp, time.Minute); len(got) != c.want {
			t.Errorf("%q, held up for %v: %v, expected %d", c.rows, c.heldUp, got, c.want)
		}
	}
}
