package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// floor is a partition's call table whose calls are only listened to.
type floor struct {
	t      *testing.T
	calls  *Calls
	p      *Partition
	log    bytes.Buffer
	ends   []string // call, state, cause, last offset
	broken string   // the analysis of this call fails
	offset int64
}

type listened struct {
	f    *floor
	info ingest.Info
}

func (l *listened) Begin(info ingest.Info, _ int64) { l.info = info }
func (l *listened) Event(ingest.Event)              {}

func (l *listened) Tick(int, []ingest.Audio) {
	if l.info.CallID == l.f.broken {
		panic("out of ideas")
	}
}

func (l *listened) End(e LiveEnd) error {
	l.f.ends = append(l.f.ends, fmt.Sprintf("%s %s %q %d", l.info.CallID, e.State, e.Cause, e.Last))
	return e.Err
}

func newFloor(t *testing.T, open int) *floor {
	f := &floor{t: t, offset: 100}
	log := slog.New(slog.NewJSONHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := &Consumer{cfg: ConsumerConfig{
		Metrics: NewConsumerMetrics(prometheus.NewRegistry(), "earshot_"), Log: log,
		Taker: func(*Partition) Taker { return nil },
	}}
	f.p = newPartition(c, "earshot.calls", 3, f.offset)
	f.calls = NewCalls(f.p, CallsConfig{
		IdleEnd: time.Minute, MaxCall: time.Hour, MaxOpen: open, Open: func() Hearing { return &listened{f: f} },
		Refuse: func(_ context.Context, m *kafka.Message, reason Reason, cause error) error {
			f.ends = append(f.ends, fmt.Sprintf("letter of %s at %d: %s", m.Key, m.Offset, reason))
			return nil
		},
	})
	return f
}

var nine = time.Date(2024, 5, 1, 9, 0, 0, 0, time.UTC)

// take gives the table a record of a call: its start, 20 ms of audio, or its end.
func (f *floor) take(call string, sequence uint64, body string) {
	f.t.Helper()
	at := nine.Add(time.Duration(sequence) * 200 * time.Millisecond)
	r := &schemas.CallRecord{CallId: call, Sequence: sequence, CapturedAtUs: at.UnixMicro()}
	switch body {
	case "start":
		r.Body = &schemas.CallRecord_Start{Start: &schemas.CallStart{StartedAt: timestamppb.New(nine), Streams: []*schemas.Stream{
			{Leg: schemas.Leg_LEG_AGENT, Ssrc: 1, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA},
		}}}
	case "media":
		rtp := append([]byte{0x80, 8, 0, byte(sequence), 0, 0, byte(sequence * 160 >> 8), byte(sequence * 160), 0, 0, 0, 1}, bytes.Repeat([]byte{0xd5}, 160)...)
		r.Body = &schemas.CallRecord_Media{Media: &schemas.MediaBatch{Leg: schemas.Leg_LEG_AGENT, Packets: []*schemas.Packet{{Rtp: rtp}}}}
	case "end":
		r.Body = &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: timestamppb.New(at), EndedBy: schemas.Leg_LEG_AGENT}}
	}
	value, err := proto.Marshal(r)
	if err != nil {
		f.t.Fatal(err)
	}
	m := &kafka.Message{Topic: "earshot.calls", Partition: 3, Offset: f.offset, Key: []byte(call), Value: value, Time: at}
	if err := f.calls.Take(f.t.Context(), m); err != nil {
		f.t.Fatal(err)
	}
	f.offset++
	f.p.mark.advance(f.offset)
}

// tend lets the table's clock go on, second by second, at the partition's end.
func (f *floor) tend(from time.Time, seconds int) {
	f.t.Helper()
	for s := range seconds {
		tide := Tide{Now: from.Add(time.Duration(s) * time.Second), AtEnd: true, Latest: func() (int64, error) { return f.offset, nil }}
		if err := f.calls.Tend(f.t.Context(), tide); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *floor) expect(want ...string) {
	f.t.Helper()
	if diff := cmp.Diff(want, f.ends); diff != "" {
		f.t.Errorf("other ends (-want +got):\n%s", diff)
	}
}

// A call over the bound ends the one that has waited longest, so that calls that never end make way for those that go on.
func TestOpenCallsAreBounded(t *testing.T) {
	f := newFloor(t, 3)
	for _, call := range []string{"a", "b", "c"} {
		f.take(call, 0, "start")
	}
	f.take("a", 1, "media")
	f.take("d", 0, "start") // b has waited longest
	f.take("e", 0, "start") // then c
	f.take("a", 2, "end")
	f.take("b", 1, "media") // too late: counted, and no call
	f.expect(`b abandoned "no further record" 101`, `c abandoned "no further record" 102`, `a ended "" 106`)
	if len(f.calls.calls) != 2 || f.calls.find([]byte("d")) == nil || f.calls.find([]byte("e")) == nil {
		t.Errorf("%d calls are open, expected d and e", len(f.calls.calls))
	}
}

// What an hour of many calls has taken is given back when there are fewer.
func TestSparesGoWithTheCalls(t *testing.T) {
	f := newFloor(t, 1000)
	for _, body := range []string{"start", "end"} {
		for i := range 500 {
			f.take(fmt.Sprintf("call-%d", i), map[string]uint64{"start": 0, "end": 1}[body], body)
		}
	}
	if open, spare := len(f.calls.calls), len(f.calls.pool); open != 0 || spare > 250 {
		t.Errorf("%d calls are open and %d kept for others", open, spare)
	}
	for i := range 500 {
		f.take(fmt.Sprintf("later-%d", i), 0, "start")
		f.take(fmt.Sprintf("later-%d", i), 1, "end")
	}
	if spare := len(f.calls.pool); spare > 16 {
		t.Errorf("one call at a time keeps %d for others", spare)
	}
}

// A flood of calls that never end costs no more than the bound, and the table is the same whether the clock has ended some of
// them in between or not.
func TestBoundDoesNotDependOnTheClock(t *testing.T) {
	run := func(pause bool) []string {
		f := newFloor(t, 50)
		for i := range 1000 {
			f.take(fmt.Sprintf("endless-%d", i), 0, "start")
			if i == 500 && pause {
				f.tend(time.Now(), 120)
			}
			if len(f.calls.calls) > 50 {
				t.Fatalf("%d calls are open", len(f.calls.calls))
			}
		}
		f.tend(time.Now().Add(time.Hour), 120)
		return f.ends
	}
	busy, paused := run(false), run(true)
	if len(busy) != 1000 {
		t.Errorf("%d calls of 1000 were ended", len(busy))
	}
	if diff := cmp.Diff(busy, paused); diff != "" {
		t.Errorf("a pause changes what becomes of the calls:\n%s", diff)
	}
}

// Whatever is logged of a call says which, where its partition is, and at what offset.
func TestLogNamesCallAndOffset(t *testing.T) {
	f := newFloor(t, 1)
	f.broken = "broken"
	f.take("broken", 0, "start")
	for n := range uint64(60) {
		f.take("broken", n+1, "media") // its audio is played once it is old enough
	}
	f.take("idle", 0, "start") // makes room
	f.tend(time.Now(), 70)
	seen := map[string]map[string]any{}
	for line := range strings.Lines(f.log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		seen[entry["msg"].(string)+" "+fmt.Sprint(entry["call"])] = entry
	}
	for message, offset := range map[string]float64{
		"an analyzer panicked; the call is marked failed broken":                           -1, // whichever first had audio to play
		"more calls are open than may be; the one that has waited longest is ended broken": 161,
		"call ended without an end idle":                                                   161,
	} {
		entry := seen[message]
		switch {
		case entry == nil:
			t.Errorf("nothing is logged of: %s\n%s", message, f.log.String())
		case entry["topic"] != "earshot.calls" || entry["partition"] != 3.0:
			t.Errorf("%s: topic %v, partition %v", message, entry["topic"], entry["partition"])
		case offset >= 0 && entry["offset"] != offset, entry["offset"] == nil:
			t.Errorf("%s: offset %v, expected %v", message, entry["offset"], offset)
		}
	}
	if !errors.Is(f.calls.guard(&liveCall{}, func() error { panic(1) }), errAnalysis) {
		t.Error("a panic is no failure of the call")
	}
}
