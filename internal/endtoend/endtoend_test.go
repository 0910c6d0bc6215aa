// Package endtoend tests the whole way of a call: from the publisher over Apache Kafka through a worker into the real
// ClickHouse engine. A fake has no place here.
package endtoend

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/apachekafka"
	"github.com/earshot/earshot/internal/enginetest"
	"github.com/earshot/earshot/internal/examples"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

func TestMain(m *testing.M) {
	status := enginetest.Run(m)
	os.RemoveAll(composedIn)
	os.Exit(status)
}

// Every example call goes three ways: analysed as a file, over Kafka as a recording, and over Kafka as live RTP. All
// three must find the same, and what they find must be what was composed.
func TestExampleCallsThreeWays(t *testing.T) {
	calls := compose(t)
	sys := start(t)
	fmt.Printf("end to end on Apache Kafka %s and ClickHouse %s\n", apachekafka.Version, enginetest.ClickHouseVersion(t))

	var files, ids []string
	direct := map[string]heard{}
	for _, c := range calls {
		files = append(files, c.WAV)
		direct[c.Name] = analyze(t, sys.book, c.WAV)
		ids = append(ids, c.Name+"-rec", c.Name+"-rtp", c.Name+"-pcma")
	}
	sys.publish(files, publisher.Options{Suffix: "-rec"}, publisher.Delivery{As: publisher.Whole})
	sys.publish(files, publisher.Options{Suffix: "-rtp", Codec: schemas.Codec_CODEC_L16}, publisher.Delivery{As: publisher.RTP})
	sys.publish(files, publisher.Options{Suffix: "-pcma", Codec: schemas.Codec_CODEC_PCMA}, publisher.Delivery{As: publisher.RTP})
	sys.awaitJudged(ids)

	raised := map[string][]string{}
	for _, c := range calls {
		d := direct[c.Name]
		raised[c.Name] = d.rules()
		// A-law is other audio: an edge may move by a block of 100 ms or a word at the brink of hearing, a flag may not.
		for way, within := range map[string]float64{"-rec": 0.001, "-rtp": 0.040, "-pcma": math.Inf(1)} {
			got := sys.heard(c.Name + way)
			if diff := cmp.Diff(d.rules(), got.rules()); diff != "" {
				t.Errorf("%s%s: other flags than analyze (-analyze +kafka):\n%s", c.Name, way, diff)
			}
			if diff := d.edgesApart(got, within); diff != "" && !math.IsInf(within, 1) {
				t.Errorf("%s%s: %s", c.Name, way, diff)
			}
		}
	}
	for _, d := range examples.Verify(calls, raised) {
		t.Error(d)
	}
	sys.noDeadLetters()

	t.Run("a second worker judges nothing again", func(t *testing.T) {
		before := sys.query("SELECT count() FROM calls")
		sys.stopWorker()
		sys.startWorker()
		sys.publish(files[:1], publisher.Options{Suffix: "-again"}, publisher.Delivery{As: publisher.Whole})
		sys.awaitJudged([]string{calls[0].Name + "-again"})
		if got, want := sys.query("SELECT count() FROM calls"), add(before, 1); got != want {
			t.Errorf("%s rows of calls, without FINAL, after one more call; expected %s", got, want)
		}
	})
}

// heard is what one of the three ways found in a call.
type heard struct {
	segments []string // kind, leg
	edges    [][2]float64
	flags    []string
}

func (h *heard) rules() []string { return slices.Compact(slices.Sorted(slices.Values(h.flags))) }

func (h *heard) add(kind, leg string, start, end float64) {
	h.segments = append(h.segments, kind+" "+leg)
	h.edges = append(h.edges, [2]float64{start, end})
}

// edgesApart says where the other's segments are not these, to within so many seconds.
func (h *heard) edgesApart(o heard, within float64) string {
	if diff := cmp.Diff(h.segments, o.segments); diff != "" {
		return "other segments (-analyze +kafka):\n" + diff
	}
	for i := range h.edges {
		for k := range 2 {
			if d := math.Abs(h.edges[i][k] - o.edges[i][k]); d > within {
				return fmt.Sprintf("%s at %.3f–%.3f s, from the file at %.3f–%.3f s", h.segments[i],
					o.edges[i][0], o.edges[i][1], h.edges[i][0], h.edges[i][1])
			}
		}
	}
	return ""
}

func analyze(t *testing.T, book *rulebook.Rulebook, file string) (h heard) {
	t.Helper()
	rec, err := ingest.OpenFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	var segments []analyzers.Segment
	a := pipeline.NewAnalysis(book)
	a.Begin(rec.Info(), pipeline.Outlet{Segment: func(s analyzers.Segment) { segments = append(segments, s) }})
	end, err := rec.Run(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	v := a.End(end)
	slices.SortFunc(segments, func(a, b analyzers.Segment) int {
		if c := strings.Compare(a.Kind+a.Leg.Name(), b.Kind+b.Leg.Name()); c != 0 {
			return c
		}
		return int(a.Start - b.Start)
	})
	for _, s := range segments {
		if telling(s.Kind) {
			h.add(s.Kind, s.Leg.Name(), s.Start.Seconds(), s.End.Seconds())
		}
	}
	for _, f := range v.Flags {
		if f.State == rulebook.Final {
			h.flags = append(h.flags, f.Rule)
		}
	}
	return h
}

// telling kinds are those that rules are judged on.
func telling(kind string) bool {
	switch kind {
	case "hold", "silence", "response", "raised", "quarrel", "hangup", "departed":
		return true
	}
	return false
}

// composedIn is the folder of the example calls, which all tests share.
var composedIn string

var composed = sync.OnceValues(func() ([]examples.Example, error) {
	audio := os.Getenv("EARSHOT_AUDIO")
	if audio == "" {
		audio = filepath.Join("..", "..", ".cache", "audio")
	}
	if _, err := os.Stat(audio); err != nil {
		return nil, fmt.Errorf("no audio to compose the example calls from: %w; run `make audio`", err)
	}
	var err error
	if composedIn, err = os.MkdirTemp("", "earshot-examples-"); err != nil {
		return nil, err
	}
	return examples.Compose(audio, composedIn, nil)
})

func compose(t *testing.T) []examples.Example {
	t.Helper()
	calls, err := composed()
	if err != nil {
		t.Fatal(err)
	}
	return calls
}
