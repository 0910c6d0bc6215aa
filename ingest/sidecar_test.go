package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/schemas"
)

// writeFile writes a file into a folder of the test's own and returns its path.
func writeFile(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSidecar(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "a.json", []byte(`{
		"call_id": "x", "agent_id": "A7", "seat": "12", "team": "blue", "queue": "billing", "customer": "C",
		"direction": "DIRECTION_INBOUND", "started_at": "2024-05-01T09:30:00Z",
		"channels": ["LEG_CUSTOMER", "LEG_AGENT"], "endedBy": "LEG_AGENT",
		"events": [{"kind": "KIND_ANSWERED", "offset": "0s"}, {"kind": "KIND_HOLD", "by": "LEG_AGENT", "offset": "31.2s"}]
	}`))
	got, err := LoadSidecar(filepath.Join(dir, "a.wav"))
	if err != nil {
		t.Fatal(err)
	}
	want := &schemas.Recording{
		CallId: "x", AgentId: "A7", Seat: "12", Team: "blue", Queue: "billing", Customer: "C",
		Direction: schemas.Direction_DIRECTION_INBOUND,
		StartedAt: timestamppb.New(time.Date(2024, 5, 1, 9, 30, 0, 0, time.UTC)),
		Channels:  []schemas.Leg{schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_AGENT},
		EndedBy:   schemas.Leg_LEG_AGENT,
		Events: []*schemas.CallEvent{
			{Kind: schemas.Kind_KIND_ANSWERED, Offset: durationpb.New(0)},
			{Kind: schemas.Kind_KIND_HOLD, By: schemas.Leg_LEG_AGENT, Offset: durationpb.New(31200 * time.Millisecond)},
		},
	}
	if !proto.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestSidecarNamesTheCallAfterTheFile(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "named.json", []byte(`{}`))
	for _, name := range []string{"named.wav", "no-sidecar.v2.wav"} {
		rec, err := LoadSidecar(filepath.Join(dir, name))
		if want := strings.TrimSuffix(name, ".wav"); err != nil || rec.CallId != want {
			t.Errorf("%s: call id %q, %v; want %q", name, rec.GetCallId(), err, want)
		}
	}
}

func TestSidecarRefusals(t *testing.T) {
	for _, c := range []struct{ name, json, want string }{
		{"empty", ``, `a.json: the file is empty: expected JSON as in {"agent_id":"A7"`},
		{"no object", `["x"]`, `a.json:1:1: unexpected token [: expected JSON as in`},
		{"cut off", "{\n\"call_id\": \"x\",\n", `a.json:3: the file ends too early`},
		{"unknown field", "{\n \"call_id\": \"x\",\n \"agent\": \"A7\"\n}", `a.json:3:2: unknown field "agent": expected one of call_id, agent_id, seat`},
		{"unknown field of an event", "{\"events\": [\n{\"at\": \"1s\"}]}", `a.json:2:2: unknown field "at": expected one of`},
		{"impossible leg", `{"channels": ["LEG_AGENT", "LEG_LEFT"]}`, `a.json:1:28: invalid value for enum field channels: "LEG_LEFT": expected one of LEG_AGENT, LEG_CUSTOMER, LEG_MIXED`},
		{"misspelt ending", `{"ended_by": "agent"}`, `a.json:1:14: invalid value for enum field endedBy: "agent": expected one of LEG_AGENT, LEG_CUSTOMER`},
		{"misspelt kind", `{"events": [{"kind": "HOLD"}]}`, `expected one of KIND_RINGING, KIND_ANSWERED, KIND_HOLD`},
		{"leg by number", "{\n\"channels\": [1,\n 9]}", `a.json:2: channels: LEG_AGENT, 9: expected LEG_AGENT and LEG_CUSTOMER in either order`},
		{"two agents", `{"channels": ["LEG_AGENT", "LEG_AGENT"]}`, `a.json:1: channels: LEG_AGENT, LEG_AGENT: expected`},
		{"agent alone", `{"channels": ["LEG_AGENT"]}`, `channels: LEG_AGENT: expected LEG_AGENT and LEG_CUSTOMER in either order, or LEG_MIXED alone`},
		{"mixed and agent", `{"channels": ["LEG_MIXED", "LEG_AGENT"]}`, `channels: LEG_MIXED, LEG_AGENT: expected`},
		{"ended by both", "{\n\"endedBy\": \"LEG_MIXED\"}", `a.json:2: ended_by: LEG_MIXED cannot hang up`},
		{"unknown direction", `{"direction": 7}`, `a.json:1: direction: unknown direction 7`},
		{"bad duration", `{"events": [{"kind": "KIND_HOLD", "offset": "half a minute"}]}`, `a.json:1:45: invalid google.protobuf.Duration value "half a minute": expected seconds such as "31.2s"`},
		{"bad time", `{"started_at": "yesterday"}`, `a.json:1:16: invalid google.protobuf.Timestamp value "yesterday": expected a time such as`},
		{"inline audio", "{\"call_id\": \"x\",\n\n\"inline\": \"UklGRg==\"}", `a.json:3: inline: expected no audio in a sidecar`},
		{"uri", "{\"call_id\": \"x\",\n\"uri\": \"file:///a.wav\"}", `a.json:2: uri: expected no audio in a sidecar`},
		{"no kind", `{"events": [{"offset": "1s"}]}`, `a.json:1: events[0].kind: KIND_UNSPECIFIED: expected a kind such as KIND_HOLD`},
		{"kind by number", `{"events": [{"kind": 99, "offset": "1s"}]}`, `events[0].kind: 99: expected a kind`},
		{"event by both", `{"events": [{"kind": "KIND_HOLD", "by": "LEG_MIXED", "offset": "1s"}]}`, `events[0].by: LEG_MIXED does nothing`},
		{"no offset", "{\"events\": [\n{\"kind\": \"KIND_HOLD\"}]}", `a.json:2: events[0].offset: no offset: expected the time`},
		{"negative", "{\"events\": [\n{\"kind\": \"KIND_HOLD\",\n\"offset\": \"-1s\"}]}", `a.json:3: events[0].offset: -1s is before the recording's start`},
		{"out of order", "{\"events\": [\n{\"kind\": \"KIND_HOLD\", \"offset\": \"5s\"},\n{\"kind\": \"KIND_RESUME\", \"offset\": \"4s\"}]}", `a.json:3: events[1].offset: 4s comes after 5s: expected events in the order of time`},
		{"a wrong type", `{"agent_id": 7}`, `a.json:1:14: invalid value for string field agentId: 7: expected JSON as in`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, dir, "a.json", []byte(c.json))
			_, err := LoadSidecar(filepath.Join(dir, "a.wav"))
			if err == nil || !strings.Contains(err.Error(), "cannot read sidecar "+dir) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func TestSidecarOtherTrouble(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "huge.json", make([]byte, maxSidecar+1))
	for name, want := range map[string]string{
		"folder.wav": "expected a regular file",
		"huge.wav":   "at most 1048576 bytes",
		"huge.json":  "expected a WAV or pcap file, not a sidecar",
	} {
		if _, err := LoadSidecar(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want …%s…", name, err, want)
		}
	}
}
