package sounds

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Import decodes a split out of unpacked packages, each in a folder of its name below `unpacked`, into dir. What is there
// is replaced as a whole or not at all.
func Import(dir, unpacked string, s Split) error {
	entries, err := Manifest()
	if err != nil {
		return err
	}
	at := filepath.Join(dir, string(s))
	part := at + ".part"
	if err := os.RemoveAll(part); err != nil {
		return fmt.Errorf("cannot clear the folder of sounds: %w", err)
	}
	var (
		jobs  = make(chan job)
		wait  sync.WaitGroup
		index = newIndexer(part)
	)
	for range runtime.NumCPU() {
		wait.Go(func() {
			for j := range jobs {
				index.take(j)
			}
		})
	}
	for _, pkg := range Packages(entries, s) {
		root := filepath.Join(unpacked, pkg)
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			if e := Match(entries, pkg, filepath.ToSlash(path)); e != nil && e.Split == s {
				jobs <- job{e, path, strings.TrimPrefix(path, root)}
			}
			return nil
		})
		if err != nil {
			break
		}
	}
	close(jobs)
	wait.Wait()
	if err != nil {
		return fmt.Errorf("cannot import sounds: %w", err)
	}
	if err := index.write(); err != nil {
		return fmt.Errorf("cannot import sounds: %w", err)
	}
	if err := os.RemoveAll(at); err != nil {
		return fmt.Errorf("cannot replace sounds: %w", err)
	}
	return os.Rename(part, at)
}

type job struct {
	entry      *Entry
	path, name string
}

type indexer struct {
	dir    string
	mutex  sync.Mutex
	voices map[string]*Voice
	tracks []*Track
	err    error
}

func newIndexer(dir string) *indexer { return &indexer{dir: dir, voices: map[string]*Voice{}} }

// take decodes and keeps a file. One that cannot be decoded is said and left out; a disk that fails is an error.
func (x *indexer) take(j job) {
	pcm, err := decode(j.path)
	if err != nil {
		slog.Warn("left out", "err", err)
		return
	}
	pcm = normalise(pcm)
	var file string
	if j.entry.Kind == "voice" {
		if pcm = trim(pcm); len(pcm) < Rate/5 {
			return
		}
		flat := strings.NewReplacer("/", "_", " ", "_").Replace(strings.TrimPrefix(j.name, "/"))
		file = filepath.Join("voice", j.entry.Name, strings.TrimSuffix(flat, filepath.Ext(flat))+".wav")
	} else {
		pcm = normalise(excerpt(pcm))
		file = filepath.Join("track", j.entry.Name+".wav")
	}
	err = os.MkdirAll(filepath.Dir(filepath.Join(x.dir, file)), 0o755)
	if err == nil {
		err = writeWAV(filepath.Join(x.dir, file), pcm)
	}
	seconds := float64(len(pcm)) / Rate
	x.mutex.Lock()
	defer x.mutex.Unlock()
	switch e := j.entry; {
	case err != nil:
		x.err = err
	case e.Kind == "track":
		x.tracks = append(x.tracks, &Track{Name: e.Name, Package: e.Package, File: file, Seconds: seconds})
	default:
		v := x.voices[e.Name]
		if v == nil {
			v = &Voice{Name: e.Name, Language: e.Language, Sex: e.Sex, Package: e.Package}
			x.voices[e.Name] = v
		}
		v.Clips = append(v.Clips, Clip{file, seconds})
	}
}

// write writes the index: in an order that does not depend on who was done first.
func (x *indexer) write() error {
	if x.err != nil {
		return x.err
	}
	var index Index
	for _, v := range x.voices {
		slices.SortFunc(v.Clips, func(a, b Clip) int { return strings.Compare(a.File, b.File) })
		long := 0
		for _, c := range v.Clips {
			if c.Seconds >= 1 {
				long++
			}
		}
		v.Fragments = long*3 < len(v.Clips)
		index.Voices = append(index.Voices, v)
	}
	index.Tracks = x.tracks
	slices.SortFunc(index.Voices, func(a, b *Voice) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(index.Tracks, func(a, b *Track) int { return strings.Compare(a.Name, b.Name) })
	if len(index.Voices)+len(index.Tracks) == 0 {
		return fmt.Errorf("no file of the manifest is there, expected the unpacked packages")
	}
	data, err := json.MarshalIndent(index, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(x.dir, IndexFile), data, 0o644)
}
