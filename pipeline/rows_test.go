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
