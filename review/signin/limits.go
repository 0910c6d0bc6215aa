package signin

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits hold a rate limit for each key, an address or an account. They forget the key that has been quiet longest when
// there are too many, so that a flood of addresses cannot fill the memory.
type Limits struct {
	every rate.Limit
	burst int
	most  int

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // the most recently used first
}

type limit struct {
	key     string
	limiter *rate.Limiter
}

// NewLimits allows burst at once, and then one each `each`.
func NewLimits(each time.Duration, burst int) *Limits {
	return &Limits{every: rate.Every(each), burst: burst, most: 10_000, byKey: map[string]*list.Element{}, order: list.New()}
}

// Allow says whether a key may go on now, or else after how long.
func (l *Limits) Allow(key string, now time.Time) (ok bool, after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, known := l.byKey[key]
	if known {
		l.order.MoveToFront(e)
	} else {
		e = l.order.PushFront(&limit{key: key, limiter: rate.NewLimiter(l.every, l.burst)})
		l.byKey[key] = e
		if l.order.Len() > l.most {
			last := l.order.Back()
			delete(l.byKey, last.Value.(*limit).key)
			l.order.Remove(last)
		}
	}
	r := e.Value.(*limit).limiter.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return false, wait
	}
	return true, 0
}
