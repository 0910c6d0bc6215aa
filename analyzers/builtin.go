package analyzers

// Builtin returns a new one of every analyzer, in the order in which they see a frame.
func Builtin() []Analyzer {
	return []Analyzer{
		newSpeech(),
		newRinging(),
		newHold(),
		newSilence(),
		newResponse(),
		newLoudness(),
		newCrosstalk(),
		newHangup(),
		newTempo(),
		newNoise(),
		newSwapped(),
		newDeparted(),
	}
}

// Vocabulary describes every kind of segment that the builtin analyzers emit.
func Vocabulary() []KindDoc {
	var kinds []KindDoc
	for _, a := range Builtin() {
		kinds = append(kinds, a.Kinds()...)
	}
	return kinds
}
