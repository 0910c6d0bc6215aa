//go:build load

package load

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/earshot/earshot/benchmarks/stamp"
)

// report is a run's: of the program as it is built, and of one built without SIMD if that was measured.
type report struct {
	stamp.Stamp
	Batch      string `json:"batch"`
	Partitions int    `json:"partitions"`
	Window     string `json:"window"`
	Climb
	Plain *Climb `json:"plain,omitempty"`
}

// Climb is the steps of a build.
type Climb struct {
	Best  *Step  `json:"best"` // the last that went well
	Steps []Step `json:"steps"`
}

func newReport(at stamp.Stamp) *report {
	return &report{Stamp: at, Batch: (*batch).String(), Partitions: *partitions, Window: (*window).String()}
}

func newClimb(steps []Step) *Climb {
	c := &Climb{Steps: steps}
	for i := range steps {
		if steps[i].Failed == "" {
			c.Best = &steps[i]
		}
	}
	return c
}

func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# How many live calls\n\n`make load` at %s.\n\n", r.Stamp)
	fmt.Fprintf(&b, "A sender, Apache Kafka (%d partitions), a worker and the ClickHouse engine share the machine. Typical calls of two legs go on in real\n", r.Partitions)
	fmt.Fprintf(&b, "time, %v of a leg in a record; as one ends another begins. Each step is measured for %v. From fact to flag counts from when the rule's\n", r.Batch, r.Window)
	fmt.Fprintf(&b, "limit is exceeded on the call's own clock until the flag is told, after ClickHouse has it. CPU is in cores; \"others\" is what else\nthe machine did meanwhile. A call's memory is the worker's heap after a collection, and its resident memory, by open calls.\n\n")
	b.WriteString(r.Climb.String())
	if r.Plain != nil {
		fmt.Fprintf(&b, "\n## One value at a time\n\nThe worker built without `GOEXPERIMENT=simd` (`make build SIMD=`), right after.\n\n%s", r.Plain)
	}
	return b.String()
}

// wanted is the number of calls that the goals are for.
const wanted = 4000

// aim is the step that the goals are for: the first that went well with as many calls as wanted, or else the best.
func (c *Climb) aim() *Step {
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Failed == "" && s.Calls >= wanted {
			return s
		}
	}
	return c.Best
}

func (c *Climb) String() string {
	var b strings.Builder
	if aim := c.aim(); aim != nil {
		b.WriteString(aim.said())
		if c.Best != aim {
			fmt.Fprintf(&b, "Most calls at once that went well: %d, p99 %.2f s, %.1f KiB of heap a call.\n", c.Best.Calls, c.Best.P99, c.Best.Heap/1024)
		}
	}
	fmt.Fprintf(&b, "\n| calls | p50 s | p99 s | flags | lag s | worker | broker | engine | sender | others | GC %% | heap KiB | RSS KiB | records/s | |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for _, s := range c.Steps {
		fmt.Fprintf(&b, "| %d | %.2f | %.2f | %d | %.2f → %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %.1f | %.1f | %.0f | %s |\n",
			s.Calls, s.P50, s.P99, s.Live+s.Final, s.LagFirst, s.LagLast, s.Worker, s.Broker, s.Engine, s.Sender, s.Others, 100*s.GC, s.Heap/1024, s.RSS/1024, s.Records, s.Failed)
	}
	return b.String()
}

// said is the step beside what was aimed at, and what bounds it.
func (s *Step) said() string {
	var b strings.Builder
	goal := func(what string, got, want float64, unit string, least bool) {
		met := "met"
		if least && got < want || !least && got > want {
			met = "missed"
		}
		sign := "≤"
		if least {
			sign = "≥"
		}
		fmt.Fprintf(&b, "| %s | %.4g %s | %s %.4g | %s |\n", what, got, unit, sign, want, met)
	}
	b.WriteString("| | measured | goal | |\n|---|--:|--:|---|\n")
	goal("calls at once", float64(s.Calls), wanted, "", true)
	goal("from fact to flag, p99", s.P99, inTime.Seconds(), "s", false)
	goal("memory a call, heap", s.Heap/1024, 64, "KiB", false)
	goal("garbage collection's share of the worker's CPU", 100*s.GC, 3, "%", false)
	sum := s.Worker + s.Broker + s.Engine + s.Sender + s.Others
	fmt.Fprintf(&b, "\nAt that, %.2f cores were busy: the worker with %.2f (%.0f µs for a second of a call), the broker with %.2f, the engine with %.2f, the\nsender with %.2f and others with %.2f. The processor is what bounds it.\n",
		sum, s.Worker, 1e6*s.Worker/s.Open, s.Broker, s.Engine, s.Sender, s.Others)
	return b.String()
}

func (r *report) write(dir string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "load.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "load.md"), []byte(r.String()), 0o644)
}
