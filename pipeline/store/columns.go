package store

import (
	"math"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// column says how one column of a table is filled from rows of type R, and where a row keeps what is read from it. The
// type is given here, as in the migration, so that an insert need not ask the server for it first; a test holds the two
// together.
type column[R any] struct {
	name, chType string
	fill         func(to driver.BatchColumn, rows []R) error
	into         func(*R) any // what the driver scans into
}

// col is a column that is a field of the row.
func col[R, V any](name, chType string, field func(*R) *V) column[R] {
	return column[R]{name, chType, fill(func(r *R) V { return *field(r) }), func(r *R) any { return field(r) }}
}

// fill fills a column at a stroke: a slice of the column's values is what the driver takes fastest.
func fill[R, V any](value func(*R) V) func(driver.BatchColumn, []R) error {
	return func(to driver.BatchColumn, rows []R) error {
		values := make([]V, len(rows))
		for i := range rows {
			values[i] = value(&rows[i])
		}
		return to.Append(values)
	}
}

// seconds is a column of seconds, written to the millisecond.
func seconds[R any](name string, field func(*R) *float64) column[R] {
	return column[R]{name, typeReal, fill(func(r *R) float64 { return millis(*field(r)) }), func(r *R) any { return field(r) }}
}

const (
	typeText   = "String"
	typeName   = "LowCardinality(String)"
	typeNames  = "Array(LowCardinality(String))"
	typeTexts  = "Array(String)"
	typeTime   = "DateTime64(6, 'UTC')"
	typeReal   = "Float64"
	typeReals  = "Map(LowCardinality(String), Float64)"
	typeCounts = "Map(LowCardinality(String), UInt64)"
	typeFlag   = "Bool"
	typeWhole  = "UInt32"
	typeBig    = "UInt64"
)

// epoch is how a column that has no NULL says that there is no time.
var epoch = time.Unix(0, 0).UTC()

// moment is a column of a time that may be missing: the zero Time is stored as 1970.
func moment[R any](name string, field func(*R) *time.Time) column[R] {
	return column[R]{name, typeTime, fill(func(r *R) time.Time {
		if t := *field(r); !t.IsZero() {
			return t
		}
		return epoch
	}), func(r *R) any { return &missing{field(r)} }}
}

type missing struct{ t *time.Time }

func (m *missing) Scan(value any) error {
	*m.t = value.(time.Time)
	if m.t.Equal(epoch) {
		*m.t = time.Time{}
	}
	return nil
}

var callColumns = []column[CallRow]{
	col("call_id", typeText, func(r *CallRow) *string { return &r.CallID }),
	col("agent_id", typeName, func(r *CallRow) *string { return &r.AgentID }),
	col("seat", typeName, func(r *CallRow) *string { return &r.Seat }),
	col("team", typeName, func(r *CallRow) *string { return &r.Team }),
	col("queue", typeName, func(r *CallRow) *string { return &r.Queue }),
	col("trunk", typeName, func(r *CallRow) *string { return &r.Trunk }),
	col("customer", typeText, func(r *CallRow) *string { return &r.Customer }),
	col("direction", typeName, func(r *CallRow) *string { return &r.Direction }),
	col("source", typeName, func(r *CallRow) *string { return &r.Source }),
	col("started_at", typeTime, func(r *CallRow) *time.Time { return &r.StartedAt }),
	seconds("duration", func(r *CallRow) *float64 { return &r.Duration }),
	{"legs", typeNames, fill(func(r *CallRow) []string { return list(r.Legs, func(l LegRow) string { return l.Leg }) }),
		func(r *CallRow) any { return legNames{r} }},
	col("ended_by", typeName, func(r *CallRow) *string { return &r.EndedBy }),
	col("cause", typeName, func(r *CallRow) *string { return &r.Cause }),
	col("state", typeName, func(r *CallRow) *string { return &r.State }),
	col("error", typeText, func(r *CallRow) *string { return &r.Error }),
	col("points", typeReal, func(r *CallRow) *float64 { return &r.Points }),
	col("score", typeReal, func(r *CallRow) *float64 { return &r.Score }),
	col("flags", "UInt32", func(r *CallRow) *uint32 { return &r.Flags }),
	notAssessable("not_assessable.rule", typeNames, func(n *NotAssessable) *string { return &n.Rule }),
	notAssessable("not_assessable.reason_en", typeTexts, func(n *NotAssessable) *string { return &n.ReasonEN }),
	notAssessable("not_assessable.reason_zh", typeTexts, func(n *NotAssessable) *string { return &n.ReasonZH }),
	col("loss", typeReal, func(r *CallRow) *float64 { return &r.Loss }),
	col("jitter_ms", typeReal, func(r *CallRow) *float64 { return &r.JitterMS }),
	col("mos", "Nullable(Float64)", func(r *CallRow) **float64 { return &r.MOS }),
	perLeg("leg_packets", typeCounts, func(l *LegRow) *uint64 { return &l.Packets }),
	perLeg("leg_lost", typeCounts, func(l *LegRow) *uint64 { return &l.Lost }),
	perLeg("leg_late", typeCounts, func(l *LegRow) *uint64 { return &l.Late }),
	perLeg("leg_duplicates", typeCounts, func(l *LegRow) *uint64 { return &l.Duplicates }),
	perLeg("leg_reordered", typeCounts, func(l *LegRow) *uint64 { return &l.Reordered }),
	perLeg("leg_refused", typeCounts, func(l *LegRow) *uint64 { return &l.Refused }),
	perLeg("leg_jitter_ms", typeReals, func(l *LegRow) *float64 { return &l.JitterMS }),
	{"leg_speech", typeReals, fill(func(r *CallRow) *Named[float64] {
		return perLegOf(r, func(l *LegRow) float64 { return millis(l.Speech) })
	}), func(r *CallRow) any { return legValues[float64]{r, func(l *LegRow) *float64 { return &l.Speech }} }},
	col("rulebook_version", typeName, func(r *CallRow) *string { return &r.RulebookVersion }),
	col("earshot_version", typeName, func(r *CallRow) *string { return &r.EarshotVersion }),
	col("topic", typeName, func(r *CallRow) *string { return &r.Topic }),
	col("partition", "Int32", func(r *CallRow) *int32 { return &r.Partition }),
	col("first_offset", "Int64", func(r *CallRow) *int64 { return &r.FirstOffset }),
	col("last_offset", "Int64", func(r *CallRow) *int64 { return &r.LastOffset }),
	col("lost_records", "UInt64", func(r *CallRow) *uint64 { return &r.LostRecords }),
	col("dropped_records", "UInt64", func(r *CallRow) *uint64 { return &r.DroppedRecords }),
	col("judged_at", typeTime, func(r *CallRow) *time.Time { return &r.JudgedAt }),
	col("version", "UInt64", func(r *CallRow) *uint64 { return &r.Version }),
	eventTexts("events.kind", func(e *EventRow) *string { return &e.Kind }),
	eventTexts("events.by", func(e *EventRow) *string { return &e.By }),
	{"events.at", "Array(Float64)", fill(eventTimes), func(r *CallRow) any { return eventsRead{row: r} }},
}

var segmentColumns = []column[SegmentRow]{
	col("call_id", typeText, func(r *SegmentRow) *string { return &r.CallID }),
	col("started_at", typeTime, func(r *SegmentRow) *time.Time { return &r.StartedAt }),
	col("kind", typeName, func(r *SegmentRow) *string { return &r.Kind }),
	col("leg", typeName, func(r *SegmentRow) *string { return &r.Leg }),
	seconds("start", func(r *SegmentRow) *float64 { return &r.Start }),
	seconds("end", func(r *SegmentRow) *float64 { return &r.End }),
	col("source", typeName, func(r *SegmentRow) *string { return &r.Source }),
	col("value", typeReal, func(r *SegmentRow) *float64 { return &r.Value }),
	col("confidence", typeReal, func(r *SegmentRow) *float64 { return &r.Confidence }),
	{"measures", typeReals, fill(func(r *SegmentRow) *Named[float64] { return &r.Measures }), func(r *SegmentRow) any { return &r.Measures }},
	col("agent_id", typeName, func(r *SegmentRow) *string { return &r.AgentID }),
	col("team", typeName, func(r *SegmentRow) *string { return &r.Team }),
	col("version", "UInt64", func(r *SegmentRow) *uint64 { return &r.Version }),
}

var flagColumns = []column[FlagRow]{
	col("flag_id", typeText, func(r *FlagRow) *string { return &r.FlagID }),
	col("call_id", typeText, func(r *FlagRow) *string { return &r.CallID }),
	col("rule", typeName, func(r *FlagRow) *string { return &r.Rule }),
	col("leg", typeName, func(r *FlagRow) *string { return &r.Leg }),
	col("started_at", typeTime, func(r *FlagRow) *time.Time { return &r.StartedAt }),
	seconds("flag_start", func(r *FlagRow) *float64 { return &r.Start }),
	seconds("flag_end", func(r *FlagRow) *float64 { return &r.End }),
	col("at", typeTime, func(r *FlagRow) *time.Time { return &r.At }),
	col("measured", typeReal, func(r *FlagRow) *float64 { return &r.Measured }),
	col("limit", typeReal, func(r *FlagRow) *float64 { return &r.Limit }),
	col("margin", typeReal, func(r *FlagRow) *float64 { return &r.Margin }),
	col("comparison", typeName, func(r *FlagRow) *string { return &r.Comparison }),
	col("points", typeReal, func(r *FlagRow) *float64 { return &r.Points }),
	col("class", typeName, func(r *FlagRow) *string { return &r.Class }),
	col("clause", typeName, func(r *FlagRow) *string { return &r.Clause }),
	col("state", typeName, func(r *FlagRow) *string { return &r.State }),
	col("reason", typeText, func(r *FlagRow) *string { return &r.Reason }),
	col("confidence", typeReal, func(r *FlagRow) *float64 { return &r.Confidence }),
	col("agent_id", typeName, func(r *FlagRow) *string { return &r.AgentID }),
	col("seat", typeName, func(r *FlagRow) *string { return &r.Seat }),
	col("team", typeName, func(r *FlagRow) *string { return &r.Team }),
	col("queue", typeName, func(r *FlagRow) *string { return &r.Queue }),
	col("customer", typeText, func(r *FlagRow) *string { return &r.Customer }),
	col("rulebook_version", typeName, func(r *FlagRow) *string { return &r.RulebookVersion }),
	col("version", "UInt64", func(r *FlagRow) *uint64 { return &r.Version }),
}

// perLeg is a map column of a call, with the leg's name as key.
func perLeg[V any](name, chType string, field func(*LegRow) *V) column[CallRow] {
	return column[CallRow]{name, chType, fill(func(r *CallRow) *Named[V] {
		return perLegOf(r, func(l *LegRow) V { return *field(l) })
	}), func(r *CallRow) any { return legValues[V]{r, field} }}
}

func perLegOf[V any](r *CallRow, value func(*LegRow) V) *Named[V] {
	n := make(Named[V], len(r.Legs))
	for i := range r.Legs {
		n[i] = NamedValue[V]{r.Legs[i].Leg, value(&r.Legs[i])}
	}
	return &n
}

func notAssessable(name, chType string, field func(*NotAssessable) *string) column[CallRow] {
	return column[CallRow]{name, chType, fill(func(r *CallRow) []string {
		return list(r.NotAssessable, func(n NotAssessable) string { return *field(&n) })
	}), func(r *CallRow) any { return notAssessed{r, field} }}
}

func list[T any](from []T, text func(T) string) []string {
	to := make([]string, len(from))
	for i, t := range from {
		to[i] = text(t)
	}
	return to
}

// millis rounds seconds to the millisecond, so that one time is one key however it was computed.
func millis(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }
