package sounds

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Rate in Hz is that of all sounds, Level their active level in dBov.
const (
	Rate  = 8000
	Level = -26
)

// IndexFile is where a split's folder says what it holds.
const IndexFile = "index.json"

// Library is a folder of fetched sounds.
type Library struct {
	voices map[Split][]*Voice
	tracks map[Split][]*Track
}

// Index is what IndexFile holds.
type Index struct {
	Voices []*Voice
	Tracks []*Track
}

// Voice is one speaker.
type Voice struct {
	Name, Language, Sex, Package string
	// Fragments says that it has words and syllables only, no sentences.
	Fragments bool
	// Clips are the files, relative to the split's folder, and how long each is.
	Clips []Clip

	dir  string
	once []func() ([]float32, error)
}

// Clip is a file and its length in seconds.
type Clip struct {
	File    string
	Seconds float64
}

// Track is a piece of music.
type Track struct {
	Name, Package string
	File          string
	Seconds       float64

	once func() ([]float32, error)
}

// Open reads what a folder holds. A split that was not fetched has no voices.
func Open(dir string) (*Library, error) {
	l := &Library{voices: map[Split][]*Voice{}, tracks: map[Split][]*Track{}}
	found := 0
	for _, s := range []Split{Train, Tune, Test} {
		at := filepath.Join(dir, string(s))
		data, err := os.ReadFile(filepath.Join(at, IndexFile))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("cannot open sounds: %w", err)
		}
		var index Index
		if err := json.Unmarshal(data, &index); err != nil {
			return nil, fmt.Errorf("cannot open sounds: %s: %w", filepath.Join(at, IndexFile), err)
		}
		for _, v := range index.Voices {
			v.dir = at
			for _, c := range v.Clips {
				v.once = append(v.once, reader(filepath.Join(at, c.File)))
			}
		}
		for _, t := range index.Tracks {
			t.once = reader(filepath.Join(at, t.File))
		}
		slices.SortFunc(index.Voices, func(a, b *Voice) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(index.Tracks, func(a, b *Track) int { return strings.Compare(a.Name, b.Name) })
		l.voices[s], l.tracks[s] = index.Voices, index.Tracks
		found++
	}
	if found == 0 {
		return nil, fmt.Errorf("cannot open sounds: %s holds no split, expected %s (go run ./benchmarks/sounds/fetch -dir %s)", dir, filepath.Join("test", IndexFile), dir)
	}
	return l, nil
}

// reader reads a file the first time that it is asked for.
func reader(path string) func() ([]float32, error) {
	return sync.OnceValues(func() ([]float32, error) { return readWAV(path) })
}

// Voices of a split, by name.
func (l *Library) Voices(s Split) []*Voice { return l.voices[s] }

// Tracks of a split, by name.
func (l *Library) Tracks(s Split) []*Track { return l.tracks[s] }

// Len is how many clips the voice has.
func (v *Voice) Len() int { return len(v.Clips) }

// Seconds is how long a clip is.
func (v *Voice) Seconds(i int) float64 { return v.Clips[i].Seconds }

// Clip is one thing that the voice says, from its first sound to its last. It is shared: not to be written to.
func (v *Voice) Clip(i int) ([]float32, error) { return v.once[i]() }

// PCM is the piece. It is shared: not to be written to.
func (t *Track) PCM() ([]float32, error) { return t.once() }
