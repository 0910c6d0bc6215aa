package deadletters

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
)

// ErrGone says that Kafka does not have the records of a call any more.
var ErrGone = errors.New("the call's start is not in Kafka any more")

// ErrGoesOn says that a call may not be over.
var ErrGoesOn = errors.New("the call may still go on")

// reach is how long before and after a letter its call's records are looked for first: longer than calls are let last.
const reach = 5 * time.Hour

// over is how long after the last record a call without an end is taken to be over.
const over = 2 * time.Minute

// stretch is where in a partition the records of a key begin and, included, end.
type stretch struct {
	first, last int64
	records     int
	started     bool
	ended       bool
	at          time.Time // of the last record
}

// locate finds the records of the call that a letter's record is of.
func locate(ctx context.Context, k pipeline.Kafka, l *Letter) (stretch, error) {
	ends, err := k.Ends(ctx, l.Topic)
	if err != nil {
		return stretch{}, err
	}
	if l.Partition >= len(ends) || l.Offset < ends[l.Partition].First {
		return stretch{}, fmt.Errorf("cannot find the call of record %s: %w", l.ID, ErrGone)
	}
	end := ends[l.Partition]
	from, err := k.OffsetAt(ctx, l.Topic, l.Partition, l.Time.Add(-reach))
	if err != nil {
		return stretch{}, err
	}
	for _, from := range []int64{min(from, l.Offset), end.First} { // the second if the sender's clock was wrong
		s, err := scan(ctx, k, l, max(from, end.First), end.Last)
		switch {
		case err != nil:
			return stretch{}, err
		case !s.started:
		case !s.ended && time.Since(s.at) < over:
			return s, fmt.Errorf("cannot replay record %s: %w: its last record is of %s and no end has come", l.ID, ErrGoesOn, s.at.Format(time.TimeOnly))
		default:
			return s, nil
		}
	}
	return stretch{}, fmt.Errorf("cannot find the call of record %s: %w", l.ID, ErrGone)
}

// scan cuts the records of the letter's key into calls, each from a start to an end, and gives the one with the letter's record.
func scan(ctx context.Context, k pipeline.Kafka, l *Letter, from, to int64) (stretch, error) {
	var s stretch
	var record ingest.Record
	var start []byte
	err := k.ReadRange(ctx, l.Topic, l.Partition, from, to, func(m *kafka.Message) error {
		if string(m.Key) != l.Key {
			return nil
		}
		body := ingest.NoBody
		if record.Decode(m.Value) == nil {
			body = record.Body
		}
		// A start that a publisher repeated is no new call.
		anew := body == ingest.StartBody && string(m.Value) != string(start)
		if (anew || s.ended) && s.records > 0 {
			if l.Offset < m.Offset {
				return pipeline.ErrStop
			}
			s, start = stretch{}, nil
		}
		if s.records == 0 {
			s.first = m.Offset
		}
		if body == ingest.StartBody {
			s.started, start = true, append(start[:0], m.Value...)
		}
		s.records++
		s.last, s.at, s.ended = m.Offset, m.Time, body == ingest.EndBody
		if s.ended && s.last >= l.Offset {
			return pipeline.ErrStop
		}
		return nil
	})
	if l.Offset < s.first || l.Offset > s.last {
		s = stretch{}
	}
	return s, err
}
