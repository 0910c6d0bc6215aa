package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// nextPage is where a page of the inbox says the next one is.
var nextPage = regexp.MustCompile(`<p class="more"><a class="button" href="([^"]+)"`)

// scroll goes through all that waits as the inbox's script does, page after page to the end, and prints by depth how long
// a page took.
func scroll(ctx context.Context, s *site, st *store.Store, out io.Writer) error {
	reader, err := s.signIn(ctx, st, store.AccountRow{Account: "bench-manager", Role: "manager", AllTeams: true})
	if err != nil {
		return err
	}
	type answer struct {
		flags, bytes int
		took         time.Duration
	}
	var all []answer
	total := 0
	for path := "/inbox?part=rows"; path != ""; {
		began := time.Now()
		text, err := reader.get(ctx, path)
		if err != nil {
			return err
		}
		a := answer{strings.Count(text, "data-flag="), len(text), time.Since(began)}
		if a.flags == 0 {
			return errors.New("a page of the inbox has no flag")
		}
		all, total = append(all, a), total+a.flags
		path = ""
		if next := nextPage.FindStringSubmatch(text); next != nil {
			path = html.UnescapeString(next[1]) + "&part=rows"
		}
		time.Sleep(between)
	}
	fmt.Fprintf(out, "\nscrolling through %d flags in %d pages\n\n", total, len(all))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "pages\tflags each\tKB each\tleast ms\tmedian ms\tp95 ms\t")
	for from, to := range byDepth(len(all)) {
		deep := slices.Clone(all[from:to])
		slices.SortFunc(deep, func(a, b answer) int { return int(a.took - b.took) })
		flags, bytes := 0, 0
		for _, a := range deep {
			flags, bytes = flags+a.flags, bytes+a.bytes
		}
		ms := func(i int) float64 { return float64(deep[i].took.Microseconds()) / 1000 }
		fmt.Fprintf(w, "%d to %d\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", from+1, to, flags/len(deep), bytes/len(deep)/1024, ms(0), ms(len(deep)/2), ms(len(deep)*95/100))
	}
	return w.Flush()
}

// byDepth splits so many pages into tenths: the first of each, and the one after its last.
func byDepth(pages int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		const depths = 10
		for d := range depths {
			if from, to := d*pages/depths, (d+1)*pages/depths; from < to && !yield(from, to) {
				return
			}
		}
	}
}
