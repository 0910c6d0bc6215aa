package publisher

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/segmentio/kafka-go"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/schemas"
)

// pace says when a record is sent: as long after the call's first one as it was captured after that, over speed.
type pace struct {
	speed float64 // 0: at once
	wall  time.Time
	first int64 // captured, µs
}

// wait returns how long it is until a record captured at a time is due.
func (p *pace) wait(capturedUS int64) time.Duration {
	if p.speed == 0 {
		return 0
	}
	if p.wall.IsZero() {
		p.wall, p.first = time.Now(), capturedUS
	}
	after := float64(capturedUS-p.first) * float64(time.Microsecond) / p.speed
	return time.Until(p.wall.Add(time.Duration(after)))
}

// complete is when a record could be sent at the earliest: a batch of media with its last packet.
func complete(r *schemas.CallRecord) int64 {
	at := r.CapturedAtUs
	for _, packet := range r.GetMedia().GetPackets() {
		at = max(at, r.CapturedAtUs+packet.OffsetUs)
	}
	return at
}

// request is what is due of a call and not sent yet.
type request struct {
	to       *topicWriter
	file     string
	sent     func(records int)
	messages []kafka.Message
	bytes    int
}

func (q *request) add(r *schemas.CallRecord) error {
	value, err := proto.Marshal(r)
	if err != nil { // a file's name that is no UTF-8 is no call id
		return fmt.Errorf("cannot publish %s: %w", q.file, err)
	}
	q.messages = append(q.messages, kafka.Message{Key: []byte(r.CallId), Value: value})
	q.bytes += len(value)
	return nil
}

func (q *request) full() bool { return len(q.messages) == requestRecords || q.bytes >= requestBytes/2 }

func (q *request) send(ctx context.Context) error {
	if len(q.messages) == 0 {
		return nil
	}
	now := time.Now()
	for i := range q.messages {
		q.messages[i].Time = now
	}
	if err := q.to.write(ctx, q.file, q.messages); err != nil {
		return err
	}
	q.sent(len(q.messages))
	q.messages, q.bytes = q.messages[:0], 0
	return nil
}

// deliver sends a live call's records in order, as many at a time as are due.
func (w *topicWriter) deliver(ctx context.Context, file string, records iter.Seq2[*schemas.CallRecord, error], speed float64, sent func(int)) error {
	p := pace{speed: speed}
	q := request{to: w, file: file, sent: sent}
	for r, err := range records {
		if err != nil {
			return err
		}
		if due := complete(r); p.wait(due) > 0 {
			if err := q.send(ctx); err != nil {
				return err
			}
			if err := sleep(ctx, p.wait(due)); err != nil {
				return err
			}
		}
		if err := q.add(r); err != nil {
			return err
		}
		if q.full() {
			if err := q.send(ctx); err != nil {
				return err
			}
		}
	}
	return q.send(ctx)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
