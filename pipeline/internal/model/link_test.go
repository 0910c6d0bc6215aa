package model

import (
	"context"
	"errors"
	"net"
	"sync"
)

var errCut = errors.New("the network is cut")

// link is one process's way to Kafka. It can be cut, and it can be frozen, as the process is when it has been stopped. A
// frozen link is a cut one for Kafka: to block inside a read or a write would leave goroutines waiting for the locks that
// kafka-go holds meanwhile, and in a bubble of synctest no time passes while a goroutine waits for a lock. So the process
// finds its connections broken when it wakes up, as it does when the brokers have closed them; what it had on its way to
// ClickHouse waits until then.
type link struct {
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	mutex  sync.Mutex
	cut    bool
	away   string        // a broker that cannot be reached, if not empty
	frozen chan struct{} // closed when it thaws; nil when it is not frozen
	conns  map[*conn]bool
}

func newLink(dial func(ctx context.Context, network, address string) (net.Conn, error)) *link {
	return &link{dial: dial, conns: map[*conn]bool{}}
}

func (l *link) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mutex.Lock()
	cut := l.cut || l.frozen != nil || address == l.away
	l.mutex.Unlock()
	if cut {
		return nil, errCut
	}
	inner, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: inner, link: l, to: address}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.cut || l.frozen != nil || address == l.away {
		inner.Close()
		return nil, errCut
	}
	l.conns[c] = true
	return c, nil
}

// sever cuts the link, until it is mended.
func (l *link) sever() {
	l.mutex.Lock()
	l.cut = true
	l.mutex.Unlock()
	l.reset()
}

func (l *link) mend() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.cut = false
}

// lose cuts the way to one broker, until it is called with none.
func (l *link) lose(broker string) {
	l.mutex.Lock()
	l.away = broker
	l.mutex.Unlock()
	if broker != "" {
		l.resetTo(broker)
	}
}

// reset breaks every connection there is.
func (l *link) reset() { l.resetTo("") }

// resetTo breaks those to one broker; to all, if none is named.
func (l *link) resetTo(broker string) {
	l.mutex.Lock()
	var conns []*conn
	for c := range l.conns {
		if broker == "" || c.to == broker {
			conns = append(conns, c)
		}
	}
	l.mutex.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

func (l *link) freeze() {
	l.mutex.Lock()
	if l.frozen == nil {
		l.frozen = make(chan struct{})
	}
	l.mutex.Unlock()
	l.reset()
}

func (l *link) thaw() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.frozen != nil {
		close(l.frozen)
		l.frozen = nil
	}
}

// wait returns when the link is not frozen, and whether it was.
func (l *link) wait() (was bool) {
	l.mutex.Lock()
	frozen := l.frozen
	l.mutex.Unlock()
	if frozen != nil {
		<-frozen
	}
	return frozen != nil
}

type conn struct {
	net.Conn
	link *link
	to   string
}

func (c *conn) Close() error {
	c.link.mutex.Lock()
	delete(c.link.conns, c)
	c.link.mutex.Unlock()
	return c.Conn.Close()
}
