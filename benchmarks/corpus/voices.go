package corpus

import (
	"slices"

	"github.com/earshot/earshot/benchmarks/sounds"
)

// A party is one person who speaks in sentences, and says more than the same few words. Whoever says less than this is heard
// behind others only.
const (
	leastClips   = 20
	leastSeconds = 60
)

// several are voices of more than one speaker: the medians of their clips' pitch lie in two heaps, and from one in twenty
// to nineteen in twenty of them are more than ten semitones. The widest of one speaker, an actor (cs-big), has 9.5. Of each
// other voice here it is 2 to 9. A voice raised over somebody else's is not raised: what the rules compare with "the
// speaker's own level" has no truth in a call where two people are one party.
var several = []string{
	"kl-de", // 9.7 to 14 semitones over 55 Hz, and 20 to 26
	"kt-ca", // 12 to 18, and 21 to 29
	"kt-da", // 12 to 19, and 21 to 31
	"kt-en", // 10 to 16, and 22 to 28
	"kt-pt", // 12 to 15, and 22 to 30
	"kt-ru", // 13 to 18, and 20 to 27
	"tp-fr", // 12 to 20, and 23 to 30: one clip in twelve
}

// whole are the voices that can be a party.
func (d Draft) whole() []*sounds.Voice {
	var whole []*sounds.Voice
	for _, v := range d.lib.Voices(d.split) {
		seconds := 0.0
		for i := range v.Len() {
			seconds += v.Seconds(i)
		}
		if !v.Fragments && v.Len() >= leastClips && seconds >= leastSeconds && !slices.Contains(several, v.Name) {
			whole = append(whole, v)
		}
	}
	return whole
}
