package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is a voice with its prompts, or a track.
type source struct {
	name  string
	clips [][]float32
	// least is the level of a frame of speech at least, in dBov: above the noise that the voice was recorded with.
	least float64
}

// corpus is the audio of one split.
type corpus struct{ voices, tracks []*source }

type entry struct {
	split, kind, name string
	files             *regexp.Regexp
}

func readSplits(name string) ([]entry, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read splits: %w", err)
	}
	defer file.Close()
	var entries []entry
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] == "#" || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 4 {
			return nil, fmt.Errorf("cannot read splits: %s:%d: %d fields, expected split, kind, name, files", name, n, len(fields))
		}
		files, err := regexp.Compile(fields[3])
		if err != nil {
			return nil, fmt.Errorf("cannot read splits: %s:%d: %w", name, n, err)
		}
		entries = append(entries, entry{fields[0], fields[1], fields[2], files})
	}
	return entries, lines.Err()
}

// load reads the audio of every split below a folder. Decoded audio is kept in a cache folder.
func load(data, cache, splits string) (map[string]*corpus, error) {
	entries, err := readSplits(splits)
	if err != nil {
		return nil, err
	}
	all := map[string]*corpus{"train": {}, "dev": {}, "test": {}}
	voices := map[string]*source{}
	err = filepath.WalkDir(data, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		e, called := match(entries, filepath.ToSlash(name))
		if e == nil {
			return nil
		}
		pcm, err := decode(name, cache)
		if err != nil {
			return err
		}
		c := all[e.split]
		if e.kind == "music" {
			c.tracks = append(c.tracks, &source{name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), clips: [][]float32{excerpt(pcm)}})
			return nil
		}
		v := voices[called]
		if v == nil {
			v = &source{name: called}
			voices[called], c.voices = v, append(c.voices, v)
		}
		if pcm = trim(pcm); len(pcm) > rate/5 && len(v.clips) < 700 {
			v.clips = append(v.clips, pcm)
		}
		return nil
	})
	for _, c := range all {
		c.voices = slices.DeleteFunc(c.voices, func(v *source) bool { return !v.settle() })
	}
	return all, err
}

// settle finds the level above which the voice speaks: 25 dB under its active level, or above the noise of the recording.
// It reports whether the two are far enough apart for the energy to tell what is speech.
func (s *source) settle() bool {
	var levels []float64
	for _, clip := range s.clips {
		for n := 0; n+frame <= len(clip); n += frame {
			levels = append(levels, level(clip[n:n+frame]))
		}
	}
	if len(levels) == 0 {
		return false
	}
	slices.Sort(levels)
	noise := levels[len(levels)*3/100]
	s.least = max(standard-25, noise+8)
	if noise > standard-14 { // cut so closely that no pause is left to measure noise in
		s.least = standard - 25
	}
	return s.least < standard-16
}

// match finds the entry for a file, and the name it gives the file's source. A file to be left out is named by a line of the
// split `none`, wherever it stands.
func match(entries []entry, path string) (found *entry, name string) {
	for i := range entries {
		e := &entries[i]
		at := e.files.FindStringSubmatchIndex(path)
		if at == nil {
			continue
		}
		if e.split == "none" {
			return nil, ""
		}
		if found == nil {
			found, name = e, string(e.files.ExpandString(nil, e.name, path, at))
		}
	}
	return found, name
}

// excerpt is at most four minutes of a track, from its middle, so that no long track outweighs the others.
func excerpt(pcm []float32) []float32 {
	const most = 240 * rate
	if len(pcm) > most {
		from := (len(pcm) - most) / 2
		pcm = pcm[from : from+most]
	}
	return normalise(pcm)
}

// decode gives a file's audio at 8 kHz, mono.
func decode(name, cache string) ([]float32, error) {
	kept := filepath.Join(cache, strings.NewReplacer("/", "_", " ", "_").Replace(strings.TrimPrefix(name, "/"))+".s16")
	raw, err := os.ReadFile(kept)
	if err != nil {
		args := []string{"-v", "error", "-i", name, "-ac", "1", "-ar", "8000", "-f", "s16le", "-"}
		if strings.HasSuffix(name, ".gsm") {
			args = slices.Insert(args, 2, "-f", "gsm")
		}
		if raw, err = exec.Command("ffmpeg", args...).Output(); err != nil {
			return nil, fmt.Errorf("cannot decode %s with ffmpeg: %w", name, err)
		}
		if err := os.WriteFile(kept, raw, 0o644); err != nil {
			return nil, fmt.Errorf("cannot keep decoded audio: %w", err)
		}
	}
	pcm := make([]float32, len(raw)/2)
	for i := range pcm {
		pcm[i] = float32(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / 32768
	}
	return pcm, nil
}

// trim cuts the silence at both ends and brings the rest to the standard level.
func trim(pcm []float32) []float32 {
	pcm = normalise(pcm)
	from, to := len(pcm), 0
	for n := 0; n+frame <= len(pcm); n += frame {
		if level(pcm[n:n+frame]) > standard-35 {
			from, to = min(from, n), n+frame
		}
	}
	if from >= to {
		return nil
	}
	return pcm[max(from-frame, 0):min(to+frame, len(pcm))]
}
