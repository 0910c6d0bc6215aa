package corpus

import (
	"slices"

	"github.com/earshot/earshot/internal/sound"
	"github.com/earshot/earshot/schemas"
)

// stretch is a part of a call, in samples.
type stretch struct{ from, to int }

func (a stretch) seconds() float64    { return float64(a.to-a.from) / rate }
func (a stretch) shift(n int) stretch { return stretch{a.from + n, a.to + n} }
func (a stretch) and(b stretch) stretch {
	return stretch{max(a.from, b.from), max(max(a.from, b.from), min(a.to, b.to))}
}
func (a stretch) within(of []stretch) int { // samples of it that are in any of them
	n := 0
	for _, o := range of {
		o = a.and(o)
		n += o.to - o.from
	}
	return n
}

type hold struct {
	stretch
	music, signalled bool
}

// facts is what happened in a call: what its truth is made of.
type facts struct {
	speech   [2][]stretch // where the clean voice is active, in order, apart
	raised   [2][]raise
	holds    []hold
	muted    []stretch // the agent's line carries nothing, the customer hears nobody
	gone     []stretch // the customer has left
	ring     *stretch
	rings    int     // of the tone heard in it; 0 where only the switch tells
	answered int     // where
	snr      float64 // behind the agent, 0 for what a line has
	noisy    float64 // seconds of agent speech in it
	nuclei   int     // syllables of the agent, as far as they can be counted
	tempo    float64 // syllables a minute of the agent, 0 for what the voice has
	adverts  []stretch
	unusual  []Span // effects, for the record
	length   int
	endedBy  schemas.Leg
	cut      bool // the call ends at the cursor, whatever was being said
}

type raise struct {
	stretch
	dB float64
}

// settle brings what was said out of turn into order, and cuts it off at the end.
func (f *facts) settle() {
	for _, all := range [][]stretch{f.muted, f.gone} {
		for i := range all {
			all[i].to = min(all[i].to, f.length)
		}
	}
	for k := range f.speech {
		slices.SortFunc(f.speech[k], func(a, b stretch) int { return a.from - b.from })
		var joined []stretch
		for _, a := range f.speech[k] {
			a.to = min(a.to, f.length)
			if n := len(joined); n > 0 && a.from-joined[n-1].to <= rate/5 {
				joined[n-1].to = max(joined[n-1].to, a.to)
			} else if a.to-a.from >= 3*frame {
				joined = append(joined, a)
			}
		}
		f.speech[k] = joined
	}
}

// active says where a clean voice speaks: where it is within 25 dB of its active level, with pauses up to 0.2 s bridged.
func active(pcm []float32) []stretch {
	least := sound.ActiveLevel(pcm) / sound.Power(25)
	var all []stretch
	for i, l := range sound.FrameLevels(pcm) {
		if l < least {
			continue
		}
		at := stretch{i * frame, (i + 1) * frame}
		if n := len(all); n > 0 && at.from-all[n-1].to <= rate/5 {
			all[n-1].to = at.to
		} else {
			all = append(all, at)
		}
	}
	return slices.DeleteFunc(all, func(a stretch) bool { return a.to-a.from < 3*frame })
}

// pauses are where nobody speaks, is held, muted or rung, and the customer has not left.
func (f *facts) pauses() []stretch {
	var busy []stretch
	busy = append(busy, f.speech[0]...)
	busy = append(busy, f.speech[1]...)
	for _, h := range f.holds {
		busy = append(busy, h.stretch)
	}
	busy = append(append(busy, f.muted...), f.gone...)
	busy = append(busy, stretch{0, f.answered}, stretch{f.length, f.length})
	slices.SortFunc(busy, func(a, b stretch) int { return a.from - b.from })
	var pauses []stretch
	end := 0
	for _, b := range busy {
		if b.from > end {
			pauses = append(pauses, stretch{end, b.from})
		}
		end = max(end, b.to)
	}
	return pauses
}
