package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/earshot/earshot/benchmarks/sounds"
)

// source is a voice with what it says, or a track.
type source struct {
	name  string
	clips [][]float32
	// least is the level of a frame of speech at least, in dBov: above the noise that the voice was recorded with.
	least float64
	// fragments says that it speaks words and syllables only.
	fragments bool
	seconds   float64
}

// corpus is the audio of one split. Voices that speak whole sentences are apart from those of fragments: there are more of
// these, and calls have more of those.
type corpus struct {
	whole, fragments []*source
	tracks           []*source
	// music made up is among the tracks of the split that teaches.
	madeUp bool
}

// voices are all of them.
func (c *corpus) voices() []*source { return slices.Concat(c.whole, c.fragments) }

// without names what is held out of a corpus, to see how far the classifier carries to what it knows nothing of.
type without struct{ language, pkg string }

// load reads a split.
func load(lib *sounds.Library, s sounds.Split, out without) (*corpus, error) {
	c := &corpus{madeUp: s == sounds.Train}
	for _, v := range lib.Voices(s) {
		if out.language != "" && primary(v.Language) == out.language {
			continue
		}
		voice, err := read(v)
		switch {
		case err != nil:
			return nil, err
		case !voice.settle():
		case v.Fragments:
			c.fragments = append(c.fragments, voice)
		default:
			c.whole = append(c.whole, voice)
		}
	}
	for _, t := range lib.Tracks(s) {
		if t.Package == out.pkg {
			continue
		}
		pcm, err := t.PCM()
		if err != nil {
			return nil, fmt.Errorf("cannot load track %s: %w", t.Name, err)
		}
		c.tracks = append(c.tracks, &source{name: t.Name, clips: [][]float32{pcm}})
	}
	if len(c.whole) == 0 || len(c.tracks) == 0 {
		return nil, fmt.Errorf("split %s holds %d voices and %d tracks of use, expected one of each at least", s, len(c.whole), len(c.tracks))
	}
	return c, nil
}

// primary is a language without its region: pt of pt-BR.
func primary(language string) string {
	primary, _, _ := strings.Cut(language, "-")
	return primary
}

func read(v *sounds.Voice) (*source, error) {
	const most = 700 // clips
	voice := &source{name: v.Name, fragments: v.Fragments}
	for i := range min(v.Len(), most) {
		pcm, err := v.Clip(i)
		if err != nil {
			return nil, fmt.Errorf("cannot load voice %s: %w", v.Name, err)
		}
		voice.clips = append(voice.clips, pcm)
		voice.seconds += v.Seconds(i)
	}
	return voice, nil
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
