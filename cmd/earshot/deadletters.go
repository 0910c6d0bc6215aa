package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/deadletters"
)

type deadLettersCmd struct {
	List   deadLettersListCmd   `cmd:"" help:"List the records that could not be used, and why."`
	Show   deadLettersShowCmd   `cmd:"" help:"Show one in full."`
	Replay deadLettersReplayCmd `cmd:"" help:"Send again what could not be used, once its cause is mended: a recording by itself, of a live call all its records."`
}

// letterFilter chooses dead letters.
type letterFilter struct {
	kafkaFlags
	Reason string `placeholder:"REASON" enum:",undecodable,invalid,media,recording,failed" default:"" help:"Those with this reason: undecodable, invalid, media, recording or failed."`
	Call   string `placeholder:"ID" help:"Those of this call."`
}

func (f *letterFilter) wants(l *deadletters.Letter) bool {
	return (f.Reason == "" || l.Reason == pipeline.Reason(f.Reason)) && (f.Call == "" || l.Key == f.Call)
}

// read gives the letters that are wanted, by the time of their records.
func (f *letterFilter) read(ctx context.Context, s *streams, want func(*deadletters.Letter) bool) ([]*deadletters.Letter, error) {
	k, err := f.connection()
	if err != nil {
		return nil, err
	}
	letters, err := deadletters.Read(ctx, k, f.Topic.DeadLetters, want, func(err error) { fmt.Fprintf(s.err, "earshot: %v\n", err) })
	slices.SortStableFunc(letters, func(a, b *deadletters.Letter) int { return a.Time.Compare(b.Time) })
	return letters, err
}

type deadLettersListCmd struct {
	letterFilter
	All  bool `help:"Also those that were replayed."`
	JSON bool `name:"json" help:"One JSON object per dead letter."`
}

func (c *deadLettersListCmd) Run(ctx context.Context, s *streams) error {
	letters, err := c.read(ctx, s, c.wants)
	if err != nil {
		return err
	}
	if !c.All {
		letters = slices.DeleteFunc(letters, func(l *deadletters.Letter) bool { return l.Replayed != nil })
	}
	if c.JSON {
		return writeJSON(s, letters)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, l := range letters {
		state := ""
		if l.Replayed != nil {
			state = "replayed " + local(*l.Replayed)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.ID, local(l.Time), l.Key, l.Reason, shortened(l.Error, 90), state)
	}
	w.Flush()
	if len(letters) == 0 {
		fmt.Fprintln(s.err, "no dead letters")
	}
	return nil
}

func writeJSON(s *streams, letters []*deadletters.Letter) error {
	out := json.NewEncoder(s.out)
	for _, l := range letters {
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

func local(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// shortened fits a text into a line of a table.
func shortened(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

type deadLettersReplayCmd struct {
	letterFilter
	IDs    []string `arg:"" optional:"" name:"id" help:"Dead letters, as list names them."`
	All    bool     `help:"All that were not replayed yet."`
	DryRun bool     `help:"Only say what would be sent again."`
}

func (c *deadLettersReplayCmd) Run(ctx context.Context, s *streams) error {
	if len(c.IDs) == 0 && !c.All && c.Reason == "" && c.Call == "" {
		fmt.Fprintln(s.err, "earshot: replay what? expected ids as in `earshot deadletters list`, --call, --reason or --all")
		return exitCode(usageError)
	}
	letters, err := c.read(ctx, s, func(l *deadletters.Letter) bool {
		return c.wants(l) && (len(c.IDs) == 0 || slices.Contains(c.IDs, l.ID))
	})
	if err != nil {
		return err
	}
	failed := false
	for _, id := range c.IDs {
		if !slices.ContainsFunc(letters, func(l *deadletters.Letter) bool { return l.ID == id }) {
			fmt.Fprintf(s.err, "earshot: no dead letter %s\n", id)
			failed = true
		}
	}
	if len(c.IDs) == 0 { // one that is named is sent again as often as it is asked for
		letters = slices.DeleteFunc(letters, func(l *deadletters.Letter) bool { return l.Replayed != nil })
	}
	if c.DryRun {
		for _, l := range letters {
			fmt.Fprintf(s.out, "%s\tcall %s\twould be sent again\n", l.ID, l.Key)
		}
	} else if err := c.replay(ctx, s, letters); err != nil {
		return err
	}
	if failed {
		return exitCode(1)
	}
	return nil
}

// replay sends what it can, and fails if it could not send all.
func (c *deadLettersReplayCmd) replay(ctx context.Context, s *streams, letters []*deadletters.Letter) error {
	k, err := c.connection()
	if err != nil {
		return err
	}
	r, err := deadletters.NewReplayer(k, c.Topic.Calls, c.Topic.DeadLetters)
	if err != nil {
		return err
	}
	defer r.Close()
	failed := 0
	for _, l := range letters {
		switch n, err := r.Replay(ctx, l); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed++
			fmt.Fprintf(s.err, "earshot: %v\n", err)
			if errors.Is(err, deadletters.ErrGone) {
				fmt.Fprintln(s.err, "  publish the call again from where it came from")
			}
		case n == 0:
			fmt.Fprintf(s.out, "%s\tcall %s\tsent with another letter of the call\n", l.ID, l.Key)
		default:
			fmt.Fprintf(s.out, "%s\tcall %s\t%s sent again to %s\n", l.ID, l.Key, counted(n, "record"), l.Topic)
		}
	}
	if failed > 0 {
		fmt.Fprintf(s.err, "earshot: %d of %d could not be replayed\n", failed, len(letters))
		return exitCode(1)
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
