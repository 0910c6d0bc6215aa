package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/schemas"
)

func broker(t *testing.T) string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1)) // without topics
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()[0]
}

// recordings makes a folder of two calls and a file that is none.
func recordings(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"a.wav", "c.wav"} {
		if err := writeWAV(filepath.Join(dir, name), "1.3", "2"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "b.wav"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// firstRecord reads what a topic's only partition begins with.
func firstRecord(t *testing.T, broker, topic string, into proto.Message) {
	t.Helper()
	m, err := pipeline.Kafka{Brokers: []string{broker}}.ReadFirst(t.Context(), topic, 0, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := proto.Unmarshal(m.Value, into); err != nil {
		t.Fatal(err)
	}
}

func TestPublish(t *testing.T) {
	kafka, dir := broker(t), recordings(t)
	publish := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		args = append([]string{"publish", "--kafka", kafka, "--topic-partitions", "1", "--calls", "1"}, args...)
		code := run(args, &stdout, &stderr)
		return code, strings.ReplaceAll(stdout.String(), dir, "DIR"), strings.ReplaceAll(stderr.String(), dir, "DIR")
	}

	code, stdout, stderr := publish("--codec", "pcmu", "--batch", "1s", "--started-at", "2024-05-01T09:30:00Z", "--copies", "2", dir)
	if want := `a-1	DIR/a.wav	6 records
c-1	DIR/c.wav	6 records
a-2	DIR/a.wav	6 records
c-2	DIR/c.wav	6 records
`; code != 1 || stdout != want {
		t.Errorf("exit %d, printed\n%s\nexpected exit 1 and\n%s", code, stdout, want)
	}
	if strings.Count(stderr, "earshot: cannot open recording DIR/b.wav") != 2 || strings.Count(stderr, "\n") != 2 {
		t.Errorf("printed on stderr:\n%s\nexpected b.wav's failure, once for each copy", stderr)
	}
	var call schemas.CallRecord
	firstRecord(t, kafka, "earshot.calls", &call)
	if s := call.GetStart(); call.CallId != "a-1" || s.GetStreams()[0].Codec != schemas.Codec_CODEC_PCMU ||
		!s.StartedAt.AsTime().Equal(time.Date(2024, 5, 1, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("the topic begins with %v", &call)
	}

	code, stdout, stderr = publish("--as", "recording", "--by-uri", "--channels", "customer,agent", "--call-id-suffix", "x", "--compression", "zstd", filepath.Join(dir, "c.wav"))
	if want := "cx\tDIR/c.wav\t1 records\n"; code != 0 || stdout != want || stderr != "" {
		t.Errorf("exit %d, printed %q and %q, expected exit 0 and %q", code, stdout, stderr, want)
	}
	var rec schemas.Recording
	firstRecord(t, kafka, "earshot.recordings", &rec)
	if rec.CallId != "cx" || rec.Channels[0] != schemas.Leg_LEG_CUSTOMER || rec.GetUri() != "file://"+dir+"/c.wav" {
		t.Errorf("the topic begins with %v", &rec)
	}
}

func TestPublishUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"a.wav"}, 1, "expected --kafka HOST:PORT or EARSHOT_KAFKA"},
		{[]string{"--kafka", "127.0.0.1:1", "a.wav"}, 1, "cannot reach Kafka at [127.0.0.1:1]"},
		{[]string{"--speed=-1", "a.wav"}, usageError, "--speed -1: expected 0 or more"},
		{[]string{"--speed=NaN", "a.wav"}, usageError, "--speed NaN: expected 0 or more"},
		{[]string{"--batch", "5s", "a.wav"}, usageError, "--batch 5s: expected 20ms to 1s"},
		{[]string{"--copies", "0", "a.wav"}, usageError, "--copies 0: expected 1 or more"},
		{[]string{"--channels", "agent", "a.wav"}, usageError, "--channels: "},
		{[]string{"--as", "fax", "a.wav"}, usageError, `"rtp","recording"`},
		{[]string{"--started-at", "noon", "a.wav"}, usageError, "--started-at"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(append([]string{"publish"}, c.args...), &stdout, &stderr)
		if code != c.code || !strings.Contains(stderr.String(), c.want) || stdout.Len() > 0 {
			t.Errorf("%v: exit %d, printed %q and %q, expected exit %d and …%s…", c.args, code, stdout.String(), stderr.String(), c.code, c.want)
		}
	}
}

// Stopped in the middle of a call, the command says how far it came.
func TestPublishStops(t *testing.T) {
	file := filepath.Join(t.TempDir(), "long.wav")
	if err := writeWAV(file, "600", "1"); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	c := publishCmd{
		kafkaFlags: kafkaFlags{Kafka: []string{broker(t)}, Topic: topics{Calls: "calls", Recordings: "recordings", Partitions: 1}},
		As:         "rtp", Speed: 1, Batch: 200 * time.Millisecond, Channels: []string{"agent", "customer"}, Copies: 1, Files: []string{file},
	}
	var first schemas.CallRecord
	go func() {
		defer cancel()
		for t.Context().Err() == nil { // the topic is made by the command
			m, err := pipeline.Kafka{Brokers: c.Kafka}.ReadFirst(t.Context(), "calls", 0, 0, 1)
			if err == nil {
				err = proto.Unmarshal(m.Value, &first)
			}
			if err == nil {
				return
			}
		}
	}()
	err := c.Run(ctx, &streams{out: &stdout, err: &stderr, log: slog.New(slog.DiscardHandler)})
	if err != exitCode(1) || stdout.Len() > 0 || !strings.HasPrefix(stderr.String(), "earshot: stopped: 0 of 1 calls were sent in full, ") {
		t.Errorf("got %v, printed %q and %q", err, stdout.String(), stderr.String())
	}
	if first.GetStart() == nil || first.CallId != "long" {
		t.Errorf("the topic begins with %v", &first)
	}
}
