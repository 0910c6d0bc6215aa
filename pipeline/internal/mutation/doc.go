// Package mutation puts faults into the pipeline on purpose, so that a test can show that it would find them. It does
// nothing unless built with the tag mutations, or with the race detector.
package mutation

// The faults.
const (
	CommitAtOnce    = "commit-at-once"    // the watermark is where the partition is read, not the first open call
	TailsBegin      = "tails-begin"       // a tail's record is taken for a call's first
	RetryLosesBatch = "retry-loses-batch" // a failed insert is tried again without its rows
	KeepAlways      = "keep-always"       // the calls of an old generation are kept though others have committed since
	ReleaseUnsaved  = "release-unsaved"   // rows that could not be written are taken for written
	LateLiveWins    = "late-live-wins"    // a row's version says when it was written, not how much of the call it knows
)

// All lists the faults. Of the schedules of the model test, one in twenty or more finds each.
func All() []string {
	return []string{CommitAtOnce, TailsBegin, RetryLosesBatch, KeepAlways, ReleaseUnsaved, LateLiveWins}
}
