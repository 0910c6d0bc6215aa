package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
)

// limit is the growth that is let pass: figures differ by some 0.1 % from run to run. The start-up, which is not on the hot
// path, grows a little with every command and library.
func limit(name string) float64 {
	if name == startup {
		return 0.10
	}
	return 0.03
}

// figures are instruction counts, and what they were counted with.
type figures struct {
	Go   string `json:"go"`
	Arch string `json:"arch"`
	// Workloads by name: millions of instructions, in all for the start-up, otherwise for each second of the call over that.
	Workloads []figure `json:"workloads"`
}

type figure struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Count float64 `json:"count"`

	raw int64
}

func readFigures(file string) (*figures, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var f figures
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("cannot read the figures in %s: %w", file, err)
	}
	return &f, nil
}

func (f *figures) write(file string) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}

// add takes the instructions of a workload. The start-up's come first.
func (f *figures) add(w workload, instructions int64) {
	c := figure{Name: w.name, Unit: "million instructions", Count: float64(instructions) / 1e6, raw: instructions}
	if w.name != startup {
		c.Unit += " per second of the call"
		c.Count = float64(instructions-f.Workloads[0].raw) / 1e6 / w.length.Seconds()
	}
	c.Count = math.Round(c.Count*1000) / 1000
	f.Workloads = append(f.Workloads, c)
}

// compare prints the figures beside the committed ones and says whether one has grown over the limit, or is not among them.
func (f *figures) compare(w io.Writer, committed *figures) (grown bool) {
	before := map[string]float64{}
	for _, c := range committed.Workloads {
		before[c.Name] = c.Count
	}
	for _, c := range f.Workloads {
		was, known := before[c.Name]
		verdict := ""
		limit := limit(c.Name)
		switch change := c.Count/was - 1; {
		case !known:
			verdict, grown = "not among the committed figures", true
		case change > limit:
			verdict, grown = fmt.Sprintf("%+.1f %%: more than %+.0f %%", 100*change, 100*limit), true
		case change < -limit:
			verdict = fmt.Sprintf("%+.1f %%: commit it, so that it stays (make guard-update)", 100*change)
		default:
			verdict = fmt.Sprintf("%+.1f %%", 100*change)
		}
		fmt.Fprintf(w, "%s\t%.3f\t%s\tcommitted %.3f\t%s\n", c.Name, c.Count, c.Unit, was, verdict)
	}
	return grown
}
