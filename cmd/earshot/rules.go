package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/earshot/earshot/pipeline/rulebook"
)

type rulesCmd struct {
	Check rulesCheckCmd `cmd:"" help:"Check a rulebook; say what is wrong, with file and line."`
}

type rulesCheckCmd struct {
	rulebookFlags
	File string `arg:"" optional:"" help:"Rulebook to check; the built-in one by default."`
}

func (c *rulesCheckCmd) Run(s *streams) error {
	if c.File != "" {
		c.Rulebook = c.File
	}
	book, err := c.load()
	var refused *rulebook.LoadError
	if errors.As(err, &refused) {
		fmt.Fprintln(s.err, err)
		return exitCode(1)
	}
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, r := range book.Rules() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s %v %s\t%v points\t%s\t%s\n", r.ID, r.Title.ZH, r.Title.EN,
			strings.ReplaceAll(r.Comparison, "_", " "), r.Limit, r.Unit, r.Points, r.Class, strings.Join(r.Clauses, ", "))
	}
	w.Flush()
	fmt.Fprintf(s.out, "%d rules, version %s\n", len(book.Rules()), book.Version())
	return nil
}
