//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/internal/publisher"
)

// sending is how the sending of live calls went.
type sending struct {
	calls  int // sent whole, each record acknowledged
	errs   []error
	heldUp time.Duration // for how long records waited for a broker at most
}

// send publishes live calls.
func (w *world) send(files []string, copies int) (s sending) {
	way := &patient{inner: &kafka.Transport{}}
	p := publisher.New(publisher.Config{Brokers: w.addresses(), Transport: way, Calls: "earshot.calls", Recordings: "earshot.recordings"})
	err := p.Publish(context.Background(), files, publisher.Options{StartedAt: time.Now().Truncate(time.Second)}, publisher.Delivery{
		Speed: *speed, Copies: copies, Concurrency: *live,
		OnReport: func(r publisher.Report) {
			if r.Err != nil {
				s.errs = append(s.errs, r.Err)
				return
			}
			s.calls++
		},
	})
	if err != nil && len(s.errs) == 0 {
		s.errs = append(s.errs, err)
	}
	if err := p.Close(context.Background()); err != nil {
		s.errs = append(s.errs, err)
	}
	if all := len(files) * copies; s.calls < all {
		s.errs = append(s.errs, fmt.Errorf("%d of %d calls were sent whole", s.calls, all))
	}
	s.heldUp = way.heldUp()
	return s
}
