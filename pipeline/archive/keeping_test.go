package archive

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/schemas"
)

var twoLegs = []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}

func newKeeping(t *testing.T, ctx context.Context) (*office, *keeping) {
	o := newOffice(t, 0)
	return o, &keeping{cfg: o.keeper.cfg, log: o.keeper.cfg.Log, wrote: func(error) {}, ctx: ctx, dirty: map[*evidence.Writer]bool{}}
}

func silence() []ingest.Audio {
	return []ingest.Audio{{PCM: make([]float32, ingest.TickSamples)}, {PCM: make([]float32, ingest.TickSamples)}}
}

// However much audio comes at once, a call holds 64 KiB of it, and 20 ms. What is longer than calls may be is left out.
func TestACallsMemoryIsBounded(t *testing.T) {
	o, k := newKeeping(t, t.Context())
	o.keeper.cfg.MaxCall = time.Hour
	c := &keptCall{k: k}
	c.Begin(ingest.Info{CallID: "leap", StartedAt: time.Now(), Legs: twoLegs}, 0)
	tick := silence()
	for i := range 24 * 3600 * 50 { // a record whose time is a day ahead
		c.Tick(i, tick)
		if n := c.w.Buffered(); n > spillAt+4*ingest.TickSamples {
			t.Fatalf("%d bytes are held after %d ticks, expected %d at most", n, i+1, spillAt)
		}
	}
	if err := c.w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := o.audio.Open(t.Context(), "leap")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Duration() != time.Hour {
		t.Errorf("%v are kept, expected the hour that a call may take", a.Duration())
	}
}

// A store that is away stops the partition; when the partition is given up meanwhile, the record has not been taken.
func TestAStoreThatIsAwayStopsTheRecord(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	o, k := newKeeping(t, ctx)
	if err := os.Rename(o.audio.String(), o.audio.String()+"-away"); err != nil {
		t.Fatal(err)
	}
	w := k.writer(ingest.Info{CallID: "call", StartedAt: time.Now(), Legs: twoLegs}, false)
	for range 1000 {
		k.tick(w, silence())
	}
	if k.stuck == nil || ctx.Err() == nil {
		t.Fatalf("audio was let go of while the store was away: %v", k.stuck)
	}
	if n := w.Buffered(); n > spillAt+4*ingest.TickSamples {
		t.Errorf("%d bytes are held, expected %d at most", n, spillAt)
	}
	if !k.Held() {
		t.Error("nothing is said to be held")
	}
}

// Audio that is gone is no outage: waiting would not bring it back.
func TestLostAudioIsReadAgain(t *testing.T) {
	o, k := newKeeping(t, t.Context())
	w := k.writer(ingest.Info{CallID: "call", StartedAt: time.Now(), Legs: twoLegs}, false)
	for range 60 {
		k.tick(w, silence())
	}
	if err := k.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(o.audio.String() + "/live"); err != nil {
		t.Fatal(err)
	}
	k.tick(w, silence())
	if err := k.Flush(t.Context()); !errors.Is(err, pipeline.ErrReread) {
		t.Errorf("the flush ended with %v, expected %v", err, pipeline.ErrReread)
	}
}

// What no worker takes on is not kept either: to ask what became of it would be in vain.
func TestARecordingOfNoTimeIsNotReferredTo(t *testing.T) {
	_, k := newKeeping(t, t.Context())
	rec := &schemas.Recording{CallId: "call", StartedAt: timestamppb.New(time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC))}
	if err := k.refer(t.Context(), &kafka.Message{Topic: "earshot.recordings", Time: time.Now()}, rec, "file:///call.wav"); err != nil {
		t.Fatal(err)
	}
	if len(k.ended) != 0 {
		t.Error("a recording of the year 9000 is kept")
	}
}
