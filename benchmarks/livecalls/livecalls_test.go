package livecalls

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/benchmarks/synthetic"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

const length = 3*time.Second + 10*time.Millisecond // its last packet is half silence

func template(t *testing.T) *Template {
	t.Helper()
	file := filepath.Join(t.TempDir(), "call.wav")
	if err := os.WriteFile(file, synthetic.Call(synthetic.Worst).WAV(length), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := Read(t.Context(), file, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

type ears struct{ ticks int }

func (e *ears) Tick(int, []ingest.Audio) { e.ticks++ }
func (e *ears) Event(ingest.Event)       {}

// take gives a call's next record to whoever listens to it.
func take(t *testing.T, c *Call, heard *ingest.Call, e *ears) (r ingest.Record, end ingest.Ending) {
	t.Helper()
	if err := r.Decode(c.Append(nil)); err != nil {
		t.Fatal(err)
	}
	var err error
	switch r.Body {
	case ingest.StartBody:
		_, err = heard.Begin(&r, e)
	case ingest.MediaBody:
		err = heard.Media(&r)
	case ingest.EndBody:
		end = heard.End(&r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r, end
}

func faultless(t *testing.T, heard *ingest.Call) (packets uint64) {
	t.Helper()
	for _, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER} {
		s := heard.Stats(leg)
		if s.Lost+s.Late+s.Duplicates+s.Reordered+s.Refused > 0 {
			t.Errorf("%s: %+v, expected no fault", leg.Name(), s)
		}
		packets += s.Packets
	}
	if c := heard.Counts(); c != (ingest.Counts{}) {
		t.Errorf("%+v, expected no fault", c)
	}
	return packets
}

// A call that joins its template in the middle is a whole call, as long as what was left.
func TestFromTheMiddle(t *testing.T) {
	began := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for from, want := range map[time.Duration]time.Duration{0: length, 2 * time.Second: length - 2*time.Second} {
		c := template(t).Begin("x", began, from)
		heard, e := ingest.NewCall(), &ears{}
		var end ingest.Ending
		for before := began; !c.Over(); {
			due := c.Due()
			if due.Before(before) {
				t.Errorf("a record is due at %v, after one that was at %v", due, before)
			}
			before = due
			var r ingest.Record
			r, end = take(t, c, heard, e)
			if string(r.CallID) != "x" || time.UnixMicro(r.CapturedAt).After(due) {
				t.Errorf("call %q, captured at %d, due at %v", r.CallID, r.CapturedAt, due)
			}
		}
		if end.At != want {
			t.Errorf("from %v on: it lasts %v, expected %v", from, end.At, want)
		}
		faultless(t, heard)
	}
}

// An endless call's streams go on without a gap where the template begins anew.
func TestEndless(t *testing.T) {
	made := template(t)
	c := made.Begin("x", time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), time.Second).Endless()
	heard, e := ingest.NewCall(), &ears{}
	for range 100 { // three times through
		take(t, c, heard, e)
	}
	packets := faultless(t, heard)
	if silent := int(packets)/2 - e.ticks; packets < 900 || silent < 0 || silent > 50 { // what the jitter buffer holds yet
		t.Errorf("%d packets gave %d ticks", packets, e.ticks)
	}
}
