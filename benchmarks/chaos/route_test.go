//go:build chaos

package chaos

import (
	"net"
	"sync"
	"testing"

	"github.com/earshot/earshot/internal/apachekafka"
)

// routes are the ways to the brokers that can be cut. A worker that comes when all are taken goes straight to them.
const routes = 4

// route is one worker's way to all brokers. While it is cut nothing gets through, and nobody is told: connections stay open,
// new ones are taken, and what was on its way arrives when the route is mended, if anybody still waits for it.
type route struct {
	bootstrap []string // where the worker finds the brokers
	taken     bool
	mutex     sync.Mutex
	mended    *sync.Cond
	cut       bool
}

// newRoutes puts something that can be cut between the brokers' routes and where they are advertised.
func newRoutes(t *testing.T, brokers []*apachekafka.Broker) (all []*route) {
	for i := range routes {
		r := &route{}
		r.mended = sync.NewCond(&r.mutex)
		for _, b := range brokers {
			way := b.Routes()[i]
			l, err := net.Listen("tcp", way.Advertised)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				l.Close()
				r.set(false)
			})
			r.bootstrap = append(r.bootstrap, way.Advertised)
			go r.serve(l, way.Listens)
		}
		all = append(all, r)
	}
	return all
}

func (r *route) serve(l net.Listener, broker string) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			r.wait()
			server, err := net.Dial("tcp", broker)
			if err != nil {
				return // to the worker it is a broker that hangs up
			}
			defer server.Close()
			var both sync.WaitGroup
			both.Go(func() { r.carry(server, client) })
			both.Go(func() { r.carry(client, server) })
			both.Wait()
		}()
	}
}

// carry takes what comes from one end to the other, until either hangs up.
func (r *route) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		r.wait() // also before it is told that an end has hung up
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return // io.EOF, or the other direction is over
		}
	}
}

func (r *route) set(cut bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.cut = cut
	r.mended.Broadcast()
}

func (r *route) isCut() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.cut
}

// wait returns when the route is not cut.
func (r *route) wait() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for r.cut {
		r.mended.Wait()
	}
}
