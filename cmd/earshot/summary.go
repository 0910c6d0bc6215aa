package main

import (
	"fmt"
	"io"
	"time"
)

// summary is what `analyze` prints of a call without --json.
func summary(w io.Writer, r *report) error {
	by := r.EndedBy
	if by == "" {
		by = "unknown"
	}
	fmt.Fprintf(w, "%s  %s  ended by %s  score %v\n", r.CallID, clock(r.Duration), by, r.Score.Score)
	for _, f := range r.Flags {
		note := ""
		if f.State != "final" {
			note = "  (" + f.State + ": " + f.Reason + ")"
		}
		fmt.Fprintf(w, "  ⚑ %s–%s  %-20s measured %-8v limit %-6v −%v  %s  %s%s\n",
			clock(f.Start), clock(f.End), f.Rule, f.Measured, f.Limit, f.Points, f.Class, f.Clause, note)
	}
	for _, s := range r.Segments {
		if s.Kind == "hold" {
			fmt.Fprintf(w, "    %s–%s  hold  %.1f s  (%s)\n", clock(s.Start), clock(s.End), s.Value, s.Source)
		}
	}
	for _, n := range r.NotAssessable {
		fmt.Fprintf(w, "    not assessable: %s: %s\n", n.Rule, n.Reason)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func clock(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond)
	m := int(d.Minutes())
	return fmt.Sprintf("%d:%04.1f", m, (d - time.Duration(m)*time.Minute).Seconds())
}
