package analyzers

// Builtin returns a new one of every analyzer, in the order in which they see a frame.
func Builtin() []Analyzer {
	return []Analyzer{}
}
