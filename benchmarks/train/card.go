package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/earshot/earshot/benchmarks/sounds"
)

// knownFailures is what a reader of the card must know before the figures.
const knownFailures = `
The sounds' licences are in NOTICE; their packages, languages and sexes in benchmarks/sounds/manifest.txt.

What it fails at: voices more than a few dB under music; pieces with vocals, parts of which pass for speech; very soft music;
babble of many voices, which passes for music for seconds. Nobody in it raised their voice or spoke on a real telephone line.
`

// writeCard writes the model card: what the weights were made from, and the figures.
func writeCard(name, figures string, lib *sounds.Library, held without) error {
	var w strings.Builder
	w.WriteString("# The classifier's weights\n\n")
	for _, split := range []sounds.Split{sounds.Train, sounds.Tune, sounds.Test} {
		var names []string
		seconds := 0.0
		for _, v := range lib.Voices(split) {
			if split == sounds.Train && held.language != "" && primary(v.Language) == held.language {
				continue
			}
			names = append(names, v.Name)
			for _, c := range v.Clips {
				seconds += c.Seconds
			}
		}
		for _, t := range lib.Tracks(split) {
			if split == sounds.Train && t.Package == held.pkg {
				continue
			}
			names = append(names, t.Name)
			seconds += t.Seconds
		}
		fmt.Fprintf(&w, "* %s (%.0f min): %s\n", split, seconds/60, strings.Join(names, ", "))
	}
	w.WriteString(knownFailures)
	w.WriteString("\n" + figures)
	if err := os.WriteFile(name, []byte(w.String()), 0o644); err != nil {
		return fmt.Errorf("cannot write model card: %w", err)
	}
	return nil
}
