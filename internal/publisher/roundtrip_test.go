package publisher

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// heard is all that a call consists of for an analyzer.
type heard struct {
	Ticks  []ingest.Audio // one for each leg and tick
	Events []ingest.Event
	Order  []int // the tick before which each event came
	legs   int
}

func (h *heard) Tick(index int, legs []ingest.Audio) {
	for _, a := range legs {
		a.PCM = append([]float32(nil), a.PCM...)
		h.Ticks = append(h.Ticks, a)
	}
	h.legs = len(legs)
}

func (h *heard) Event(e ingest.Event) {
	h.Events = append(h.Events, e)
	h.Order = append(h.Order, len(h.Ticks)/max(h.legs, 1))
}

// live feeds records to the worker's side.
func live(t *testing.T, records []*schemas.CallRecord) (*heard, ingest.Info, ingest.Ending) {
	t.Helper()
	h, call, r := &heard{}, ingest.NewCall(), &ingest.Record{}
	var info ingest.Info
	var end ingest.Ending
	for _, record := range records {
		value, err := proto.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Decode(value); err != nil {
			t.Fatal(err)
		}
		switch r.Body {
		case ingest.StartBody:
			info, err = call.Begin(r, h)
		case ingest.MediaBody:
			err = call.Media(r)
		case ingest.EventBody:
			err = call.Event(r)
		case ingest.EndBody:
			end = call.End(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if c := call.Counts(); c != (ingest.Counts{}) {
		t.Errorf("irregularities: %+v", c)
	}
	for _, leg := range info.Legs {
		if s := call.Stats(leg); s != (ingest.LegStats{Packets: s.Packets}) {
			t.Errorf("%s: %+v", leg.Name(), s)
		}
	}
	return h, info, end
}

func recorded(t *testing.T, file string, o Options) (*heard, ingest.Info, ingest.Ending) {
	t.Helper()
	r, err := ingest.OpenFile(file, o.Channels)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := &heard{}
	end, err := r.Run(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	return h, r.Info(), end
}

// A recording sent as RTP is heard by the worker as the recording is: the same ticks, the same events before the same
// ticks, the same end. Sent as L16 it is the same to the last sample.
func TestLiveCallIsHeardAsItsRecording(t *testing.T) {
	const facts = `{"started_at":"2024-05-01T12:00:00Z","agent_id":"A7","seat":"3","team":"T","queue":"Q","customer":"138","direction":"DIRECTION_INBOUND",
		"ended_by":"LEG_AGENT","events":[{"kind":"KIND_ANSWERED","offset":"0s"},{"kind":"KIND_HOLD","by":"LEG_AGENT","offset":"1.29s"},
		{"kind":"KIND_RESUME","by":"LEG_AGENT","offset":"1.3s"},{"kind":"KIND_WRAPUP","offset":"2s"}]}`
	for _, f := range []struct {
		name                    string
		rate, channels, samples int
	}{
		{"two channels", 8000, 2, 16000},
		{"two channels, an odd length", 8000, 2, 16000 + 1},
		{"mono", 8000, 1, 16159},
		{"resampled", 44100, 2, 88211},
	} {
		path := wavFile(t, "call.wav", f.rate, f.channels, f.samples)
		sidecar(t, path, facts)
		want, wantInfo, wantEnd := recorded(t, path, Options{})
		for _, batch := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, 330 * time.Millisecond, time.Second} {
			for codec, tolerance := range map[schemas.Codec]float32{
				schemas.Codec_CODEC_L16: 0.5 / 32768, schemas.Codec_CODEC_PCMA: 0.02, schemas.Codec_CODEC_PCMU: 0.02,
			} {
				t.Run(f.name+" "+batch.String()+" "+codec.String(), func(t *testing.T) {
					got, info, end := live(t, records(t, path, Options{Codec: codec, Batch: batch}))
					if diff := cmp.Diff(wantInfo, info); diff != "" {
						t.Errorf("info: -recording +live\n%s", diff)
					}
					if want := wantEnd.At.Truncate(time.Microsecond); end.At != want || end.By != wantEnd.By {
						t.Errorf("ends at %v by %v, expected %v by %v", end.At, end.By, want, wantEnd.By)
					}
					if diff := cmp.Diff(want.Events, got.Events, cmp.Transformer("µs", time.Duration.Microseconds)); diff != "" {
						t.Errorf("events: -recording +live\n%s", diff)
					}
					if diff := cmp.Diff(want.Order, got.Order); diff != "" {
						t.Errorf("ticks that the events precede: -recording +live\n%s", diff)
					}
					sameTicks(t, want.Ticks, got.Ticks, tolerance)
				})
			}
		}
	}
}

func sameTicks(t *testing.T, want, got []ingest.Audio, tolerance float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d ticks, expected %d", len(got), len(want))
	}
	for i := range want {
		for n, v := range want[i].PCM {
			if off := got[i].PCM[n] - v; off > tolerance || off < -tolerance {
				t.Fatalf("tick %d: sample %d is off by %v", i, n, off)
			}
		}
		w, g := want[i], got[i]
		w.PCM, g.PCM = nil, nil
		if diff := cmp.Diff(w, g); diff != "" {
			t.Fatalf("tick %d: -recording +live\n%s", i, diff)
		}
	}
}

// A capture of the packets is the call again, its batches apart.
func TestCapture(t *testing.T) {
	path := wavFile(t, "call.wav", 8000, 2, 16000)
	sent := records(t, path, Options{StartedAt: noon})
	capture := pcapFile(t, "capture.pcap", sent)
	all, warnings, err := Capture(capture, Options{Suffix: "-1", Channels: []schemas.Leg{customer, agent}})
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	var captured []*schemas.CallRecord
	for r, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		if r.CallId != "capture-1" {
			t.Fatalf("record of call %q", r.CallId)
		}
		captured = append(captured, r)
	}
	for sentAs, capturedAs := range map[schemas.Leg]schemas.Leg{agent: customer, customer: agent} {
		if want, got := packets(sent, sentAs), packets(captured, capturedAs); !bytes.Equal(want, got) {
			t.Errorf("%s: not the packets that were sent", sentAs.Name())
		}
	}
	if s, e := captured[0].GetStart(), captured[len(captured)-1].GetEnd(); !s.StartedAt.AsTime().Equal(noon) || !e.EndedAt.AsTime().Equal(noon.Add(2*time.Second)) {
		t.Errorf("from %v to %v", s.StartedAt.AsTime(), e.EndedAt.AsTime())
	}
}

func packets(records []*schemas.CallRecord, leg schemas.Leg) (all []byte) {
	for _, r := range records {
		if r.GetMedia().GetLeg() == leg {
			for _, p := range r.GetMedia().Packets {
				all = append(all, p.Rtp...)
			}
		}
	}
	return all
}
