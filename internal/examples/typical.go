package examples

import (
	"fmt"
	"os"
	"time"

	"github.com/earshot/earshot/schemas"
)

// Typical composes calls as most are, some 3½ min each, for measuring what calls cost rather than for being looked at: the
// two talk in turn, some 40 % of the time each, and 8 % is hold music. In every third call nobody speaks for a while,
// and every third is ended by the agent right after the customer's word, so that there is something to flag.
func Typical(audioDir, outDir string, n int) ([]Example, error) {
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder of the typical calls: %w", err)
	}
	from := newSounds(audioDir)
	calls := make([]Example, n)
	for i := range calls {
		sc := typical(i)
		var err error
		if calls[i], err = compose(sc, from, outDir, time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)); err != nil {
			return nil, fmt.Errorf("cannot compose %s: %w", sc.name, err)
		}
	}
	return calls, nil
}

func typical(i int) script {
	desks := []desk{anna, bruno, carol, dario, esther}
	tracks := []string{coldDay, robotDity, simplicity, morningCoffee, system}
	sc := script{
		name: fmt.Sprintf("typical-%02d", i), as: AsRTP, desk: desks[i%len(desks)], customer: fmt.Sprintf("C2%04d", i), endedBy: customer,
		title: Title{"平常通话", "A call as most are"},
	}
	silent, abrupt := i%3 == 1, i%3 == 2
	if silent {
		sc.expect = []string{"dead-air"}
	}
	if abrupt {
		sc.expect, sc.endedBy = []string{"abrupt-hangup"}, schemas.Leg_LEG_AGENT
	}
	sc.tell = func(c *call) {
		c.greet()
		c.converse(55 * s)
		c.agentSays("pls-hold-while-try")
		c.hold(17*s, tracks[i%len(tracks)])
		c.pause(s)
		c.agentSays("queue-thankyou")
		c.converse(55 * s)
		if silent {
			c.silence(23 * s)
		}
		c.converse(45 * s)
		c.farewell()
		if abrupt {
			c.customerSays("goodbye")
		}
	}
	return sc
}

// converse has the two talk in turn for at least that long, the one as much as the other: what customers say is shorter, so
// they often go on.
func (c *call) converse(d time.Duration) {
	until := c.now() + d
	for turn := 0; c.now() < until && c.err == nil; turn++ {
		c.customerSays(c.next(customer, customerTalk))
		if turn%2 == 0 {
			c.customerSays(c.next(customer, customerTalk))
		}
		c.agentSays(c.next(agent, agentTalk))
	}
}
