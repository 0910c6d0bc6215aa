package pipeline

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/pipeline/store"
)

// errAnalysis marks a failure of an analyzer: it costs the call it happened in, and nothing else.
var errAnalysis = errors.New("the analysis failed")

// heardCall is one call on its way through a partition, live or recorded.
type heardCall struct {
	p        *partition
	analysis *Analysis
	info     ingest.Info
	source   string // rtp or recording
	first    int64  // offsets of its first and last record
	last     int64
	failed   error
}

func (c *heardCall) begin(info ingest.Info) {
	c.info = info
	c.analysis.Begin(info, Outlet{Segment: c.segment, Flag: c.flag})
}

func (c *heardCall) segment(s analyzers.Segment) {
	c.p.outbox.touch()
	c.p.outbox.batch.Segments = append(c.p.outbox.batch.Segments, segmentRow(&c.info, &s))
}

// flag takes a flag raised while the call goes on.
func (c *heardCall) flag(f rulebook.Flag) {
	c.p.outbox.touch()
	c.p.outbox.batch.Flags = append(c.p.outbox.batch.Flags, flagRow(&c.info, &f, liveVersion(f.End)))
}

// end judges the call, or says why it could not be, and hands its rows to the outbox.
func (c *heardCall) end(end ingest.Ending, state string, m *kafka.Message, more func(*store.CallRow)) error {
	cfg := &c.p.w.cfg
	row := callRow(&c.info, end)
	if c.failed == nil {
		err := c.guard(func() error {
			j := judged{verdict: c.analysis.End(end), speech: c.analysis.Speech()}
			j.fill(&row)
			c.p.outbox.touch()
			for i := range j.verdict.Flags {
				c.p.outbox.batch.Flags = append(c.p.outbox.batch.Flags, flagRow(&c.info, &j.verdict.Flags[i], finalVersion(end.At)))
			}
			return nil
		})
		if err != nil {
			c.failed = err
		}
	}
	row.State = state
	if c.failed != nil {
		row.State, row.Error = "failed", c.failed.Error()
	}
	row.Source, row.RulebookVersion, row.EarshotVersion = c.source, cfg.Rulebook.Version(), cfg.Version
	row.Topic, row.Partition = c.p.topic, int32(c.p.id)
	row.FirstOffset, row.LastOffset = c.first, c.last
	// When the call was judged is told by the record that ended it, so that a replay writes the same row. A sender may
	// stamp a record as it likes; what cannot be stored must not keep the whole batch from ClickHouse.
	if row.JudgedAt = m.Time.UTC(); store.CheckTime(row.JudgedAt) != nil {
		row.JudgedAt = c.info.StartedAt
	}
	if more != nil {
		more(&row)
	}
	c.p.outbox.touch()
	c.p.outbox.batch.Calls = append(c.p.outbox.batch.Calls, row)
	cfg.Metrics.calls.WithLabelValues(c.source, row.State).Inc()
	cfg.Metrics.audio.Add(end.At.Seconds())
	c.p.log.Debug("call judged", "call", c.info.CallID, "state", row.State, "duration", end.At, "flags", row.Flags, "score", row.Score)
	return c.failed
}

// guard turns a panic into an error of this call.
func (c *heardCall) guard(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.p.log.Error("an analyzer panicked; the call is marked failed", "call", c.info.CallID, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errAnalysis, r)
		}
	}()
	return do()
}
