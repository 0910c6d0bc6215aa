package examples

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/schemas"
)

// How an example is meant to reach Earshot.
const (
	AsRTP       = "rtp"
	AsRecording = "recording"
)

// Example is a call that was composed, and what is known of it.
type Example struct {
	// Name is the call id, and the name of its files.
	Name string
	// WAV and Sidecar are the paths of its files.
	WAV, Sidecar string
	// Title says in a line what happens in it.
	Title Title
	// Expect are the rules that it breaks, sorted. It breaks no other.
	Expect []string
	// As is AsRTP or AsRecording.
	As string
	// Length is how long the call lasts.
	Length time.Duration
	// Truth is what was put where, in the order of its start.
	Truth []Part
}

// Title is a title in both languages.
type Title struct{ ZH, EN string }

// Part is something that was put into a call: speech, raised speech, a hold, a muted leg, silence.
type Part struct {
	Kind string // PartSpeech, …
	// Leg that it is on; LEG_UNSPECIFIED for silence, which is on both. In a mono call the leg of who did it.
	Leg        schemas.Leg
	Start, End time.Duration
}

// The kinds of Part.
const (
	PartSpeech  = "speech"
	PartRaised  = "raised" // made from a prompt
	PartHold    = "hold"
	PartMute    = "mute" // the leg carries nothing at all, not even its background
	PartSilence = "silence"
)

// Verify compares the rules that were raised, by call id, with those expected. It returns a line for each difference:
// none when all is as it should be. A rule raised twice in a call counts once.
func Verify(examples []Example, raised map[string][]string) []string {
	var differences []string
	known := map[string]bool{}
	for _, e := range examples {
		known[e.Name] = true
		for _, rule := range e.Expect {
			if !slices.Contains(raised[e.Name], rule) {
				differences = append(differences, fmt.Sprintf("%s: %s was not raised", e.Name, rule))
			}
		}
		for _, rule := range slices.Compact(slices.Sorted(slices.Values(raised[e.Name]))) {
			if !slices.Contains(e.Expect, rule) {
				differences = append(differences, fmt.Sprintf("%s: %s was raised, expected %s", e.Name, rule, list(e.Expect)))
			}
		}
	}
	for name := range raised {
		if !known[name] {
			differences = append(differences, fmt.Sprintf("%s: is no example", name))
		}
	}
	slices.Sort(differences)
	return differences
}

func list(rules []string) string {
	if len(rules) == 0 {
		return "none"
	}
	return strings.Join(rules, ", ")
}
