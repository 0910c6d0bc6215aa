package pipeline

import (
	"testing"
	"time"
)

// Media may reach beyond the time at which a call is said to have ended, and a flag be raised there while it went on. What
// is said of the whole call replaces that flag all the same, whichever is written later.
func TestVerdictReplacesWhatWasSaidBefore(t *testing.T) {
	ended := 20 * time.Second
	for _, raised := range []time.Duration{0, ended - time.Millisecond, ended, ended + time.Second, 48 * time.Hour} {
		if live, final := liveVersion(raised), finalVersion(ended); live >= final {
			t.Errorf("a flag raised at %v has version %d, the verdict on a call of %v only %d", raised, live, ended, final)
		}
	}
	if short, long := finalVersion(ended), finalVersion(ended+time.Millisecond); short >= long {
		t.Errorf("the verdict on a call of %v has version %d, that on more of it only %d", ended, short, long)
	}
}

// A failure gives way to every judgement, also to that of a shorter call, and what was said while the call went on gives way to it.
func TestVersionOfAFailure(t *testing.T) {
	if failed, judged := failedVersion(48*time.Hour), finalVersion(0); failed >= judged {
		t.Errorf("a failure has version %d, a judgement only %d", failed, judged)
	}
	if live, failed := liveVersion(48*time.Hour), failedVersion(0); live >= failed {
		t.Errorf("a flag raised meanwhile has version %d, the failure only %d", live, failed)
	}
}
