package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/benchmarks/synthetic"
)

// workload is a file that earshot analyses.
type workload struct {
	name, file string
	length     time.Duration
	make       func(time.Duration) ([]byte, error)
	simd       bool // by the program built with GOEXPERIMENT=simd
}

// startup is what the others are counted over: they cost it too.
const startup = "start-up"

var workloads = []workload{
	{startup, "second.wav", time.Second, wav(synthetic.Typical), false},
	{"recording, typical", "typical.wav", 6 * time.Minute, wav(synthetic.Typical), false},
	{"recording, worst case", "worst.wav", time.Minute, wav(synthetic.Worst), false},
	{"RTP, typical", "typical.pcap", 2 * time.Minute, synthetic.Call(synthetic.Typical).Capture, false},
	{"recording, typical, SIMD", "typical.simd.wav", 6 * time.Minute, wav(synthetic.Typical), true},
	{"RTP, typical, SIMD", "typical.simd.pcap", 2 * time.Minute, synthetic.Call(synthetic.Typical).Capture, true},
}

func wav(c synthetic.Call) func(time.Duration) ([]byte, error) {
	return func(d time.Duration) ([]byte, error) { return c.WAV(d), nil }
}

// build compiles the program with a Go version, fetching that if it is not the one at hand, and with an experiment or none.
func build(ctx context.Context, version, experiment, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", to, "./cmd/earshot")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOEXPERIMENT="+experiment)
	if version != runtime.Version() {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+version)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build earshot with %s: %w\n%s", version, err, out)
	}
	return nil
}

var refs = regexp.MustCompile(`I\s+refs:\s+([\d,]+)`)

// count runs the program over the workload and returns the instructions it took.
func (w workload) count(ctx context.Context, program, dir string) (int64, error) {
	file := filepath.Join(dir, w.file)
	data, err := w.make(w.length)
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return 0, err
	}
	profile := filepath.Join(dir, strings.TrimSuffix(w.file, filepath.Ext(w.file))+filepath.Ext(w.file)+".out")
	cmd := exec.CommandContext(ctx, "valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file="+profile,
		program, "analyze", "--json", "--jobs", "1", file)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("cannot run %s: %w\n%s", cmd, err, said.Bytes())
	}
	if !bytes.Contains(out, []byte(`"segments":[{`)) && w.name != startup {
		return 0, fmt.Errorf("%s gave no segment, so nothing was measured: %s", file, out)
	}
	m := refs.FindSubmatch(said.Bytes())
	if m == nil {
		return 0, fmt.Errorf("valgrind did not say how many instructions it took:\n%s", said.Bytes())
	}
	return strconv.ParseInt(strings.ReplaceAll(string(m[1]), ",", ""), 10, 64)
}
