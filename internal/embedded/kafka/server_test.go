package kafka

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

const topic = "earshot.calls"

// TestMain also plays the child that is to be killed: a broker in a process of its own.
func TestMain(m *testing.M) {
	dir := os.Getenv("EARSHOT_TEST_CHILD")
	if dir == "" {
		os.Exit(m.Run())
	}
	server, err := Start(context.Background(), Config{Listen: "127.0.0.1:0", Dir: dir,
		Topics: map[string]int{topic: 2}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(server.Addr())
	select {}
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Config{Listen: "127.0.0.1:0", Dir: dir, Topics: map[string]int{topic: 2}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func produce(t *testing.T, addr string, messages ...kafkago.Message) {
	t.Helper()
	w := &kafkago.Writer{Addr: kafkago.TCP(addr), Topic: topic, Balancer: &kafkago.Hash{}, BatchSize: 1, BatchBytes: MaxMessageBytes, RequiredAcks: kafkago.RequireAll}
	defer w.Close()
	if err := w.WriteMessages(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
}

func message(i int) kafkago.Message {
	return kafkago.Message{Key: fmt.Append(nil, "call-", i), Value: fmt.Append(nil, i),
		Headers: []kafkago.Header{{Key: "ce_id", Value: []byte("x")}}}
}

// consume reads n records as a member of the group, commits them, and leaves.
func consume(t *testing.T, addr, group string, n int) (values []string) {
	t.Helper()
	r := kafkago.NewReader(kafkago.ReaderConfig{Brokers: []string{addr}, GroupID: group, Topic: topic, StartOffset: kafkago.FirstOffset, MaxBytes: MaxMessageBytes, MaxWait: 2 * time.Second}) // by then there has to be an answer
	defer r.Close()
	for range n {
		m, err := r.FetchMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.CommitMessages(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		values = append(values, string(m.Value))
	}
	return values
}

func TestRecordsAndOffsetsOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	for i := range 10 {
		produce(t, s.Addr(), message(i))
	}
	before := consume(t, s.Addr(), "workers", 4)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = start(t, dir)
	after := consume(t, s.Addr(), "workers", 6)
	seen := map[string]bool{}
	for _, v := range append(before, after...) {
		seen[v] = true
	}
	if len(seen) != 10 {
		t.Errorf("the group read %v, then after the restart %v; want each of ten records once", before, after)
	}
	if fresh := consume(t, s.Addr(), "archivers", 10); len(fresh) != 10 {
		t.Errorf("a new group read %d records, want 10", len(fresh))
	}
}

func TestRecordsAndOffsetsOutliveAKill(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir) // leaves the snapshots of a clean end behind, which the kill makes stale
	for i := range 5 {
		produce(t, s.Addr(), message(100+i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "EARSHOT_TEST_CHILD="+dir)
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill(); child.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said %q: %v", line, err)
	}
	addr := strings.TrimSpace(line)

	_, err = Start(t.Context(), Config{Listen: "127.0.0.1:0", Dir: dir})
	if want := fmt.Sprintf("process %d is using it", child.Process.Pid); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a second broker on the folder: %v, want an error with %q", err, want)
	}
	for i := range 20 {
		produce(t, addr, message(i))
	}
	before := consume(t, addr, "workers", 5)
	child.Process.Kill()
	child.Wait()

	after := consume(t, start(t, dir).Addr(), "workers", 20)
	seen := map[string]bool{}
	for _, v := range append(before, after...) {
		seen[v] = true
	}
	if len(seen) != 25 {
		t.Errorf("the group read %v, then after the kill %v; want each of 25 records once", before, after)
	}
}

func TestRecordingOfNineMiB(t *testing.T) {
	s := start(t, t.TempDir())
	wav := make([]byte, 9<<20)
	for i := range wav {
		wav[i] = byte(i * i >> 7)
	}
	produce(t, s.Addr(), kafkago.Message{Key: []byte("call"), Value: wav})
	if got := consume(t, s.Addr(), "workers", 1)[0]; !bytes.Equal([]byte(got), wav) {
		t.Errorf("read %d bytes that are not the %d written", len(got), len(wav))
	}
}

func TestTopicsAreMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	start(t, dir).Close()
	s, err := Start(t.Context(), Config{Listen: "127.0.0.1:0", Dir: dir, Logger: slog.New(slog.DiscardHandler),
		Topics: map[string]int{topic: 8, "earshot.flags": 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := kafkago.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for name, want := range map[string]int{topic: 2, "earshot.flags": 1} {
		partitions, err := conn.ReadPartitions(name)
		if err != nil || len(partitions) != want {
			t.Errorf("%s has %d partitions (%v), want %d", name, len(partitions), err, want)
		}
	}
}

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := t.TempDir()
	start(t, damaged).Close()
	if err := os.WriteFile(filepath.Join(damaged, "topics.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"taken port", Config{Listen: taken.Addr().String(), Dir: t.TempDir()}, "address already in use"},
		{"every address", Config{Listen: ":0", Dir: t.TempDir()}, "name one that they can reach"},
		{"file for a folder", Config{Listen: "127.0.0.1:0", Dir: file}, file},
		{"no folder", Config{Listen: "127.0.0.1:0"}, "no folder is named"},
		{"damaged data", Config{Listen: "127.0.0.1:0", Dir: damaged}, damaged},
		{"no partitions", Config{Listen: "127.0.0.1:0", Dir: t.TempDir(), Topics: map[string]int{topic: 0}}, topic},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Logger = slog.New(slog.DiscardHandler)
			s, err := Start(t.Context(), c.cfg)
			if err == nil {
				s.Close()
				t.Fatalf("Start succeeded, want an error with %q", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want an error with %q", err, c.want)
			}
		})
	}
}
