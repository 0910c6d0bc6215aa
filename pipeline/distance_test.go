package pipeline

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// away is a dial to what lies so far away: bytes take half of the time each way.
func away(roundTrip time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	carry := func(to io.WriteCloser, from io.Reader) {
		type piece struct {
			b  []byte
			at time.Time
		}
		under := make(chan piece, 10_000)
		go func() {
			for p := range under {
				time.Sleep(time.Until(p.at))
				to.Write(p.b)
			}
			to.Close()
		}()
		defer close(under)
		for {
			b := make([]byte, 64<<10)
			n, err := from.Read(b)
			if under <- (piece{b[:n], time.Now().Add(roundTrip / 2)}); err != nil {
				return
			}
		}
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		there, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		between, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer between.Close()
		here, err := net.Dial("tcp", between.Addr().String())
		if err != nil {
			return nil, err
		}
		end, err := between.Accept()
		if err != nil {
			return nil, err
		}
		go carry(there, end)
		go carry(end, there)
		return here, nil
	}
}

// A broker may be as far away as another continent.
func TestADistantBrokerIsRead(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	w := &kafka.Writer{Addr: kafka.TCP(cluster.ListenAddrs()...), Topic: "calls", BatchSize: 1}
	defer w.Close()
	dialer, err := Kafka{Brokers: cluster.ListenAddrs(), Dial: away(200 * time.Millisecond)}.Dialer()
	if err != nil {
		t.Fatal(err)
	}
	r := kafka.NewReader(kafka.ReaderConfig{Brokers: cluster.ListenAddrs(), Dialer: dialer, Topic: "calls",
		MinBytes: fetchBytes, MaxBytes: 2 * MaxRecordBytes, MaxWait: fetchWait, ReadLagInterval: -1, ErrorLogger: kafka.LoggerFunc(t.Logf)})
	defer r.Close()
	for i := range 5 { // one by one: each is waited for at the partition's end
		want := fmt.Sprint("record ", i)
		if err := w.WriteMessages(t.Context(), kafka.Message{Value: []byte(want)}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		m, err := r.FetchMessage(ctx)
		cancel()
		if err != nil || string(m.Value) != want {
			t.Fatalf("read %q (%v), expected %s", m.Value, err, want)
		}
	}
	if s := r.Stats(); s.Errors > 0 || s.Dials != 1 {
		t.Errorf("%d dials and %d errors, expected one and none", s.Dials, s.Errors)
	}
}
