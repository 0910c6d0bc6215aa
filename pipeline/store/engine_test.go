package store

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/enginetest"
)

// open gives a migrated database of its own on the real engine.
func open(t testing.TB) (*Store, string) {
	t.Helper()
	dsn := enginetest.ClickHouse(t)
	if err := Migrate(context.Background(), dsn, Options{}); err != nil {
		t.Fatal(err)
	}
	return openAt(t, dsn), dsn
}

func openAt(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// query runs SQL as curl would, in the DSN's database, and returns the answer without its last line break.
func query(t testing.TB, dsn, sql string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(u.Path, "/")
	resp, err := http.Post("http://"+u.Host+"/?database="+database, "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s\n%s: %s", sql, resp.Status, body)
	}
	return strings.TrimSuffix(string(body), "\n")
}

func expect(t testing.TB, dsn, sql, want string) {
	t.Helper()
	if got := query(t, dsn, sql); got != want {
		t.Errorf("%s\ngot\n%s\nexpected\n%s", sql, got, want)
	}
}

// start is a call's start: the last second of November, to the microsecond.
var start = time.Date(2025, 11, 30, 23, 59, 59, 123456000, time.UTC)

func exampleBatch() *Batch {
	mos := 4.31
	return &Batch{
		Calls: []CallRow{{
			CallID: "通话-1", AgentID: "A7", Seat: "12-3", Team: "晚班", Queue: "billing", Trunk: "t1", Customer: "13800000000",
			Direction: "inbound", Source: "rtp", StartedAt: start, Duration: 183.4,
			Legs: []LegRow{
				{Leg: "agent", Packets: 9170, Lost: 3, Late: 1, Duplicates: 2, Reordered: 4, Refused: 5, JitterMS: 0.4, Speech: 60.25},
				{Leg: "customer", Packets: 9168, Speech: 31.5},
			},
			EndedBy: "agent", Cause: "normal", State: "ended", Points: 5, Score: 95, Flags: 1,
			NotAssessable: []NotAssessable{{Rule: "raised-voice", ReasonEN: "too little speech", ReasonZH: "话音太少，无法比较"}},
			Loss:          0.0001, JitterMS: 0.4, MOS: &mos, RulebookVersion: "r1", EarshotVersion: "0.1",
			Topic: "earshot.calls", Partition: 3, FirstOffset: 100, LastOffset: 290, LostRecords: 1, DroppedRecords: 2,
			JudgedAt: start.Add(200 * time.Second), Version: 290,
			Events: []EventRow{{"hold", "agent", 31.2}, {"transfer", "", 158.9}},
		}},
		Segments: []SegmentRow{
			{CallID: "通话-1", StartedAt: start, Kind: "hold", Leg: "agent", Start: 31.2, End: 158.9, Source: "music",
				Value: 127.7, Confidence: 0.98, Measures: Named[float64]{{"duration", 127.7}, {"agent_speech", 0}},
				AgentID: "A7", Team: "晚班", Version: 290},
			{CallID: "通话-1", StartedAt: start, Kind: "silence", Start: 1.0004999, End: 2.0005001, Version: 290},
		},
		Flags: []FlagRow{{
			FlagID: "f1", CallID: "通话-1", Rule: "hold-too-long", Leg: "agent", StartedAt: start, Start: 31.2, End: 158.9,
			At: start.Add(31200 * time.Millisecond), Measured: 127.7, Limit: 120, Margin: 7.7, Comparison: "above", Points: 5,
			Class: "serious", Clause: "D16.三.11", State: "final", Reason: "", Confidence: 0.98, AgentID: "A7", Seat: "12-3",
			Team: "晚班", Queue: "billing", Customer: "13800000000", RulebookVersion: "r1", Version: 290,
		}},
	}
}

func write(t testing.TB, s *Store, b *Batch) {
	t.Helper()
	if err := s.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}
