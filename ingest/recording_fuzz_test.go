package ingest

import (
	"regexp"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/earshot/earshot/schemas"
)

// sidecarPlace is how an error of parseSidecar begins: with the line, or with nothing but a colon where there is none.
var sidecarPlace = regexp.MustCompile(`^:(\d+:(\d+:)?)? `)

// FuzzSidecar reads files that stand beside recordings. One that is refused is told of by its line; one that is taken can be
// written as a sidecar and read again as the same.
func FuzzSidecar(f *testing.F) {
	for _, s := range []string{
		"", "{}", sidecarExample, `{"call_id":"x","channels":["LEG_CUSTOMER","LEG_AGENT"],"endedBy":"LEG_AGENT"}`,
		"{\n\"events\":[{\"kind\":\"KIND_HOLD\",\"offset\":\"-1s\"}]}", `{"inline":"UklGRg=="}`, `{"started_at":"2024-05-01T09:30:00Z"}`, `{"channels":[1,1]}`,
		`{"direction":7}`, `{"events":[{"by":"LEG_MIXED"}]}`, `{"agentid":"A7"}`, `[]`, "{\"a", `{"events":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rec := &schemas.Recording{}
		if err := parseSidecar(data, rec); err != nil {
			if !sidecarPlace.MatchString(err.Error()) {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		if rec.Audio != nil {
			t.Fatal("a sidecar brought audio")
		}
		written, err := protojson.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		again := &schemas.Recording{}
		if err := parseSidecar(written, again); err != nil || !proto.Equal(rec, again) {
			t.Fatalf("%s\nwas read once, as %s, and not again: %v", data, written, err)
		}
	})
}

// countingSink checks what a Sink may rely on when a recording is played.
type countingSink struct {
	t           *testing.T
	legs, ticks int
}

func (s *countingSink) Tick(index int, legs []Audio) {
	if index != s.ticks || len(legs) != s.legs {
		s.t.Fatalf("tick %d of %d legs, want tick %d of %d", index, len(legs), s.ticks, s.legs)
	}
	s.ticks++
	for i := range legs {
		if len(legs[i].PCM) != TickSamples {
			s.t.Fatalf("tick %d: %d samples", index, len(legs[i].PCM))
		}
		for _, v := range legs[i].PCM {
			if v != v {
				s.t.Fatalf("tick %d: a sample that is no number", index)
			}
		}
	}
}

func (s *countingSink) Event(e Event) {
	if e.At < 0 {
		s.t.Fatalf("%v comes at %v, before the call", e.Kind, e.At)
	}
}

// FuzzRecording takes records of the recordings topic: what opens can be played to its end.
func FuzzRecording(f *testing.F) {
	for _, s := range []wavSpec{{data: make([]byte, 321)}, {channels: 2, tag: wavALaw, bits: 8, data: make([]byte, 99)}, {channels: 2, rate: 44100, data: make([]byte, 600)}} {
		rec := &schemas.Recording{CallId: "c", Audio: &schemas.Recording_Inline{Inline: s.bytes()},
			Events: []*schemas.CallEvent{{Kind: schemas.Kind_KIND_HOLD, By: agentLeg, Offset: durationpb.New(10 * time.Millisecond)}}}
		b, err := proto.Marshal(rec)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rec := &schemas.Recording{}
		if proto.Unmarshal(b, rec) != nil {
			return
		}
		r, err := OpenRecording(rec, RecordingOptions{})
		if err != nil {
			return
		}
		sink := &countingSink{t: t, legs: len(r.Info().Legs)}
		end, err := r.Run(t.Context(), sink)
		if err != nil {
			t.Fatalf("opened, but not played: %v", err)
		}
		if want := int((end.At + TickDuration - 1) / TickDuration); sink.ticks != want {
			t.Fatalf("a recording of %v has %d ticks, want %d", end.At, sink.ticks, want)
		}
	})
}
