package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// A partition's end is where Kafka says that it is. That nothing comes says nothing: a leader that is away is as quiet as one that
// has given all it has.
const (
	// lookEvery is how often Kafka is asked for the end while nothing comes.
	lookEvery = 2 * time.Second
	// endHolds is how long its word is good for: one that is asked in time and answers at once is never doubted.
	endHolds = 2 * lookEvery
	// askFor bounds how long each broker may take to say where a partition ends.
	askFor = 2 * time.Second
)

// lookout finds out whether a partition that has gone quiet has been read to its end. It asks in the background, so that what is
// due meanwhile is not kept waiting by a broker that does not answer, and over one connection, since partitions may be quiet for days.
type lookout struct {
	p       *Partition
	conn    *kafka.Conn // to the leader; nil if there is none. Whoever asks has it
	said    time.Time   // when Kafka last said, with a record or when asked, that it has no more
	began   time.Time   // when it was last asked
	next    int64       // where the partition stood then
	answers chan answer // of the question that is under way; nil if none is
	short   int         // how often in a row it has said that the partition ends before where it stood
	last    int64       // where it ends, as it last said
}

type answer struct {
	ends Ends
	err  error
}

// heard notes what came with a record: whether it is the partition's last.
func (l *lookout) heard(now time.Time, last bool) {
	l.said, l.short = time.Time{}, 0
	if last {
		l.said = now
	}
}

// failed notes that Kafka cannot be read from.
func (l *lookout) failed() { l.said = time.Time{} }

// quiet is called when nothing has come, and says whether the end has been reached.
func (l *lookout) quiet(ctx context.Context, now time.Time) (atEnd bool) {
	select {
	case a := <-l.answers: // never, where nothing has been asked
		l.answers = nil
		l.take(a)
	default:
	}
	if l.answers == nil && now.Sub(l.began) >= lookEvery && now.Sub(l.said) >= lookEvery {
		l.began, l.next = now, l.p.mark.next
		answers := make(chan answer, 1)
		l.answers = answers
		go func() {
			ends, err := l.ask(ctx)
			answers <- answer{ends, err}
		}()
	}
	return now.Sub(l.said) < endHolds
}

func (l *lookout) take(a answer) {
	switch {
	case a.err != nil:
		l.failed()
		l.p.log.Warn("cannot ask Kafka for the partition's end", "error", a.err)
	case l.p.mark.next != l.next: // what has come meanwhile says more
	case l.p.begun && a.ends.Last < l.next:
		l.failed()
		l.short++
		l.last = a.ends.Last
	case a.ends.readTo(l.next):
		l.said = l.began
		l.p.behind(0)
	default:
		l.failed()
		l.p.behind(a.ends.Last - max(l.next, a.ends.First))
	}
}

// cut says whether the partition ends before what has been read of it: its topic was made anew, or what a leader lost is lost. It is
// said only when it has been heard twice, for a leader that has just been deposed may not know yet.
func (l *lookout) cut() bool { return l.short >= 2 }

// ask asks the leader, by the connection that there is or by a new one.
func (l *lookout) ask(ctx context.Context) (ends Ends, err error) {
	if l.conn != nil {
		if ends, err = readEnds(ctx, l.conn); err == nil {
			return ends, nil
		}
		l.close() // it may have been idle for too long, or another leads now
	}
	ends, l.conn, err = l.p.c.ends(ctx, l.p.topic, l.p.id)
	return ends, err
}

func (l *lookout) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// end lets go of the connection, when whoever asks has done so.
func (l *lookout) end() {
	if l.answers == nil {
		l.close()
		return
	}
	go func() {
		<-l.answers
		l.close()
	}()
}

// readTo says whether who is to read the record at next has read all there is. What is gone from Kafka is none of it.
func (e Ends) readTo(next int64) bool { return max(next, e.First) >= e.Last }

// ends asks the partition's leader what it holds, whichever broker knows the leader, and gives the connection to it.
func (c *Consumer) ends(ctx context.Context, topic string, partition int) (Ends, *kafka.Conn, error) {
	var errs []error
	for _, broker := range c.cfg.Kafka.Brokers {
		conn, err := c.dialLeader(ctx, broker, topic, partition)
		if err == nil {
			var ends Ends
			if ends, err = readEnds(ctx, conn); err == nil {
				return ends, conn, nil
			}
			conn.Close()
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
	}
	return Ends{}, nil, fmt.Errorf("cannot ask the leader of %s/%d: %w", topic, partition, errors.Join(errs...))
}

func (c *Consumer) dialLeader(ctx context.Context, broker, topic string, partition int) (*kafka.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	return c.dialer.DialLeader(ctx, "tcp", broker, topic, partition)
}

func readEnds(ctx context.Context, conn *kafka.Conn) (e Ends, err error) {
	// A broker may be there and not answer.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := conn.SetDeadline(time.Now().Add(askFor)); err != nil {
		return e, err
	}
	e.First, e.Last, err = conn.ReadOffsets()
	return e, err
}
