//go:build chaos

package chaos

import (
	"context"
	"net"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/internal/publisher"
)

// patient is a way to Kafka that tries again while the broker is away: who sends calls is not what is tested, and the records
// must all be in the topic in the end.
type patient struct{ inner kafka.RoundTripper }

func (p patient) RoundTrip(ctx context.Context, addr net.Addr, r kafka.Request) (kafka.Response, error) {
	for {
		answer, err := p.inner.RoundTrip(ctx, addr, r)
		if err == nil || ctx.Err() != nil {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// send publishes live calls, and says of how many all was sent, and what went wrong with others.
func (w *world) send(files []string, copies int) (whole int, errs []error) {
	p := publisher.New(publisher.Config{Brokers: w.addresses(), Transport: patient{&kafka.Transport{}}, Calls: "earshot.calls", Recordings: "earshot.recordings"})
	defer p.Close(context.Background())
	err := p.Publish(context.Background(), files, publisher.Options{StartedAt: time.Now().Truncate(time.Second)}, publisher.Delivery{
		Speed: *speed, Copies: copies, Concurrency: *live,
		OnReport: func(r publisher.Report) {
			if r.Err != nil {
				errs = append(errs, r.Err)
				return
			}
			whole++
		},
	})
	if err != nil && len(errs) == 0 {
		errs = append(errs, err)
	}
	return whole, errs
}
