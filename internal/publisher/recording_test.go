package publisher

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

const agent, customer, mixed = schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED

func TestRecording(t *testing.T) {
	stereo := wavFile(t, "a call#1.wav", 8000, 2, 1600)
	told := wavFile(t, "told.wav", 8000, 2, 1600)
	sidecar(t, told, `{"call_id":"c9","agent_id":"A7","started_at":"2024-05-01T12:00:00Z","channels":["LEG_CUSTOMER","LEG_AGENT"],
		"ended_by":"LEG_AGENT","events":[{"kind":"KIND_HOLD","offset":"0.1s"}]}`)
	mono := wavFile(t, "mono.wav", 8000, 1, 1600)
	large := wavFile(t, "large.wav", 8000, 1, ingest.MaxInline/2)
	for _, c := range []struct {
		name, file string
		o          Options
		want       *schemas.Recording // without inline audio
	}{
		{"nothing known", stereo, Options{}, &schemas.Recording{CallId: "a call#1", Channels: []schemas.Leg{agent, customer}}},
		{"the options' word", stereo, Options{StartedAt: noon, Suffix: "-7", Channels: []schemas.Leg{customer, agent}},
			&schemas.Recording{CallId: "a call#1-7", Channels: []schemas.Leg{customer, agent}, StartedAt: timestamppb.New(noon)}},
		{"the sidecar's word", told, Options{StartedAt: noon.AddDate(1, 0, 0), Channels: []schemas.Leg{agent, customer}}, &schemas.Recording{
			CallId: "c9", AgentId: "A7", StartedAt: timestamppb.New(noon), Channels: []schemas.Leg{customer, agent}, EndedBy: agent,
			Events: []*schemas.CallEvent{{Kind: schemas.Kind_KIND_HOLD, Offset: durationpb.New(1e8)}},
		}},
		{"one channel", mono, Options{Channels: []schemas.Leg{customer, agent}}, &schemas.Recording{CallId: "mono", Channels: []schemas.Leg{mixed}}},
		{"by uri", stereo, Options{ByURI: true}, &schemas.Recording{
			CallId: "a call#1", Channels: []schemas.Leg{agent, customer},
			Audio: &schemas.Recording_Uri{Uri: "file://" + filepath.Dir(stereo) + "/a%20call%231.wav"},
		}},
		{"too large to be inline", large, Options{}, &schemas.Recording{
			CallId: "large", Channels: []schemas.Leg{mixed}, Audio: &schemas.Recording_Uri{Uri: "file://" + large},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, err := Recording(c.file, c.o)
			if err != nil {
				t.Fatal(err)
			}
			r, err := ingest.OpenRecording(rec, ingest.RecordingOptions{Roots: []string{filepath.Dir(c.file)}})
			if err != nil {
				t.Fatalf("the worker cannot open it: %v", err)
			}
			r.Close()
			if inline := rec.GetInline(); inline != nil {
				content, err := os.ReadFile(c.file)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(inline, content) {
					t.Error("the inline audio is not the file")
				}
				rec.Audio = nil
			}
			if diff := cmp.Diff(c.want, rec, protocmp.Transform()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestRecordingRefuses(t *testing.T) {
	wrong := wavFile(t, "wrong.wav", 8000, 2, 160)
	sidecar(t, wrong, `{"channels":["LEG_MIXED"]}`)
	for _, path := range []string{file(t, "text.wav", []byte("hello")), filepath.Join(t.TempDir(), "none.wav"), wrong} {
		if _, err := Recording(path, Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, expected an error that names it", path, err)
		}
	}
}
