package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/earshot/earshot/analyzers"
)

// detector tells of each 20 ms of a leg whether it is speech, and whether it is music if it knows music at all.
type detector struct {
	name  string
	music bool
	hear  func(pcm []float32) (speech, music []bool, err error)
}

func detectors(ctx context.Context, dir string) []detector {
	all := []detector{{"Earshot", true, func(pcm []float32) (speech, music []bool, err error) {
		analyzers.Listen(pcm, func(f *analyzers.Frame) {
			speech, music = append(speech, f.Speech), append(music, f.Music)
		})
		return speech, music, nil
	}}}
	for _, mode := range []string{"0", "1", "2", "3"} {
		all = append(all, detector{"WebRTC VAD, mode " + mode, false, func(pcm []float32) (speech, _ []bool, err error) {
			err = run(ctx, pcm, func(line string) error {
				speech = append(speech, line == "1")
				return nil
			}, filepath.Join(dir, "vad_frames"), mode)
			return speech, nil, err
		}})
	}
	all = append(all, detector{"Silero VAD 6.2, over 0.5", false, func(pcm []float32) (speech, _ []bool, err error) {
		err = run(ctx, pcm, func(line string) error {
			likely, err := strconv.ParseFloat(line, 64)
			speech = append(speech, likely > 0.5)
			return err
		}, filepath.Join(dir, "silero", "frames"))
		return speech, nil, err
	}})
	return append(all, detector{"Opus 1.3.1, smoothed over 1 s", true, func(pcm []float32) (speech, music []bool, err error) {
		var musical, active []float64
		// It analyses no rate lower than 16 kHz.
		err = run(ctx, doubled(pcm), func(line string) error {
			var m, a float64
			if _, err := fmt.Sscan(line, &m, &a); err != nil {
				return fmt.Errorf("cannot read %q: %w", line, err)
			}
			musical, active = append(musical, m), append(active, a)
			return nil
		}, filepath.Join(dir, "opus_frames"))
		for i, m := range smoothed(musical, active, 25) {
			sounds := active[i] > 0.5
			speech, music = append(speech, sounds && m <= 0.5), append(music, sounds && m > 0.5)
		}
		return speech, music, err
	}})
}

// run gives a program PCM of 16 bits and takes its output line by line.
func run(ctx context.Context, pcm []float32, take func(line string) error, program string, args ...string) error {
	var in bytes.Buffer
	samples := make([]int16, len(pcm))
	for i, v := range pcm {
		samples[i] = int16(min(max(v*32768, -32768), 32767))
	}
	if err := binary.Write(&in, binary.LittleEndian, samples); err != nil {
		return fmt.Errorf("cannot give it audio: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("cannot run %s: %w", program, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		if err := take(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// smoothed is the mean of each value and of those up to reach before and after it, weighed.
func smoothed(x, weight []float64, reach int) []float64 {
	sums, weights := make([]float64, len(x)+1), make([]float64, len(x)+1)
	for i, v := range x {
		sums[i+1], weights[i+1] = sums[i]+v*weight[i], weights[i]+weight[i]
	}
	out := make([]float64, len(x))
	for i := range x {
		from, to := max(0, i-reach), min(len(x), i+reach+1)
		if w := weights[to] - weights[from]; w > 0 {
			out[i] = (sums[to] - sums[from]) / w
		}
	}
	return out
}

// halfway are the weights of the samples after the middle between two, by a windowed sinc.
var halfway = func() (h [16]float32) {
	for i := range h {
		d := float64(i) + 0.5
		h[i] = float32(math.Sin(math.Pi*d) / (math.Pi * d) * (0.5 + 0.5*math.Cos(math.Pi*d/float64(len(h)))))
	}
	return h
}()

// doubled is pcm at twice its sample rate.
func doubled(pcm []float32) []float32 {
	out := make([]float32, 2*len(pcm))
	for i, v := range pcm {
		out[2*i] = v
		sum := float32(0)
		for k, h := range halfway {
			if i-k >= 0 {
				sum += h * pcm[i-k]
			}
			if i+1+k < len(pcm) {
				sum += h * pcm[i+1+k]
			}
		}
		out[2*i+1] = sum
	}
	return out
}
