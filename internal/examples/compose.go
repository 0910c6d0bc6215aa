package examples

import (
	"fmt"
	"github.com/earshot/earshot/internal/sound"
	"os"
	"path/filepath"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Compose makes every example from the audio in audioDir, and writes a WAV file and its sidecar for each into outDir.
// It says after each how many are done of how many; progress may be nil.
//
// The first time, the calls are said to have begun yesterday. Composed again into the same folder, they keep the day:
// a call is one and the same call however often it is composed.
func Compose(audioDir, outDir string, progress func(done, total int)) ([]Example, error) {
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder of the examples: %w", err)
	}
	var (
		from     = newSounds(audioDir)
		all      = scripts()
		day      = dayOf(outDir, all[0].name)
		examples = make([]Example, 0, len(all))
	)
	for i, sc := range all {
		e, err := compose(sc, from, outDir, day.Add(9*time.Hour+time.Duration(i)*10*time.Minute))
		if err != nil {
			return nil, fmt.Errorf("cannot compose example %s: %w", sc.name, err)
		}
		examples = append(examples, e)
		if progress != nil {
			progress(i+1, len(all))
		}
	}
	return examples, nil
}

func compose(sc script, from *sounds, outDir string, startedAt time.Time) (Example, error) {
	c := newCall(sc.name, from, sc.desk.voice, sc.desk.otherVoice())
	sc.tell(c)
	if err := c.finish(); err != nil {
		return Example{}, err
	}
	path := filepath.Join(outDir, sc.name+".wav")
	tracks := [][]float32{c.tracks[agent], c.tracks[customer]}
	legs := []schemas.Leg{agent, customer}
	if sc.mono {
		tracks, legs = [][]float32{sum(tracks[0], tracks[1])}, []schemas.Leg{schemas.Leg_LEG_MIXED}
	}
	// The sidecar first: whoever sees the recording finds its facts beside it.
	if err := writeSidecar(path, sidecar(sc, legs, c.events, startedAt)); err != nil {
		return Example{}, err
	}
	if err := writeWAV(path, tracks); err != nil {
		return Example{}, err
	}
	return Example{
		Name: sc.name, WAV: path, Sidecar: ingest.SidecarPath(path),
		Title: sc.title, Expect: sc.expect, As: sc.as, Length: c.now(), Truth: c.truth,
	}, nil
}

// dayOf is the day of the example of that name if it has been composed before, else yesterday.
func dayOf(dir, name string) time.Time {
	day := time.Now().AddDate(0, 0, -1)
	if rec, err := ingest.LoadSidecar(filepath.Join(dir, name+".wav")); err == nil && rec.StartedAt != nil {
		day = rec.StartedAt.AsTime()
	}
	return day.UTC().Truncate(24 * time.Hour)
}

func sum(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i := range out {
		out[i] = float32(sound.Limited(float64(a[i] + b[i])))
	}
	return out
}
