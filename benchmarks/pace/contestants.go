package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/earshot/earshot/benchmarks/synthetic"
)

// hours are the files of an hour, and of less.
type hours struct {
	typical, worst string // both legs
	pcm8, pcm16    string // the agent's leg of the typical call without header, at 8 and 16 kHz
	second         string // the typical call's first
}

func writeSounds(dir string) (hours, error) {
	s := hours{}
	hour := synthetic.Call(synthetic.Typical).WAV(time.Hour)
	leg := make([]byte, 0, len(hour)/2)
	for at := 44; at < len(hour); at += 4 {
		leg = append(leg, hour[at:at+2]...)
	}
	// 16 kHz by holding each sample: what the peer does with it costs the same.
	twice := make([]byte, 0, 2*len(leg))
	for at := 0; at < len(leg); at += 2 {
		twice = append(twice, leg[at], leg[at+1], leg[at], leg[at+1])
	}
	for _, f := range []struct {
		to   *string
		name string
		data []byte
	}{
		{&s.typical, "typical.wav", hour},
		{&s.worst, "worst.wav", synthetic.Call(synthetic.Worst).WAV(time.Hour)},
		{&s.second, "second.wav", synthetic.Call(synthetic.Typical).WAV(time.Second)},
		{&s.pcm8, "leg8.raw", leg},
		{&s.pcm16, "leg16.raw", twice},
	} {
		*f.to = filepath.Join(dir, f.name)
		if err := os.WriteFile(*f.to, f.data, 0o644); err != nil {
			return s, err
		}
	}
	return s, nil
}

// contestant is a program and what it is given.
type contestant struct {
	name, does string
	legs       int
	stdin      string
	args       []string
}

// programs are Earshot's builds.
type programs struct{ plain, wide string }

func contestants(p programs, peers string, s hours) []contestant {
	ffmpeg := func(filter, does string) contestant {
		return contestant{"ffmpeg " + filter, does, 1, "", []string{"ffmpeg", "-nostdin", "-v", "quiet", "-threads", "1", "-filter_threads", "1",
			"-f", "s16le", "-ar", "8000", "-ac", "1", "-i", s.pcm8, "-af", filter, "-f", "null", "-"}}
	}
	earshot := func(name, does, program, file string) contestant {
		return contestant{name, does, 2, "", []string{program, "analyze", "--json", "--jobs", "1", file}}
	}
	return []contestant{
		earshot("Earshot", "everything it measures, and the rules", p.plain, s.typical),
		earshot("Earshot, worst case", "the same, music and speech on both legs throughout", p.plain, s.worst),
		earshot("Earshot with SIMD", "as the first, built with GOEXPERIMENT=simd", p.wide, s.typical),
		earshot("Earshot with SIMD, worst case", "as the second, built with GOEXPERIMENT=simd", p.wide, s.worst),
		ffmpeg("silencedetect", "silence"),
		ffmpeg("ebur128", "loudness"),
		ffmpeg("aspectralstats", "spectral figures"),
		{"WebRTC VAD, mode 2", "voice activity", 1, s.pcm8, []string{filepath.Join(peers, "vad_frames"), "2"}},
		{"Silero VAD 6.2", "voice activity, by ONNX Runtime", 1, s.pcm8, []string{filepath.Join(peers, "silero", "frames")}},
		{"Opus 1.3 analysis", "speech or music", 1, s.pcm16, []string{filepath.Join(peers, "opus_frames")}},
	}
}

// run runs the program once and returns the processor time that it took, in seconds.
func (c contestant) run(ctx context.Context) (float64, error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	if c.stdin != "" {
		f, err := os.Open(c.stdin)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("cannot run %s: %w\n%s", c.name, err, said.Bytes())
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}
