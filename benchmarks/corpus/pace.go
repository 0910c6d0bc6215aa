package corpus

import (
	"math"

	"github.com/earshot/earshot/internal/sound"
)

// How fast a voice speaks is known only where its clips are single syllables; no package says how many syllables its
// other clips have. nuclei is then an estimate, from the clean clip: the peaks of its envelope that stand nucleusDip dB
// above the dips on both sides (as de Jong and Wempe do it, 2009, without asking for a pitch).
const (
	nucleusDip = 2.5
	step       = rate / 100
)

func nuclei(pcm []float32) int {
	least := 10*math.Log10(sound.ActiveLevel(pcm)+1e-12) - 20
	n, peak, dip := 0, math.Inf(-1), math.Inf(1)
	for at := 0; at+5*step <= len(pcm); at += step {
		l := 10 * math.Log10(sound.MeanSquare(pcm[at:at+5*step])+1e-12)
		switch {
		case l > dip+nucleusDip && peak == math.Inf(-1) && l > least:
			peak = l
		case peak > math.Inf(-1) && l > peak:
			peak = l
		case peak > math.Inf(-1) && l < peak-nucleusDip:
			n, peak, dip = n+1, math.Inf(-1), l
		}
		if peak == math.Inf(-1) {
			dip = min(dip, l)
		}
	}
	if peak > math.Inf(-1) {
		n++
	}
	return n
}

// The estimate misses up to a quarter of fluent syllables and finds some that are none. A voice that may be past a limit
// by as much is not judged by it.
const (
	surelyNotFast = 300 / 1.3
	surelyNotSlow = 120 * 1.25
)

// undecided are the rules that nobody can tell whether the call breaks.
func (f *facts) undecided() []string {
	spoken := 0.0
	for _, a := range f.speech[agent] {
		spoken += a.seconds()
	}
	pace := float64(f.nuclei) / max(spoken, 1) * 60
	switch {
	case f.tempo > 0:
	case pace > surelyNotFast:
		return []string{"speech-too-fast"}
	case pace < surelyNotSlow:
		return []string{"speech-too-slow"}
	}
	return nil
}
