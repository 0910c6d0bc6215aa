package pipeline

import (
	"context"
	"net"
	"time"
)

// answerWithin is how much longer a broker may take than kafka-go gives it. Of a fetch that is to be answered after 100 ms at the latest
// kafka-go asks the broker to answer after 75, and hangs up after 100: a broker that is 25 ms away, or has much to do, would never be heard.
const answerWithin = time.Second

// dialPatiently gives connections on which answers are waited for that much longer.
func dialPatiently(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return patientConn{conn}, nil
	}
}

type patientConn struct{ net.Conn }

func (c patientConn) SetReadDeadline(t time.Time) error { return c.Conn.SetReadDeadline(later(t)) }

// SetWriteDeadline is as late, since a fetch first asks for the broker's version, in the time that it has.
func (c patientConn) SetWriteDeadline(t time.Time) error { return c.Conn.SetWriteDeadline(later(t)) }

func later(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(answerWithin)
}
