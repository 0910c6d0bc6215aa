package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

type analyzeCmd struct {
	rulebookFlags
	JSON         bool     `name:"json" help:"One JSON object per call and line."`
	Channels     []string `default:"agent,customer" help:"Legs of a two-channel recording, in the order of its channels, unless the file beside it says so."`
	AgentSSRC    uint32   `name:"agent-ssrc" help:"In a pcap: the agent's stream; by default the first."`
	CustomerSSRC uint32   `name:"customer-ssrc" help:"In a pcap: the customer's stream; by default the second."`
	Jobs         int      `short:"j" help:"Files analysed at once; all cores by default."`
	Files        []string `arg:"" help:"WAV or pcap files; a folder stands for the WAV and pcap files in it."`
}

var errNone = errors.New("")

func (c *analyzeCmd) Run(ctx context.Context, s *streams) error {
	channels, err := legsNamed(c.Channels)
	if err != nil {
		fmt.Fprintf(s.err, "earshot: --channels: %v\n", err)
		return exitCode(usageError)
	}
	book, err := c.load()
	if err != nil {
		return err
	}
	files, err := expand(c.Files)
	if err != nil {
		return err
	}
	jobs := c.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	bar := progress(s, len(files), "files")
	failures := 0
	for r := range inOrder(files, min(jobs, len(files)), readAhead, func() func(string) *report {
		a := pipeline.NewAnalysis(book)
		return func(file string) *report {
			r, err := c.one(ctx, s, a, book, file, channels)
			if err != nil {
				a = pipeline.NewAnalysis(book)
				return failed(file, err)
			}
			return r
		}
	}) {
		if r.Error != "" {
			failures++
		}
		bar.Clear()
		if err := c.print(s, r); err != nil {
			return err
		}
		bar.Add(1)
		if ctx.Err() != nil {
			return exitCode(1)
		}
	}
	bar.Finish()
	if failures > 0 {
		return exitCode(1)
	}
	return nil
}

func (c *analyzeCmd) print(s *streams, r *report) error {
	if !c.JSON {
		if r.Error != "" {
			fmt.Fprintf(s.err, "earshot: %s\n", r.Error)
			return nil
		}
		return summary(s.out, r)
	}
	return json.NewEncoder(s.out).Encode(r)
}

// one analyses a file. A panic in an analyzer is that file's failure.
func (c *analyzeCmd) one(ctx context.Context, s *streams, a *pipeline.Analysis, book *rulebook.Rulebook, file string, channels []schemas.Leg) (r *report, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cannot analyse %s: an analyzer failed: %v", file, p)
		}
	}()
	var segments []analyzers.Segment
	out := pipeline.Outlet{Segment: func(seg analyzers.Segment) { segments = append(segments, seg) }}
	if isCapture(file) {
		return c.capture(s, a, book, file, channels, out, &segments)
	}
	rec, err := ingest.OpenFile(file, channels)
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	a.Begin(rec.Info(), out)
	end, err := rec.Run(ctx, a)
	if err != nil {
		return nil, err
	}
	v := a.End(end)
	return newReport(file, rec.Info(), end, byStart(segments), v, book), nil
}

// byStart orders segments as they began; they come as they ended.
func byStart(s []analyzers.Segment) []analyzers.Segment {
	slices.SortStableFunc(s, func(a, b analyzers.Segment) int { return int(a.Start - b.Start) })
	return s
}

func isCapture(file string) bool {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".pcap", ".pcapng", ".cap":
		return true
	}
	return false
}

// expand puts the recordings and captures of a folder in its place.
func expand(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			files = append(files, arg) // a file that cannot be opened is that file's failure
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, fmt.Errorf("cannot read the folder %s: %w", arg, err)
		}
		before := len(files)
		for _, e := range entries {
			if !e.IsDir() && (strings.EqualFold(filepath.Ext(e.Name()), ".wav") || isCapture(e.Name())) {
				files = append(files, filepath.Join(arg, e.Name()))
			}
		}
		if len(files) == before {
			return nil, fmt.Errorf("no .wav or .pcap file in the folder %s", arg)
		}
	}
	return files, nil
}

func legsNamed(names []string) ([]schemas.Leg, error) {
	legs := make([]schemas.Leg, 0, len(names))
	for _, n := range names {
		switch n {
		case "agent":
			legs = append(legs, schemas.Leg_LEG_AGENT)
		case "customer":
			legs = append(legs, schemas.Leg_LEG_CUSTOMER)
		case "mixed":
			legs = append(legs, schemas.Leg_LEG_MIXED)
		default:
			return nil, fmt.Errorf("unknown leg %q: expected agent,customer or customer,agent", n)
		}
	}
	if len(legs) != 2 || legs[0] == legs[1] || slices.Contains(legs, schemas.Leg_LEG_MIXED) {
		return nil, fmt.Errorf("%q: expected agent,customer or customer,agent", strings.Join(names, ","))
	}
	return legs, nil
}

// progress is a bar on a terminal, and nothing anywhere else.
func progress(s *streams, n int, what string) *progressbar.ProgressBar {
	f, ok := s.err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(int64(n))
	}
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
}
