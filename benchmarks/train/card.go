package main

import (
	"fmt"
	"os"
	"strings"
)

// writeCard writes the model card: what the weights were made from, and the figures.
func writeCard(name, figures string, audio map[string]*corpus) error {
	var w strings.Builder
	w.WriteString("# The classifier's weights\n\n")
	for _, split := range []string{"train", "dev", "test"} {
		var names []string
		minutes := 0
		for _, kind := range [][]*source{audio[split].voices, audio[split].tracks} {
			for _, s := range kind {
				names = append(names, s.name)
				for _, c := range s.clips {
					minutes += len(c)
				}
			}
		}
		fmt.Fprintf(&w, "* %s (%d min): %s\n", split, minutes/rate/60, strings.Join(names, ", "))
	}
	w.WriteString("\n" + figures)
	if err := os.WriteFile(name, []byte(w.String()), 0o644); err != nil {
		return fmt.Errorf("cannot write model card: %w", err)
	}
	return nil
}
