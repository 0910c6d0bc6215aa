// Package apachekafka starts the real Apache Kafka for tests: the embedded broker
// and the library's own fakes cannot show that Earshot works with the one that
// call centres run.
//
// Java 17 or later and Maven must be installed; the jars come from Maven Central,
// or the mirror that Maven is configured for, once.
package apachekafka

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// Version is the release of Apache Kafka that runs.
const Version = "4.3.1"

// MaxMessageBytes is the largest batch that the broker takes, as the embedded one does.
const MaxMessageBytes = 10 << 20

const (
	readyWithin = 2 * time.Minute // a loaded machine may have several JVMs starting
	stopWithin  = 30 * time.Second
)

// Broker is a running broker of a test, alone in its cluster unless StartCluster made it.
type Broker struct {
	Version string

	t      testing.TB
	jars   string
	config string // server.properties
	addr   string
	log    *bytes.Buffer
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has

	security *secured // nil: whoever connects may do all
	measured bool

	node   int      // its number, from 1
	voters []string // the controllers' addresses, one of each node
	routes []Route
}

// Route is one more way to a broker: whoever comes to where it listens is told to come by the advertised address, where
// the test puts something between the two.
type Route struct{ Listens, Advertised string }

// Routes are the ways to the broker that StartCluster was asked for.
func (b *Broker) Routes() []Route { return b.routes }

// Start runs a broker until the test ends, and returns when it takes requests.
func Start(t testing.TB) *Broker {
	t.Helper()
	return start(t, nil)
}

// StartMeasured runs a broker as one runs in service rather than as one starts quickly: with the optimizing compiler, and a
// gigabyte of memory. It keeps no more than a gigabyte of each partition.
func StartMeasured(t testing.TB) *Broker {
	t.Helper()
	return startWith(t, &Broker{measured: true})
}

func start(t testing.TB, security *secured) *Broker {
	t.Helper()
	return startWith(t, &Broker{security: security})
}

func startWith(t testing.TB, b *Broker) *Broker {
	t.Helper()
	jars, err := jars()
	if err != nil {
		t.Fatalf("cannot get Apache Kafka: %v", err)
	}
	ports := freePorts(t, 2)
	b.Version, b.t, b.jars, b.node = Version, t, jars, 1
	b.addr, b.voters = local(ports[0]), []string{local(ports[1])}
	b.configure(b.id())
	b.run()
	t.Cleanup(b.Kill)
	return b
}

func local(port string) string { return "127.0.0.1:" + port }

// Addr is the host:port that clients connect to; it stays the same over a Restart.
func (b *Broker) Addr() string { return b.addr }

// Pid is the number of the broker's process.
func (b *Broker) Pid() int { return b.cmd.Process.Pid }

// id makes an id for a cluster.
func (b *Broker) id() string {
	b.t.Helper()
	id, err := b.java("kafka.tools.StorageTool", "random-uuid").Output()
	if err != nil {
		b.t.Fatalf("cannot run Apache Kafka %s, is Java 17 installed? %v", Version, err)
	}
	return strings.TrimSpace(string(id))
}

// configure writes server.properties and prepares the storage.
func (b *Broker) configure(cluster string) {
	b.t.Helper()
	dir := b.t.TempDir()
	voters := make([]string, len(b.voters))
	for i, addr := range b.voters {
		voters[i] = fmt.Sprintf("%d@%s", i+1, addr)
	}
	replicas := fmt.Sprint(len(b.voters))
	inSync := fmt.Sprint(min(len(b.voters), 2))
	b.config = filepath.Join(dir, "server.properties")
	client := b.security.listener()
	listeners, advertised, protocols := client+"://"+b.addr, client+"://"+b.addr, b.security.protocols()
	for i, r := range b.routes {
		name := fmt.Sprintf("ROUTE%d", i)
		listeners += "," + name + "://" + r.Listens
		advertised += "," + name + "://" + r.Advertised
		protocols += "," + name + ":PLAINTEXT"
	}
	properties := strings.Join(append([]string{
		"process.roles=broker,controller",
		fmt.Sprintf("node.id=%d", b.node),
		"controller.quorum.voters=" + strings.Join(voters, ","),
		"listeners=" + listeners + ",CONTROLLER://" + b.voters[b.node-1],
		"advertised.listeners=" + advertised,
		"controller.listener.names=CONTROLLER",
		"listener.security.protocol.map=" + protocols,
		"log.dirs=" + filepath.Join(dir, "data"),
		"message.max.bytes=" + fmt.Sprint(MaxMessageBytes),
		"auto.create.topics.enable=false",
		"default.replication.factor=" + replicas,
		"min.insync.replicas=" + inSync,
		"offsets.topic.replication.factor=" + replicas,
		"offsets.topic.num.partitions=4", // 50 by default, each to be made on first use
		"transaction.state.log.replication.factor=" + replicas,
		"transaction.state.log.min.isr=" + inSync,
		"share.coordinator.state.topic.replication.factor=" + replicas,
		"share.coordinator.state.topic.min.isr=" + inSync,
		"group.initial.rebalance.delay.ms=0",
		"broker.session.timeout.ms=3000", // 9 s by default, which a Restart after Kill has to wait for
		"broker.heartbeat.interval.ms=500",
	}, append(b.retention(), b.security.properties()...)...), "\n") + "\n"
	if err := os.WriteFile(b.config, []byte(properties), 0o644); err != nil {
		b.t.Fatal(err)
	}
	format := b.java(append([]string{"kafka.tools.StorageTool", "format", "-t", cluster, "-c", b.config}, b.security.format()...)...)
	if said, err := format.CombinedOutput(); err != nil {
		b.t.Fatalf("cannot format the storage of Apache Kafka: %v\n%s", err, said)
	}
}

func (b *Broker) java(args ...string) *exec.Cmd {
	machine := []string{"-Xmx512m", "-XX:TieredStopAtLevel=1"}
	if b.measured {
		machine = []string{"-Xms1g", "-Xmx1g"}
	}
	return exec.Command("java", slices.Concat(machine, []string{"-cp", filepath.Join(b.jars, "*")}, args)...)
}

func (b *Broker) retention() []string {
	if !b.measured {
		return nil
	}
	return []string{"log.retention.bytes=1073741824", "log.segment.bytes=134217728", "log.retention.check.interval.ms=5000", "log.segment.delete.delay.ms=1000"}
}

// run starts the process and waits until it answers.
func (b *Broker) run() {
	b.t.Helper()
	b.launch()
	b.await()
}

func (b *Broker) launch() {
	b.t.Helper()
	b.log = new(bytes.Buffer)
	b.cmd = b.java("kafka.Kafka", b.config)
	b.cmd.Stdout, b.cmd.Stderr = b.log, b.log
	b.cmd.WaitDelay = time.Second
	b.ended = make(chan struct{})
	if err := b.cmd.Start(); err != nil {
		b.t.Fatalf("cannot start Apache Kafka: %v", err)
	}
	go func() {
		b.cmd.Wait()
		close(b.ended)
	}()
}

func (b *Broker) await() {
	b.t.Helper()
	deadline := time.Now().Add(readyWithin)
	for !b.ready() {
		select {
		case <-b.ended:
			b.t.Fatalf("Apache Kafka ended while starting: %v\n%s", b.cmd.ProcessState, b.log)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			b.Kill()
			b.t.Fatalf("Apache Kafka does not answer on %s after %v\n%s", b.addr, readyWithin, b.log)
		}
	}
}

// ready says whether the broker is a registered member of its cluster.
func (b *Broker) ready() bool {
	conn, err := b.security.dialer(b.t).Dial("tcp", b.addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	brokers, err := conn.Brokers()
	return err == nil && slices.ContainsFunc(brokers, func(other kafka.Broker) bool { return other.ID == b.node })
}

// Stop ends the broker as an operator would, with SIGTERM.
func (b *Broker) Stop() {
	b.t.Helper()
	b.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-b.ended:
	case <-time.After(stopWithin):
		b.t.Errorf("Apache Kafka does not stop within %v of SIGTERM", stopWithin)
		b.Kill()
	}
}

// Kill ends the broker as a power cut would, with SIGKILL.
func (b *Broker) Kill() {
	b.cmd.Process.Kill()
	<-b.ended
}

// Pause stops the broker where it is, with SIGSTOP: to all others it is as if the network was cut.
func (b *Broker) Pause() { b.cmd.Process.Signal(syscall.SIGSTOP) }

// Continue lets the broker go on after Pause.
func (b *Broker) Continue() { b.cmd.Process.Signal(syscall.SIGCONT) }

// Restart starts the broker again after Stop or Kill, with its data and its address.
func (b *Broker) Restart() {
	b.t.Helper()
	b.run()
}

// freePorts gives ports that nobody listens on now.
func freePorts(t testing.TB, n int) []string {
	t.Helper()
	ports := make([]string, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // only at the end, so that no two are the same
		_, ports[i], err = net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
	}
	return ports
}
