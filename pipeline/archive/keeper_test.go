package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// office is a keeper over a folder, with what a ClickHouse would say of calls.
type office struct {
	t        *testing.T
	keeper   *keeper
	audio    *evidence.Store
	outcomes map[string]store.Outcome
	away     error
}

func newOffice(t *testing.T, share float64) *office {
	t.Helper()
	audio, err := evidence.Open(t.Context(), filepath.Join(t.TempDir(), "evidence"), evidence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, audio: audio, outcomes: map[string]store.Outcome{}}
	cfg := &Config{
		Evidence: audio, Keep: Keep{Share: share}, Metrics: NewMetrics(prometheus.NewRegistry()), Log: slog.New(slog.DiscardHandler),
		Outcomes: func(_ context.Context, calls []store.CallKey) (map[string]store.Outcome, error) {
			found := map[string]store.Outcome{}
			for _, c := range calls {
				if out, ok := o.outcomes[c.CallID]; ok {
					found[c.CallID] = out
				}
			}
			return found, o.away
		},
	}
	cfg.defaults()
	o.keeper = &keeper{cfg: cfg, known: evidence.Known{}}
	return o
}

// call writes a second of a call that began so many days ago.
func (o *office) call(id string, daysAgo int) {
	o.t.Helper()
	w, err := o.audio.Create(evidence.Call{ID: id, StartedAt: time.Now().AddDate(0, 0, -daysAgo), Legs: []schemas.Leg{schemas.Leg_LEG_MIXED}})
	if err != nil {
		o.t.Fatal(err)
	}
	for range 50 {
		w.Tick([]ingest.Audio{{PCM: make([]float32, ingest.TickSamples)}})
	}
	if err := w.Close(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// sweep lets a keeper look in so many days from now.
func (o *office) sweep(days int) {
	o.t.Helper()
	o.keeper.looked = time.Time{}
	if err := o.keeper.sweep(o.t.Context(), time.Now().AddDate(0, 0, days)); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) expect(want map[string]evidence.State) {
	o.t.Helper()
	for id, state := range want {
		a, err := o.audio.Open(o.t.Context(), id)
		if err == nil {
			a.Close()
		}
		if got := evidence.StateOf(err); got != state {
			o.t.Errorf("%s is %s, expected %s", id, got, state)
		}
	}
}

func flagged(class string) store.Outcome {
	return store.Outcome{Judged: true, Flagged: true, Class: class}
}

func TestFlaggedCallsStayForAsLongAsTheirClassSays(t *testing.T) {
	o := newOffice(t, 0)
	for _, class := range []string{"grave", "serious", "minor", ""} {
		o.call("flagged-"+class, 0)
		o.outcomes["flagged-"+class] = flagged(class)
	}
	o.call("clean", 0)
	o.outcomes["clean"] = store.Outcome{Judged: true}
	o.call("goes-on", 0)
	o.call("open-flag", 0)
	o.outcomes["open-flag"] = store.Outcome{Flagged: true, Class: "minor"}
	o.call("long-ago", 4000) // a recording that was sent only now
	o.outcomes["long-ago"] = flagged("minor")
	const present, expired, never = evidence.Present, evidence.Expired, evidence.NeverKept

	o.sweep(0)
	o.expect(map[string]evidence.State{
		"flagged-grave": present, "flagged-serious": present, "flagged-minor": present, "flagged-": present,
		"clean": never, "goes-on": present, "open-flag": present, "long-ago": present,
	})
	for _, step := range []struct {
		day  int
		want map[string]evidence.State
	}{
		{29, map[string]evidence.State{"flagged-": present, "goes-on": present}},
		{31, map[string]evidence.State{"flagged-": expired, "goes-on": never, "flagged-minor": present}},
		{89, map[string]evidence.State{"flagged-minor": present, "open-flag": present, "long-ago": present}},
		{91, map[string]evidence.State{"flagged-minor": expired, "open-flag": expired, "long-ago": expired, "flagged-serious": present}},
		{181, map[string]evidence.State{"flagged-serious": expired, "flagged-grave": present}},
		{366, map[string]evidence.State{"flagged-grave": expired, "flagged-": expired}},
		// Then it is forgotten that there was any.
		{366 + forgetDays + 1, map[string]evidence.State{"flagged-grave": never, "flagged-": never}},
	} {
		o.sweep(step.day)
		o.expect(step.want)
	}
}

func TestAShareOfTheOthersStays(t *testing.T) {
	o := newOffice(t, 0.25)
	kept := map[string]evidence.State{}
	for i := range 60 {
		id := fmt.Sprint("call-", i)
		o.call(id, 0)
		o.outcomes[id] = store.Outcome{Judged: true}
		kept[id] = evidence.NeverKept
		if evidence.Sampled(id, 0.25) {
			kept[id] = evidence.Present
		}
	}
	o.sweep(0)
	o.expect(kept)
	n := 0
	for id, state := range kept {
		if state == evidence.Present {
			n++
			kept[id] = evidence.Expired
		}
	}
	if n < 5 || n > 25 {
		t.Errorf("%d of 60 calls are in a sample of a quarter", n)
	}
	o.sweep(31)
	o.expect(kept)
}

// What a person finds later, and an appeal that waits, keep audio longer than was thought at first.
func TestAudioIsLookedAtAgainBeforeItGoes(t *testing.T) {
	o := newOffice(t, 1)
	for _, id := range []string{"found-later", "appealed"} {
		o.call(id, 0)
	}
	o.outcomes["found-later"] = store.Outcome{Judged: true}
	o.outcomes["appealed"] = flagged("minor")
	o.sweep(0)
	o.outcomes["found-later"] = flagged("serious")
	appeal := flagged("minor")
	appeal.Appeal = true
	o.outcomes["appealed"] = appeal
	o.sweep(31)
	o.sweep(100)
	if len(o.keeper.known) != 0 {
		t.Errorf("%d decided calls are still known as waiting", len(o.keeper.known))
	}
	o.expect(map[string]evidence.State{"found-later": evidence.Present, "appealed": evidence.Present})
	o.outcomes["appealed"] = flagged("minor")
	o.sweep(108)
	o.expect(map[string]evidence.State{"found-later": evidence.Present, "appealed": evidence.Expired})
	o.sweep(181)
	o.expect(map[string]evidence.State{"found-later": evidence.Expired})
}

func TestNothingGoesWhileNobodyKnows(t *testing.T) {
	o := newOffice(t, 0)
	o.call("call", 0)
	o.away = errors.New("ClickHouse is away")
	if err := o.keeper.sweep(t.Context(), time.Now().AddDate(0, 0, 400)); !errors.Is(err, o.away) {
		t.Errorf("the sweep ended with %v", err)
	}
	o.expect(map[string]evidence.State{"call": evidence.Present})
}

func TestCallsThatNeverEndedGo(t *testing.T) {
	o := newOffice(t, 0)
	w, err := o.audio.Create(evidence.Call{ID: "call", StartedAt: time.Now(), Legs: []schemas.Leg{schemas.Leg_LEG_MIXED}})
	if err != nil {
		t.Fatal(err)
	}
	w.Tick([]ingest.Audio{{PCM: make([]float32, ingest.TickSamples)}})
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.sweep(1)
	o.expect(map[string]evidence.State{"call": evidence.Present})
	o.sweep(3)
	o.expect(map[string]evidence.State{"call": evidence.NeverKept})
	// Its writer, if there is one after all, notices: it must not leave a hole.
	w.Tick([]ingest.Audio{{PCM: make([]float32, ingest.TickSamples)}})
	if err := w.Flush(t.Context()); !errors.Is(err, evidence.ErrLost) {
		t.Errorf("writing on ended with %v, expected %v", err, evidence.ErrLost)
	}
}
