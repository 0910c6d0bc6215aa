// Package kafka runs a Kafka broker inside the process, for those who try Earshot
// or run it on one machine: franz-go's kfake, listening on a port, so that
// kafka-go, kcat and the switch's own producer talk to it as to any broker.
//
// Records, groups and their offsets are in files. A record is in the operating
// system's hands before its producer is told so, as in Apache Kafka: it survives
// the process being killed, though not the machine losing power in the seconds
// before the system writes it out. There is one broker, so nothing is replicated.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/earshot/earshot/internal/embedded/datadir"
)

// MaxMessageBytes is the largest batch the broker takes: a recording of 8 MiB
// travels in one record, and its envelope needs room too.
const MaxMessageBytes = 10 << 20

// Config says where the broker keeps its data and where it listens.
type Config struct {
	Listen string         // host:port; port 0 takes a free one. Clients are told this host
	Dir    string         // of the data; made if it is missing
	Topics map[string]int // name and partitions of the topics to make if they are missing
	Logger *slog.Logger   // nil: slog.Default()
}

// Server is a running broker.
type Server struct {
	addr    string
	cluster *kfake.Cluster
	lock    *datadir.Lock
	stop    context.CancelFunc // of expireFor
	expired sync.WaitGroup
	closed  sync.Once
	err     error
}

// Start opens the data, listens and makes the topics. It returns when records can
// be sent.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	log := cfg.Logger
	if log == nil {
		log = slog.Default()
	}
	listener, err := listen(ctx, cfg.Listen)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, cfg, listener, log)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("cannot start the embedded Kafka: %w", err)
	}
	log.Info("embedded Kafka is ready", "listen", s.addr, "dir", cfg.Dir)
	return s, nil
}

// listen takes the port. A broker tells its clients the address to come back to,
// so "every address" is none.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for Kafka clients on %q: %w", address, err)
	}
	if listener.Addr().(*net.TCPAddr).IP.IsUnspecified() {
		listener.Close()
		return nil, fmt.Errorf("cannot listen for Kafka clients on %q: clients are told this host to connect to, so name one that they can reach", address)
	}
	return listener, nil
}

func open(ctx context.Context, cfg Config, listener net.Listener, log *slog.Logger) (*Server, error) {
	lock, err := datadir.Open(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{addr: listener.Addr().String(), lock: lock, stop: func() {}}
	s.cluster, err = kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return listener, nil }),
		kfake.ClusterID("earshot-embedded"),
		kfake.DataDir(cfg.Dir),
		kfake.BrokerConfigs(map[string]string{
			"message.max.bytes": strconv.Itoa(MaxMessageBytes),
			"log.retention.ms":  "-1", // see expireFor
		}),
		kfake.WithLogger(logger{log}),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open the data folder %s: %w", cfg.Dir, err), lock.Close())
	}
	if err := createTopics(ctx, s.addr, cfg.Topics, log); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	expiring, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.expired.Go(func() { expireFor(expiring, s.addr, log) })
	return s, nil
}

// Addr is the host:port it listens on.
func (s *Server) Addr() string { return s.addr }

// Close writes everything out and stops. More calls return what the first one did.
func (s *Server) Close() error {
	s.closed.Do(func() {
		s.stop()
		s.expired.Wait()
		s.cluster.Close()
		s.err = s.lock.Close()
	})
	return s.err
}

// names gives the topics in a fixed order.
func names(topics map[string]int) []string {
	out := make([]string, 0, len(topics))
	for name := range topics {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
