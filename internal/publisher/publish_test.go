package publisher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/schemas"
)

// publisherFor makes a Publisher to a broker of its own, and says where that is.
func publisherFor(t *testing.T, partitions int32) (*Publisher, string) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, "calls", "recordings"),
		kfake.BrokerConfigs(map[string]string{"message.max.bytes": "10485760"})) // as EnsureTopics makes them
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	p := New(Config{Brokers: cluster.ListenAddrs(), Transport: &kafka.Transport{}, Calls: "calls", Recordings: "recordings"})
	t.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p, cluster.ListenAddrs()[0]
}

// readBack reads so many messages of a topic, partition by partition.
func readBack(t *testing.T, broker, topic string, partitions, n int) []kafka.Message {
	t.Helper()
	k := pipeline.Kafka{Brokers: []string{broker}}
	ends, err := k.Ends(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	if len(ends) != partitions {
		t.Fatalf("topic %s has %d partitions, expected %d", topic, len(ends), partitions)
	}
	var all []kafka.Message
	for partition, e := range ends {
		err := k.ReadRange(t.Context(), topic, partition, e.First, e.Last, func(m *kafka.Message) error {
			all = append(all, *m)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) != n {
		t.Fatalf("%d messages in topic %s, expected %d", len(all), topic, n)
	}
	return all
}

func TestPublishLiveCalls(t *testing.T) {
	const partitions = 3
	p, broker := publisherFor(t, partitions)
	recording := wavFile(t, "call.wav", 8000, 2, 8000*16)
	capture := pcapFile(t, "capture.pcap", records(t, recording, Options{StartedAt: noon}))
	twin := wavFile(t, "call.wav", 8000, 2, 1600)
	text := file(t, "text.wav", []byte("hello"))
	o := Options{StartedAt: noon}

	var reports []Report
	sent := 0
	before := time.Now().Truncate(time.Millisecond)
	err := p.Publish(context.Background(), []string{text, recording, capture, twin}, o, Delivery{
		Copies: 2, Concurrency: 1, OnReport: func(r Report) { reports = append(reports, r) }, OnSent: func(n int) { sent += n },
	})
	for _, want := range []string{text, twin + ": its call id \"call-1\" is that of " + recording} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected an error with %q", err, want)
		}
	}

	want := map[string][]*schemas.CallRecord{}
	total := 0
	for _, suffix := range []string{"-1", "-2"} {
		o.Suffix = suffix
		want["call"+suffix] = records(t, recording, o)
		all, _, err := Capture(capture, o)
		if err != nil {
			t.Fatal(err)
		}
		for r := range all {
			want[r.CallId] = append(want[r.CallId], r)
		}
		total += len(want["call"+suffix]) + len(want["capture"+suffix])
	}
	if sent != total {
		t.Errorf("told of %d records, expected %d", sent, total)
	}
	var told []string
	for _, r := range reports {
		told = append(told, fmt.Sprintf("%s %d %v", r.CallID, r.Records, r.Err != nil))
	}
	if diff := cmp.Diff([]string{
		" 0 true", fmt.Sprintf("call-1 %d false", len(want["call-1"])), fmt.Sprintf("capture-1 %d false", len(want["capture-1"])), "call-1 0 true",
		" 0 true", fmt.Sprintf("call-2 %d false", len(want["call-2"])), fmt.Sprintf("capture-2 %d false", len(want["capture-2"])), "call-2 0 true",
	}, told); diff != "" {
		t.Errorf("reports: -want +got\n%s", diff)
	}

	got := map[string][]*schemas.CallRecord{}
	home := map[string]int{}
	for _, m := range readBack(t, broker, "calls", partitions, total) {
		r := &schemas.CallRecord{}
		if err := proto.Unmarshal(m.Value, r); err != nil {
			t.Fatal(err)
		}
		if string(m.Key) != r.CallId || m.Time.Before(before) || m.Time.After(time.Now()) {
			t.Errorf("record of call %q has key %q and time %v", r.CallId, m.Key, m.Time)
		}
		if first, known := home[r.CallId]; known && first != m.Partition {
			t.Errorf("call %s is in partitions %d and %d", r.CallId, first, m.Partition)
		}
		home[r.CallId] = m.Partition
		got[r.CallId] = append(got[r.CallId], r)
	}
	for id := range want {
		if !slices.EqualFunc(want[id], got[id], func(a, b *schemas.CallRecord) bool { return proto.Equal(a, b) }) {
			t.Errorf("call %s is not what was sent: got %d records, expected %d", id, len(got[id]), len(want[id]))
		}
	}
}

func TestPublishRecordings(t *testing.T) {
	p, broker := publisherFor(t, 1)
	small := wavFile(t, "small.wav", 8000, 2, 8000)
	full := wavFile(t, "full.wav", 8000, 1, (ingest.MaxInline-44)/2) // as large as inline audio may be
	capture := pcapFile(t, "capture.pcap", records(t, small, Options{StartedAt: noon}))
	began := time.Now()
	err := p.Publish(context.Background(), []string{small, capture, full}, Options{}, Delivery{As: Whole, Concurrency: 1})
	if want := "cannot publish " + capture + " as a recording: a capture can be sent as RTP only"; err == nil || err.Error() != want {
		t.Errorf("got %v, expected an error about the capture", err)
	}
	for i, m := range readBack(t, broker, "recordings", 1, 2) {
		rec := &schemas.Recording{}
		if err := proto.Unmarshal(m.Value, rec); err != nil {
			t.Fatal(err)
		}
		r, err := ingest.OpenRecording(rec, ingest.RecordingOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"small", "full"}[i]; string(m.Key) != want || r.Info().CallID != want {
			t.Errorf("key %q of call %q, expected %q", m.Key, r.Info().CallID, want)
		}
		// Nothing tells when the call began: it ends when it is sent.
		if end := rec.StartedAt.AsTime().Add(r.Duration()); end.Before(began.Add(-time.Second)) || end.After(time.Now()) {
			t.Errorf("call %s ends at %v", rec.CallId, end)
		}
	}
}

// heardWriter keeps what is written, with the time.
type heardWriter struct {
	mutex sync.Mutex
	lines map[string][]string // of each call
	begin time.Time
	fail  map[string]error // calls that Kafka refuses
}

func (w *heardWriter) WriteMessages(ctx context.Context, messages ...kafka.Message) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	line := fmt.Sprint(time.Since(w.begin))
	for _, m := range messages {
		if err := w.fail[string(m.Key)]; err != nil {
			return err
		}
		r := &schemas.CallRecord{}
		if err := proto.Unmarshal(m.Value, r); err != nil {
			return err
		}
		line += fmt.Sprint(" ", r.Sequence)
		if !m.Time.Equal(time.Now()) {
			line += " at " + m.Time.String()
		}
	}
	id := string(messages[0].Key)
	w.lines[id] = append(w.lines[id], line)
	return nil
}

func (w *heardWriter) Close() error { return nil }

func paced(w *heardWriter) *Publisher {
	w.lines, w.begin = map[string][]string{}, time.Now()
	return &Publisher{calls: topicWriter{w, "calls"}}
}

// Each call goes on its own clock, which begins when its first record is sent. A batch is sent with its last packet.
func TestPublishKeepsPace(t *testing.T) {
	a := wavFile(t, "a.wav", 8000, 2, 8000/2)
	sidecar(t, a, `{"started_at":"2024-05-01T12:00:00Z","events":[{"kind":"KIND_HOLD","offset":"0.31s"}]}`)
	b := wavFile(t, "b.wav", 8000, 1, 8000/4)
	for _, c := range []struct {
		speed       float64
		concurrency int
		want        map[string][]string
	}{
		{0, 0, map[string][]string{
			"a": {"0s 0 1 2 3 4 5 6 7 8"},
			"b": {"0s 0 1 2 3"},
		}},
		{1, 0, map[string][]string{
			"a": {"0s 0", "180ms 1 2", "300ms 3 4", "310ms 5", "480ms 6 7", "500ms 8"},
			"b": {"0s 0", "180ms 1", "240ms 2", "250ms 3"},
		}},
		{0.5, 1, map[string][]string{
			"a": {"0s 0", "360ms 1 2", "600ms 3 4", "620ms 5", "960ms 6 7", "1s 8"},
			"b": {"1s 0", "1.36s 1", "1.48s 2", "1.5s 3"},
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &heardWriter{}
			if err := paced(w).Publish(context.Background(), []string{a, b}, Options{}, Delivery{Speed: c.speed, Concurrency: c.concurrency}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, w.lines); diff != "" {
				t.Errorf("speed %v: -want +got\n%s", c.speed, diff)
			}
		})
	}
}

func TestPublishStops(t *testing.T) {
	path := wavFile(t, "a.wav", 8000, 2, 80000)
	synctest.Test(t, func(t *testing.T) {
		w := &heardWriter{}
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		err := paced(w).Publish(ctx, []string{path}, Options{StartedAt: noon}, Delivery{Speed: 1, Copies: 3, Concurrency: 2})
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != context.DeadlineExceeded.Error() {
			t.Errorf("got %v, expected only %v", err, context.DeadlineExceeded)
		}
		whole := []string{"0s 0", "180ms 1 2", "380ms 3 4"}
		if diff := cmp.Diff(map[string][]string{"a-1": whole, "a-2": whole}, w.lines); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if took := time.Since(w.begin); took != 500*time.Millisecond {
			t.Errorf("stopped after %v", took)
		}
	})
}

func TestPublishRefused(t *testing.T) {
	path := wavFile(t, "a.wav", 8000, 1, 1600)
	synctest.Test(t, func(t *testing.T) {
		refused := map[string]error{
			"a-1": kafka.WriteErrors{nil, kafka.TopicAuthorizationFailed},
			"a-2": kafka.LeaderNotAvailable, // for now, and for too long
		}
		w := &heardWriter{fail: refused}
		err := paced(w).Publish(context.Background(), []string{path}, Options{StartedAt: noon}, Delivery{Copies: 3})
		for _, want := range refused {
			var each kafka.WriteErrors
			if errors.As(want, &each) {
				want = each[1]
			}
			if !errors.Is(err, want) {
				t.Errorf("got %v, expected %v", err, want)
			}
		}
		if want := "cannot publish " + path + ": cannot write to topic calls: "; strings.Count(err.Error(), want) != 2 {
			t.Errorf("got %v, expected twice %q", err, want)
		}
		if took := time.Since(w.begin); len(w.lines["a-3"]) != 1 || took < time.Second || took > time.Minute {
			t.Errorf("%v after %v", w.lines, took)
		}
	})
}
