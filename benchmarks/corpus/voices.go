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

// letters are the packages that teach children to read: what their voices say is letters, syllables and the names of things,
// each in a file of its own, however long the file is. That is no speech that a call is made of.
var letters = []string{"klettres-data", "ktuberling-data"}

// several are voices of more than one speaker: the medians of their clips' pitch lie in two heaps, and from one in twenty
// to nineteen in twenty of them are more than ten semitones. The widest of one speaker, an actor (cs-big), has 9.5. Of each
// other voice that speaks in sentences it is 3.7 to 9. A voice raised over somebody else's is not raised: what the rules
// compare with the agent's own level has no truth in a call where two people are one party.
var several = []string{
	"tp-fr", // 12 to 20 semitones over 55 Hz, and of one clip in twelve 23 to 30
}

// whole are the voices that can be a party.
func (d Draft) whole() []*sounds.Voice {
	var whole []*sounds.Voice
	for _, v := range d.lib.Voices(d.split) {
		if speaks(v) {
			whole = append(whole, v)
		}
	}
	return whole
}

// speaks says that a voice can be a party.
func speaks(v *sounds.Voice) bool {
	seconds := 0.0
	for i := range v.Len() {
		seconds += v.Seconds(i)
	}
	return !v.Fragments && v.Len() >= leastClips && seconds >= leastSeconds &&
		!slices.Contains(letters, v.Package) && !slices.Contains(several, v.Name)
}
