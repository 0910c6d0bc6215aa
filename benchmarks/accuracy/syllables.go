package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/earshot/earshot/benchmarks/accuracy/score"
	"github.com/earshot/earshot/benchmarks/accuracy/stats"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// lineNoise is the background of calls composed here, in dBov.
const lineNoise = -65

// word is a recorded word, and how many syllables its name says.
type word struct {
	name      string
	syllables int
	pcm       []float32
}

func runSyllables(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("syllables", flag.ContinueOnError)
	args, err := parse(flags, args, "DIR")
	if err != nil {
		return err
	}
	files, err := wavFiles(args[0])
	if err != nil {
		return err
	}
	var words []word
	aside := 0
	for _, f := range files {
		n, erhua := hanzi(filepath.Base(f))
		if n == 0 || erhua {
			aside++
			continue
		}
		pcm, err := readWAV(ctx, f)
		if err != nil {
			return err
		}
		words = append(words, word{filepath.Base(f), n, trimmed(pcm)})
	}
	book, err := loadRulebook()
	if err != nil {
		return err
	}
	e := newEar(book, weights{})
	fmt.Printf("%d words, %d left aside (erhua, or no hanzi in the name)\n", len(words), aside)
	exact, within, bias, truth := 0, 0, 0, 0
	for _, w := range words {
		got, err := countSyllables(e, []word{w})
		if err != nil {
			return err
		}
		d := got - w.syllables
		if d == 0 {
			exact++
		}
		if d >= -1 && d <= 1 {
			within++
		}
		bias += d
		truth += w.syllables
	}
	n := len(words)
	fmt.Printf("each word alone: exact %s, within one %s, mean error %+.2f syllables (%+.1f %%)\n",
		share(exact, n), share(within, n), float64(bias)/float64(max(n, 1)), 100*float64(bias)/float64(max(truth, 1)))
	joined, all := 0, 0
	for i := 0; i < n; i += 20 {
		phrase := words[i:min(i+20, n)]
		got, err := countSyllables(e, phrase)
		if err != nil {
			return err
		}
		joined += got
		for _, w := range phrase {
			all += w.syllables
		}
	}
	fmt.Printf("twenty words after each other: %d syllables counted of %d (%+.1f %%)\n", joined, all, 100*float64(joined-all)/float64(max(all, 1)))
	return nil
}

// hanzi counts the characters of a file's name up to the first _ or its extension: a syllable each, but for 儿 at the
// end of others, which may be one or only the ending of the one before.
func hanzi(name string) (n int, erhua bool) {
	name, _, _ = strings.Cut(strings.TrimSuffix(name, filepath.Ext(name)), "_")
	for _, r := range name {
		if unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n, n > 1 && strings.HasSuffix(name, "儿")
}

// countSyllables counts those of words, said by an agent on a line, 0.4 s after each other.
func countSyllables(e *ear, words []word) (int, error) {
	pause := make([]float32, 2*ingest.SampleRate/5)
	pcm := make([]float32, ingest.SampleRate)
	for _, w := range words {
		pcm = append(append(pcm, w.pcm...), pause...)
	}
	pcm = append(pcm, make([]float32, ingest.SampleRate)...)
	r := rand.New(rand.NewPCG(1, uint64(len(pcm))))
	h, err := e.hear(playPCM(words[0].name, onLine(r, pcm), onLine(r, make([]float32, len(pcm)))))
	if err != nil {
		return 0, err
	}
	return syllables(h), nil
}

func syllables(h *score.Heard) (n int) {
	for _, s := range h.Segments {
		if s.Kind == "tempo" && s.Leg == schemas.Leg_LEG_AGENT {
			v, _ := s.Get("syllables")
			n += int(v)
		}
	}
	return n
}

// onLine adds the noise of a line.
func onLine(r *rand.Rand, pcm []float32) []float32 {
	noise := make([]float32, len(pcm))
	for i := range noise {
		noise[i] = float32(r.NormFloat64())
	}
	for i, v := range amplified(noise, lineNoise) {
		pcm[i] += v
	}
	return pcm
}

// share is k of n in percent with its interval.
func share(k, n int) string {
	i := stats.Wilson(k, n)
	return fmt.Sprintf("%d of %d (%.0f %%, %.0f–%.0f)", k, n, 100*float64(k)/float64(max(n, 1)), 100*i.Low, 100*i.High)
}
