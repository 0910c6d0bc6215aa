// Command roofline compares what judging a frame takes of a processor's arithmetic and of its memory with what the machine
// has of both, both measured here: which of the two bounds the work, and how near it comes.
//
//	make roofline
//
// Valgrind's lackey counts operations by the type of their values, its cachegrind simulates the caches of this processor. Both
// take the program over the start-up, on one thread without garbage collection.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/earshot/earshot/benchmarks/stamp"
	"github.com/earshot/earshot/benchmarks/synthetic"
)

// runs is how often the program's time is taken.
const runs = 5

// workloads are as short as they may be: 8 % of the typical call is its hold's end, and the worst case is the same everywhere.
var workloads = []struct {
	name   string
	call   synthetic.Call
	length time.Duration
}{
	{"typical call", func(leg int, second float64) (voice, music bool) { return synthetic.Typical(leg, second+27) }, 25 * time.Second},
	{"worst case", synthetic.Worst, 10 * time.Second},
}

func main() {
	dir := flag.String("dir", ".cache/roofline", "where calls and program are kept")
	out := flag.String("out", "benchmarks", "folder of roofline.md and roofline.json")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "roofline:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, out string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	p := program{path: filepath.Join(dir, "earshot"), dir: dir}
	if said, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", p.path, "./cmd/earshot").CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build earshot: %w\n%s", err, said)
	}
	r := &report{Stamp: stamp.New(ctx), Machine: measureMachine()}
	start, err := p.counts(ctx, "second.wav", synthetic.Call(synthetic.Typical).WAV(time.Second))
	if err != nil {
		return err
	}
	for _, w := range workloads {
		c, err := p.counts(ctx, w.name+".wav", w.call.WAV(w.length))
		if err != nil {
			return err
		}
		r.Rows = append(r.Rows, c.over(start).row(w.name, w.length-time.Second))
	}
	return r.write(out)
}

// program is Earshot on one thread.
type program struct{ path, dir string }

// counts are what a run took.
type counts struct {
	operations, bytes float64 // of floating point and vectors; loaded and stored
	beyondL1, beyond  float64 // bytes that the first cache did not have, and that the last did not
	seconds           float64
}

func (c counts) over(start counts) counts {
	return counts{c.operations - start.operations, c.bytes - start.bytes, c.beyondL1 - start.beyondL1, c.beyond - start.beyond, c.seconds - start.seconds}
}

func (p *program) counts(ctx context.Context, name string, wav []byte) (c counts, err error) {
	file := filepath.Join(p.dir, name)
	if err := os.WriteFile(file, wav, 0o644); err != nil {
		return c, err
	}
	said, _, err := p.run(ctx, file, "valgrind", "--tool=lackey", "--basic-counts=no", "--detailed-counts=yes")
	if err != nil {
		return c, err
	}
	if c.operations, c.bytes, err = readLackey(said); err != nil {
		return c, err
	}
	said, _, err = p.run(ctx, file, "valgrind", "--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file="+os.DevNull)
	if err != nil {
		return c, err
	}
	if c.beyondL1, c.beyond, err = readCachegrind(said); err != nil {
		return c, err
	}
	for i := range runs {
		_, took, err := p.run(ctx, file)
		if err != nil {
			return c, err
		}
		if s := took.Seconds(); i == 0 || s < c.seconds {
			c.seconds = s
		}
	}
	return c, nil
}

// run has the program analyse a file, under another if one is given, and returns what that said and the processor's time.
func (p *program) run(ctx context.Context, file string, under ...string) ([]byte, time.Duration, error) {
	args := append(under, p.path, "analyze", "--json", "--jobs", "1", file)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return nil, 0, fmt.Errorf("cannot run %s: %w\n%s", cmd, err, said.Bytes())
	}
	return said.Bytes(), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// Row is what a frame takes.
type Row struct {
	Name       string  `json:"name"`
	Operations float64 `json:"operations_per_frame"`
	Bytes      float64 `json:"bytes_per_frame"`
	BeyondL1   float64 `json:"bytes_beyond_first_cache_per_frame"`
	Beyond     float64 `json:"bytes_from_memory_per_frame"`
	Nanos      float64 `json:"ns_per_frame"`
}

func (c counts) row(name string, length time.Duration) Row {
	all := 2 * length.Seconds() * 50 // of both legs
	return Row{name, c.operations / all, c.bytes / all, c.beyondL1 / all, c.beyond / all, 1e9 * c.seconds / all}
}

type report struct {
	stamp.Stamp
	Machine machine `json:"machine_has"`
	Rows    []Row   `json:"rows"`
}

func (r *report) String() string {
	var b bytes.Buffer
	m := r.Machine
	fmt.Fprintf(&b, "# What bounds a frame\n\n`make roofline` at %s.\n\n", r.Stamp)
	fmt.Fprintf(&b, "One core does %.1f billion operations of float32 a second in plain Go, reads %.0f GB/s from its first cache, %.0f GB/s from its second and\n%.1f GB/s from memory, measured just before.\n\n",
		m.Operations/1e9, m.First/1e9, m.Second/1e9, m.Memory/1e9)
	b.WriteString("| 20 ms of a leg | operations | bytes loaded and stored | beyond the first cache | from memory | operations for a byte of memory | ns | of the core's operations | of its memory |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.0f | %.1f | %.0f | %.0f | %.0f %% | %.2f %% |\n", row.Name, row.Operations, row.Bytes, row.BeyondL1, row.Beyond, row.Operations/max(row.Beyond, 1),
			row.Nanos, 100*row.Operations/row.Nanos*1e9/m.Operations, 100*row.Beyond/row.Nanos*1e9/m.Memory)
	}
	fmt.Fprintf(&b, "\nThe roof bends at %.1f operations for a byte of memory: what has more is bound by the core, not by memory. Operations are those on floating\npoint and vectors, moves between the two kinds of registers included, so at most that many; the nets' whole numbers are not among them.\n", m.Operations/m.Memory)
	return b.String()
}

func (r *report) write(dir string) error {
	fmt.Print(r)
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "roofline.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "roofline.md"), []byte(r.String()), 0o644)
}
