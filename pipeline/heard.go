package pipeline

import (
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
)

// heardCall is one call on its way to being judged, live or recorded: the Hearing of a live one.
type heardCall struct {
	*Analysis
	j      *judging
	info   ingest.Info
	source string // rtp or recording
	first  int64  // offsets of its first and last record
	last   int64
	failed error
	said   versions
}

// Begin is Hearing's.
func (c *heardCall) Begin(info ingest.Info, first int64) {
	c.info, c.first, c.last = info, first, first
	c.Analysis.Begin(info, Outlet{Segment: c.segment, Flag: c.flag})
}

func (c *heardCall) segment(s analyzers.Segment) {
	row := segmentRow(&c.info, &s)
	c.said.segment(&row)
	c.j.outbox.touch()
	c.j.outbox.batch.Segments = append(c.j.outbox.batch.Segments, row)
}

// flag takes a flag raised while the call goes on.
func (c *heardCall) flag(f rulebook.Flag) {
	row := flagRow(&c.info, &f, liveVersion(f.End))
	c.said.flag(&row)
	c.j.outbox.touch()
	c.j.outbox.hurry()
	c.j.outbox.batch.Flags = append(c.j.outbox.batch.Flags, row)
}

// End is Hearing's.
func (c *heardCall) End(e LiveEnd) error {
	c.failed, c.last = e.Err, e.Last
	err := c.judge(e.Ending, e.State, e.Message, func(row *store.CallRow) {
		for i, leg := range c.info.Legs {
			addStats(row, i, e.Call.Stats(leg))
		}
		counts := e.Call.Counts()
		row.LostRecords, row.DroppedRecords = counts.LostRecords, counts.RepeatedRecords+e.Dropped
	})
	c.j.outbox.marks = append(c.j.outbox.marks, e.Mark)
	if err == nil {
		c.j.release(c.Analysis)
	}
	return err
}

// judge judges the call, or says why it could not be, and hands its rows to the outbox.
func (c *heardCall) judge(end ingest.Ending, state string, m *kafka.Message, more func(*store.CallRow)) error {
	cfg := &c.j.w.cfg
	row := callRow(&c.info, end)
	if c.failed == nil {
		err := guard(c.j.log, c.info.CallID, c.last, func() error {
			j := judged{verdict: c.Analysis.End(end), speech: c.Speech(), events: c.Events()}
			j.fill(&row)
			c.said.final(c.info.CallID, finalVersion(end.At))
			c.j.outbox.touch()
			for i := range j.verdict.Flags {
				row := flagRow(&c.info, &j.verdict.Flags[i], finalVersion(end.At))
				c.said.flag(&row)
				c.j.outbox.batch.Flags = append(c.j.outbox.batch.Flags, row)
			}
			return nil
		})
		if err != nil {
			c.failed = err
		}
	}
	row.State = state
	if c.failed != nil {
		row.State, row.Error, row.Version = "failed", c.failed.Error(), failedVersion(end.At)
	}
	row.Source, row.RulebookVersion, row.EarshotVersion = c.source, cfg.Rulebook.Version(), cfg.Version
	row.Topic, row.Partition = c.j.p.topic, int32(c.j.p.id)
	row.FirstOffset, row.LastOffset = c.first, c.last
	// When the call was judged is told by the record that ended it, so that a replay writes the same row. A sender may
	// stamp a record as it likes; what cannot be stored must not keep the whole batch from ClickHouse.
	if row.JudgedAt = m.Time.UTC(); store.CheckTime(row.JudgedAt) != nil {
		row.JudgedAt = c.info.StartedAt
	}
	if more != nil {
		more(&row)
	}
	c.j.outbox.touch()
	c.j.outbox.batch.Calls = append(c.j.outbox.batch.Calls, row)
	cfg.Metrics.calls.WithLabelValues(c.source, row.State).Inc()
	cfg.Metrics.audio.Add(end.At.Seconds())
	if n := c.Analysis.judge.Dropped(); n > 0 {
		cfg.Metrics.dropped.Add(float64(n))
		c.j.log.Warn("more segments than are kept of a call", "call", c.info.CallID, "offset", c.first, "dropped", n)
	}
	c.j.log.Debug("call judged", "call", c.info.CallID, "offset", c.first, "last", c.last, "state", row.State, "duration", end.At, "flags", row.Flags, "score", row.Score)
	return c.failed
}
