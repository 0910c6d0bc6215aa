package pipeline

import (
	"strings"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/internal/mutation"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// A row's version says how much of the call it was written from: the call's length in milliseconds by then, and above it
// what was made of it: live, failed or judged as a whole. So the same records give the same version, a row written from more of
// the call replaces one written from less, and what was said of the whole call replaces what was said while it went on, in
// whatever order they arrive. The length alone does not tell the two apart: media may reach beyond the time
// at which the call is said to have ended. Nor does it tell that a call was judged from that it failed, and a call that failed
// is sent again when it can be judged: then the judgement counts, whatever either takes the call's length to be.
const (
	failedWhole = 1 << 40 // above any length: 34 years
	judgedWhole = 1 << 41 // below what people say of a flag (store.stepVersion)
)

func liveVersion(at time.Duration) uint64 {
	if mutation.Is(mutation.LateLiveWins) {
		return uint64(time.Now().UnixNano())
	}
	return uint64(max(at.Milliseconds(), 0))
}

func failedVersion(at time.Duration) uint64 { return failedWhole + liveVersion(at) }

func finalVersion(at time.Duration) uint64 { return judgedWhole + liveVersion(at) }

func segmentRow(info *ingest.Info, s *analyzers.Segment) store.SegmentRow {
	r := store.SegmentRow{
		CallID: info.CallID, StartedAt: info.StartedAt,
		Kind: s.Kind, Leg: s.Leg.Name(), Start: s.Start.Seconds(), End: s.End.Seconds(),
		Source: s.Source, Value: s.Value, Confidence: s.Confidence,
		AgentID: info.AgentID, Team: info.Team,
		Version: finalVersion(s.End),
	}
	for _, m := range s.Measures() {
		r.Measures.Put(m.Name, m.Value)
	}
	return r
}

func flagRow(info *ingest.Info, f *rulebook.Flag, version uint64) store.FlagRow {
	return store.FlagRow{
		FlagID: f.ID, CallID: f.CallID, Rule: f.Rule, Leg: f.Leg,
		StartedAt: info.StartedAt, Start: f.Start.Seconds(), End: f.End.Seconds(), At: info.StartedAt.Add(f.Start),
		Measured: f.Measured, Limit: f.Limit, Margin: f.Margin, Comparison: f.Comparison,
		Points: f.Points, Class: string(f.Class), Clause: f.Clause,
		State: string(f.State), Reason: f.Reason, Confidence: f.Confidence,
		AgentID: info.AgentID, Seat: info.Seat, Team: info.Team, Queue: info.Queue, Customer: info.Customer,
		RulebookVersion: f.RulebookVersion, Version: version,
	}
}

// callRow holds what every row of a call has, judged or not.
func callRow(info *ingest.Info, end ingest.Ending) store.CallRow {
	r := store.CallRow{
		CallID: info.CallID, AgentID: info.AgentID, Seat: info.Seat, Team: info.Team, Queue: info.Queue,
		Trunk: info.Trunk, Customer: info.Customer, Direction: directionName(info.Direction),
		StartedAt: info.StartedAt, Duration: end.At.Seconds(),
		EndedBy: end.By.Name(), Cause: end.Cause,
		Version: finalVersion(end.At),
	}
	for _, l := range info.Legs {
		r.Legs = append(r.Legs, store.LegRow{Leg: l.Name()})
	}
	return r
}

func (r *judged) fill(row *store.CallRow) {
	row.Points, row.Score = r.verdict.Points, r.verdict.Score
	for _, f := range r.verdict.Flags {
		if f.State == rulebook.Final {
			row.Flags++
		}
	}
	for _, n := range r.verdict.NotAssessable {
		row.NotAssessable = append(row.NotAssessable, store.NotAssessable{Rule: n.Rule, ReasonEN: n.Reason, ReasonZH: n.ReasonZH})
	}
	for i := range row.Legs {
		row.Legs[i].Speech = r.speech[i]
	}
	for _, e := range r.events {
		kind := strings.ToLower(strings.TrimPrefix(e.Kind.String(), "KIND_"))
		row.Events = append(row.Events, store.EventRow{Kind: kind, By: e.By.Name(), At: e.At.Seconds()})
	}
}

// judged is what came out of a call's Analysis at its end.
type judged struct {
	verdict rulebook.Verdict
	speech  [2]float64
	events  []ingest.Event
}

func addStats(row *store.CallRow, leg int, s ingest.LegStats) {
	l := &row.Legs[leg]
	l.Packets, l.Lost, l.Late = s.Packets, s.Lost, s.Late
	l.Duplicates, l.Reordered, l.Refused = s.Duplicates, s.Reordered, s.Refused
	l.JitterMS = float64(s.Jitter.Microseconds()) / 1000
	row.JitterMS = max(row.JitterMS, l.JitterMS)
	var expected, lost uint64
	for _, l := range row.Legs {
		lost += l.Lost
		expected += l.Packets + l.Lost - l.Late
	}
	if expected > 0 {
		row.Loss = float64(lost) / float64(expected)
	}
}

func directionName(d schemas.Direction) string {
	if d == schemas.Direction_DIRECTION_UNSPECIFIED {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(d.String(), "DIRECTION_"))
}
