//go:build load

package load

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/benchmarks/livecalls"
	"github.com/earshot/earshot/benchmarks/stamp"
	"github.com/earshot/earshot/internal/examples"
)

var (
	earshot    = flag.String("earshot", "../../bin/earshot", "the program")
	plain      = flag.String("plain", "", "the program built without GOEXPERIMENT=simd, to be measured too")
	audio      = flag.String("audio", "../../.cache/audio", "prompts and hold music that calls are composed of")
	from       = flag.Int("from", 1000, "calls to begin with")
	step       = flag.Int("step", 500, "calls more in each step")
	most       = flag.Int("to", 10000, "calls to end with, if all goes well until then")
	settle     = flag.Duration("settle", 15*time.Second, "time that new calls take to begin, before a step is measured")
	window     = flag.Duration("window", 30*time.Second, "time that a step is measured for")
	batch      = flag.Duration("batch", 200*time.Millisecond, "audio of a leg in a record")
	partitions = flag.Int("partitions", 4, "of the calls' topic")
	profile    = flag.String("profile", "", "file for the worker's CPU profile of the last step; its heap's gets .heap added")
	out        = flag.String("out", "", "folder for load.md and load.json")
)

// inTime is how late the 99th of a hundred flags may be.
const inTime = 2 * time.Second

func TestLoad(t *testing.T) {
	stamped := stamp.New(t.Context())
	templates := compose(t)
	r := newReport(stamped)
	t.Run("as built", func(t *testing.T) { r.Climb = *newClimb(climb(t, *earshot, templates)) })
	if *plain != "" {
		t.Run("plain", func(t *testing.T) { r.Plain = newClimb(climb(t, *plain, templates)) })
	}
	fmt.Print("\n", r)
	if *out != "" {
		if err := r.write(*out); err != nil {
			t.Fatal(err)
		}
	}
}

// climb raises the number of calls until it is too high.
func climb(t *testing.T, program string, templates []template) []Step {
	t.Helper()
	s := newSite(t, program)
	f := newFlags(t, s.broker.Addr())
	sender := newSender(t, s.broker.Addr(), templates, f)
	var steps []Step
	for calls := *from; calls <= *most; calls += *step {
		sender.want(calls, *settle)
		sleep(t, *settle+5*time.Second)
		one := s.measure(sender, f, calls)
		steps = append(steps, one)
		fmt.Println(one)
		if one.Failed != "" {
			break
		}
	}
	if steps[0].Failed != "" {
		t.Errorf("%d calls are too many already: begin with fewer", *from)
	}
	return steps
}

// compose makes the templates that calls are like.
func compose(t *testing.T) []template {
	t.Helper()
	calls, err := examples.Typical(*audio, filepath.Join(t.TempDir(), "calls"), 12)
	if err != nil {
		t.Fatalf("cannot compose calls: %v; run make audio", err)
	}
	var all []template
	for _, c := range calls {
		made, err := livecalls.Read(t.Context(), c.WAV, *batch)
		if err != nil {
			t.Fatal(err)
		}
		one := template{Template: made, expect: c.Expect}
		if one.silence, err = listen(made); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(c.Expect, "dead-air") != (one.silence.broken > 0) {
			t.Fatalf("%s should break %v; dead air is flagged while it goes on: %+v", c.WAV, c.Expect, one.silence)
		}
		all = append(all, one)
		os.Remove(c.WAV)
	}
	return all
}

// template is what a call is like, and the rules that it breaks.
type template struct {
	*livecalls.Template
	expect  []string
	silence silence
}

func sleep(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-t.Context().Done():
	case <-time.After(d):
	}
}
