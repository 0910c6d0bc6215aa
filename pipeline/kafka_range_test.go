package pipeline

import (
	"bytes"
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// countingConn counts what comes.
type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// One of many large records costs no more than itself, and nothing is an answer too.
func TestReadFirstFetchesOneRecord(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "large"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	w := &kafka.Writer{Addr: kafka.TCP(cluster.ListenAddrs()...), Topic: "large", BatchSize: 1, RequiredAcks: kafka.RequireAll}
	defer w.Close()
	const size, records = 512 << 10, 20
	for i := range records {
		if err := w.WriteMessages(t.Context(), kafka.Message{Value: bytes.Repeat([]byte{byte(i)}, size)}); err != nil {
			t.Fatal(err)
		}
	}
	var read atomic.Int64
	k := Kafka{Brokers: cluster.ListenAddrs(), Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return countingConn{conn, &read}, err
	}}
	m, err := k.ReadFirst(t.Context(), "large", 0, 7, records)
	if err != nil || m == nil || m.Offset != 7 || len(m.Value) != size || m.Value[0] != 7 {
		t.Fatalf("read %+v, %v; expected record 7", m, err)
	}
	time.Sleep(200 * time.Millisecond) // what was asked for and is not needed would still come
	if n := read.Load(); n > 4*size {
		t.Errorf("%d bytes came for a record of %d", n, size)
	}
	if m, err := k.ReadFirst(t.Context(), "large", 0, records, records); m != nil || err != nil {
		t.Errorf("read %+v, %v of an empty range", m, err)
	}
}
