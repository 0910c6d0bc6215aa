//go:build load

package load

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/earshot/earshot/pipeline"
)

// flags knows which flags are told when, and when each should have been at the earliest.
type flags struct {
	mu    sync.Mutex
	calls map[string]*told
}

// told is what is known of a call's flags.
type told struct {
	began, ended time.Time
	silent       time.Time            // when its silence is to be flagged; zero if none is to be
	expect       []string             // of an ended call, the rules that it breaks
	final        map[string]time.Time // by rule: when a flag was told that the call's end confirms
	open         map[string]raised    // by rule: the flag that was told while the call went on
}

type raised struct{ fact, told time.Time }

func newFlags(t *testing.T, broker string) *flags {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ConsumeTopics("earshot.flags"), kgo.FetchMaxWait(250*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	f := &flags{calls: map[string]*told{}}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			client.PollFetches(ctx).EachRecord(func(r *kgo.Record) { f.take(r.Value) })
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		client.Close()
	})
	return f
}

// begins tells of a call, and when dead air is a fact in it, if it is.
func (f *flags) begins(id string, at, silent time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[id] = &told{began: at, silent: silent, final: map[string]time.Time{}, open: map[string]raised{}}
}

func (f *flags) ends(id string, at time.Time, expect []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[id].ended, f.calls[id].expect = at, expect
}

func (f *flags) take(value []byte) {
	now := time.Now()
	var a pipeline.Alarm
	if json.Unmarshal(value, &a) != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.calls[a.CallID]
	if c == nil {
		return
	}
	switch a.State {
	case "open":
		// The one live rule that the calls break has a limit in seconds: from then on it is broken.
		if _, before := c.open[a.Rule]; !before && a.Rule == "dead-air" {
			c.open[a.Rule] = raised{c.began.Add(time.Duration((a.Start + a.Limit) * float64(time.Second))), now}
		}
	case "final":
		if _, before := c.final[a.Rule]; !before {
			c.final[a.Rule] = now
		}
	}
}

// between gives how late flags were whose facts lie between two times, in seconds: those raised while the call went on, and those of the
// call's end. A flag that never came is as late as can be by now.
func (f *flags) between(from, to time.Time) (live, final []float64, missing int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	for id, c := range f.calls {
		for _, r := range c.open {
			if in(r.fact) {
				live = append(live, r.told.Sub(r.fact).Seconds())
			}
		}
		if _, came := c.open["dead-air"]; !came && !c.silent.IsZero() && in(c.silent) {
			missing++
			live = append(live, time.Since(c.silent).Seconds())
		}
		if c.ended.IsZero() {
			continue
		}
		if in(c.ended) {
			for _, rule := range c.expect {
				at, came := c.final[rule]
				switch {
				case came:
					final = append(final, at.Sub(c.ended).Seconds())
				case rule == "abrupt-hangup": // a call that joined in late may have had its silence before
					missing++
					final = append(final, time.Since(c.ended).Seconds())
				}
			}
		}
		if c.ended.Before(from) {
			delete(f.calls, id)
		}
	}
	return live, final, missing
}
