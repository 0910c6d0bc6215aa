package review

import (
	"fmt"
	"math"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// oddID is a call id that is also a path and HTML: ids come from the switch.
const oddID = `../../etc/passwd<script>`

// seedCalls writes a few calls. The call talk, of agent A1 in the team north, has two flags and its audio; hour is an
// hour long; gone had audio that has expired; the rest have none.
func (s *site) seedCalls() {
	s.t.Helper()
	b := &store.Batch{}
	add := func(id, agentID, team string, at time.Duration, seconds float64, flags ...store.FlagRow) {
		started := s.start.Add(at)
		call := store.CallRow{
			CallID: id, AgentID: agentID, Seat: "12-3", Team: team, Queue: "billing", Customer: "13812345678", Direction: "inbound", Source: "rtp",
			StartedAt: started, Duration: seconds, Legs: []store.LegRow{{Leg: "agent"}, {Leg: "customer"}}, EndedBy: "customer", State: "ended",
			Score: 100, JudgedAt: started, RulebookVersion: "r1", Flags: uint32(len(flags)), Version: 1,
			NotAssessable: []store.NotAssessable{{Rule: "floor-noise", ReasonEN: "too little speech", ReasonZH: "话音太少"}},
		}
		if id == "talk" {
			call.Events = []store.EventRow{{Kind: "ringing"}, {Kind: "answered", At: .9}, {Kind: "hold", By: "agent", At: 40}, {Kind: "resume", By: "agent", At: 70}, {Kind: "transfer", By: "agent", At: 84}}
		}
		b.Calls = append(b.Calls, call)
		for i, f := range flags {
			f.FlagID, f.CallID, f.StartedAt, f.At = fmt.Sprintf("%s-%d", id, i), id, started, started.Add(time.Duration(f.Start*1e9))
			f.Margin, f.Comparison, f.State, f.AgentID, f.Seat, f.Team = math.Abs(f.Measured-f.Limit), "above", "final", agentID, "12-3", team
			f.Queue, f.RulebookVersion, f.Version = "billing", "r1", 1
			b.Flags = append(b.Flags, f)
		}
	}
	raised := store.FlagRow{Rule: "raised-voice", Leg: "agent", Start: 20, End: 26, Measured: 12.3, Limit: 9, Points: 10, Class: "serious", Clause: "D18.二.1", Confidence: .84}
	held := store.FlagRow{Rule: "hold-too-long", Leg: "agent", Start: 40, End: 70, Measured: 130, Limit: 120, Points: 5, Class: "serious", Clause: "D16.三.11", Confidence: .97}
	quiet := store.FlagRow{Rule: "dead-air", Start: 10, End: 32, Measured: 22, Limit: 20, Points: 5, Class: "minor", Clause: "D16.三.6", Confidence: .6}
	add("talk", "A1", "north", 0, 90, raised, held)
	add("short", "A2", "north", 10*time.Minute, 40, quiet)
	add("gone", "A1", "north", 20*time.Minute, 40, quiet)
	add(oddID, "A2", "north", 30*time.Minute, 40, quiet)
	add("away", "B1", "south", 40*time.Minute, 40, quiet)
	add("hour", "A2", "north", 50*time.Minute, 3600, held)
	for _, seg := range []store.SegmentRow{
		{Kind: "speech", Leg: "customer", Start: 1, End: 8}, {Kind: "speech", Leg: "agent", Start: 9, End: 19}, {Kind: "raised", Leg: "agent", Start: 20, End: 26},
		{Kind: "overlap", Start: 24, End: 26}, {Kind: "hold", Leg: "agent", Start: 40, End: 70, Source: "both"}, {Kind: "silence", Start: 72, End: 80}, {Kind: "ring", Start: 0, End: .9},
	} {
		seg.CallID, seg.StartedAt, seg.Confidence, seg.AgentID, seg.Team, seg.Version = "talk", s.start, .9, "A1", "north", 1
		b.Segments = append(b.Segments, seg)
	}
	for i := range 1500 { // both speak in turn for an hour
		leg := [...]string{"agent", "customer"}[i%2]
		at := float64(i) * 2.4
		b.Segments = append(b.Segments, store.SegmentRow{CallID: "hour", StartedAt: s.start.Add(50 * time.Minute), Kind: "speech", Leg: leg, Start: at, End: at + 2, AgentID: "A2", Team: "north", Version: 1})
	}
	if err := s.store.Write(s.t.Context(), b); err != nil {
		s.t.Fatal(err)
	}
	s.record("talk", s.start, 90)
	s.record("gone", s.start, 2)
	for e, err := range s.audio.Undecided(s.t.Context(), nil) {
		if err != nil {
			s.t.Fatal(err)
		}
		if e.CallID == "gone" {
			if err := s.audio.Expire(s.t.Context(), e, time.Now().Add(time.Hour)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// record keeps the audio of a call.
func (s *site) record(id string, at time.Time, seconds int) {
	s.t.Helper()
	w, err := s.audio.Create(evidence.Call{ID: id, StartedAt: at, Legs: []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}, Whole: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.speak(w, 0, seconds)
	if err := w.Close(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// speak writes so many seconds of a call from one on: two tones that come and go, the agent's at 300 Hz, the customer's at 500.
func (s *site) speak(w *evidence.Writer, from, seconds int) {
	s.t.Helper()
	legs := []ingest.Audio{{PCM: make([]float32, ingest.TickSamples)}, {PCM: make([]float32, ingest.TickSamples)}}
	tone := make([][]float64, len(legs)) // a tick has a whole number of periods of both
	for l, hz := range []float64{300, 500} {
		for i := range ingest.TickSamples {
			tone[l] = append(tone[l], math.Sin(2*math.Pi*hz*float64(i)/ingest.SampleRate))
		}
	}
	for tick := from * 50; tick < (from+seconds)*50; tick++ {
		for l := range legs {
			loud := .25 * math.Max(0, math.Sin(2*math.Pi*(float64(tick)/50/4+float64(l)/2)))
			for i := range legs[l].PCM {
				legs[l].PCM[i] = float32(loud * tone[l][i])
			}
		}
		w.Tick(legs)
		if w.Buffered() > 1<<20 {
			if err := w.Flush(s.t.Context()); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	if err := w.Flush(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}
