package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/sound"
)

// readWAV gives the first leg of a recording, as ingest hears it.
func readWAV(ctx context.Context, path string) ([]float32, error) {
	r, err := ingest.OpenFile(path, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var c collector
	if _, err := r.Run(ctx, &c); err != nil {
		return nil, err
	}
	return c.pcm, nil
}

// collector keeps the audio of the first leg.
type collector struct{ pcm []float32 }

func (c *collector) Tick(_ int, legs []ingest.Audio) { c.pcm = append(c.pcm, legs[0].PCM...) }
func (c *collector) Event(ingest.Event)              {}

// wavFiles are the WAV files of a folder, sorted.
func wavFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot read the folder: %w", err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && strings.EqualFold(filepath.Ext(e.Name()), ".wav") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no .wav file in the folder %s", dir)
	}
	slices.Sort(files)
	return files, nil
}

// trimmed leaves out what is more than 40 dB under the loudest frame at both ends.
func trimmed(pcm []float32) []float32 {
	const n = ingest.TickSamples
	levels := sound.FrameLevels(pcm)
	if len(levels) == 0 {
		return nil
	}
	least := slices.Max(levels) * sound.Power(-40)
	from, to := 0, len(levels)
	for from < to && levels[from] <= least {
		from++
	}
	for to > from && levels[to-1] <= least {
		to--
	}
	return pcm[from*n : to*n]
}

// amplified is pcm louder by dB; what passes full scale is clipped, as a telephone does.
func amplified(pcm []float32, dB float64) []float32 {
	gain := float32(math.Pow(10, dB/20))
	out := make([]float32, len(pcm))
	for i, v := range pcm {
		out[i] = min(max(v*gain, -1), 1)
	}
	return out
}
