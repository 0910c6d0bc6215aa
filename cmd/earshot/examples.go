package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/earshot/earshot/internal/examples"
)

type examplesCmd struct {
	Audio string `required:"" placeholder:"DIR" env:"EARSHOT_AUDIO" help:"Folder with Asterisk's moh and sounds, as scripts/fetch-audio.sh makes it."`
	Out   string `required:"" placeholder:"DIR" help:"Folder for the calls."`
}

// Run composes the example calls, and lists them with the rules that each breaks.
func (c *examplesCmd) Run(s *streams) error {
	calls, err := examples.Compose(c.Audio, c.Out, func(done, total int) {
		fmt.Fprintf(s.err, "\rcomposing example calls: %d of %d", done, total)
	})
	fmt.Fprintln(s.err)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; scripts/fetch-audio.sh %s fetches the audio", err, c.Audio)
	}
	if err != nil {
		return err
	}
	for _, e := range calls {
		rules := "-"
		if len(e.Expect) > 0 {
			rules = strings.Join(e.Expect, ",")
		}
		fmt.Fprintf(s.out, "%s\t%s\t%s\t%s\n", e.WAV, e.As, rules, e.Title.EN)
	}
	return nil
}
