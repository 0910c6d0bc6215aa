package kafka

import (
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

func offsets(t *testing.T, addr string) (first, last int64) {
	t.Helper()
	conn, err := kafkago.DialLeader(t.Context(), "tcp", addr, topic, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	first, last, err = conn.ReadOffsets()
	if err != nil {
		t.Fatal(err)
	}
	return first, last
}

func TestRetentionDeletesWhatIsOldAndNeverTheLast(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	write := func(age time.Duration) {
		t.Helper()
		conn, err := kafkago.DialLeader(t.Context(), "tcp", s.Addr(), topic, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.WriteMessages(kafkago.Message{Value: []byte("x"), Time: time.Now().Add(-age)}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, wantFirst, wantLast int64) {
		t.Helper()
		if first, last := offsets(t, s.Addr()); first != wantFirst || last != wantLast {
			t.Errorf("%s the partition holds offsets %d to %d, want %d to %d", when, first, last, wantFirst, wantLast)
		}
	}
	for range 4 {
		write(48 * time.Hour)
	}
	write(0)
	write(0)
	for range 2 { // the second time there is nothing to delete
		if err := expire(t.Context(), s.Addr(), time.Now().Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		check("after a day's retention", 4, 6)
	}
	if err := expire(t.Context(), s.Addr(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	check("with everything old", 5, 6)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir)
	write(0)
	check("after a restart and one more record", 5, 7)
}
