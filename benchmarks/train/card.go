package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/earshot/earshot/benchmarks/sounds"
)

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
	w.WriteString("\n" + figures)
	if err := os.WriteFile(name, []byte(w.String()), 0o644); err != nil {
		return fmt.Errorf("cannot write model card: %w", err)
	}
	return nil
}
