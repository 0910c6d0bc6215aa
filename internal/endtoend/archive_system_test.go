package endtoend

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/examples"
	"github.com/earshot/earshot/internal/versitygw"
	"github.com/earshot/earshot/pipeline/archive"
	"github.com/earshot/earshot/pipeline/evidence"
)

func folder(t *testing.T, dir string, roots ...string) *evidence.Store {
	t.Helper()
	s, err := evidence.Open(t.Context(), dir, evidence.Options{Roots: roots})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func bucket(t *testing.T, g *versitygw.Gateway, roots ...string) *evidence.Store {
	t.Helper()
	g.Bucket("evidence")
	s, err := evidence.Open(t.Context(), "s3://evidence", evidence.Options{Roots: roots, S3: evidence.S3{
		Endpoint: g.Endpoint(), Region: versitygw.Region, AccessKey: versitygw.AccessKey, SecretKey: versitygw.SecretKey,
		Work: t.TempDir(), Retries: 1,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// startArchiver runs an archiver until the test ends.
func (s *system) startArchiver(group string, audio *evidence.Store) *prometheus.Registry {
	s.t.Helper()
	registry := prometheus.NewRegistry()
	a, err := archive.New(archive.Config{
		Kafka: s.kafka, Group: group, Evidence: audio, Outcomes: s.store.Outcomes, Metrics: archive.NewMetrics(registry),
		Log: slog.New(slog.NewTextHandler(s.t.Output(), nil)), Keep: archive.Keep{Share: sampledShare},
		FlushEvery: 200 * time.Millisecond, SweepEvery: 300 * time.Millisecond, IdleEnd: 30 * time.Second, SessionTimeout: 6 * time.Second,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the archiver ended with %v", err)
		}
	})
	return registry
}

// runArchiver runs the program as its users do, and gives what ends it at once.
func runArchiver(t *testing.T, s *system, dir string) (kill func()) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "earshot")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/earshot").CombinedOutput(); err != nil {
		t.Fatalf("cannot build earshot: %v\n%s", err, out)
	}
	cmd := exec.Command(program, "archiver", "--kafka", s.kafka.Brokers[0], "--clickhouse", s.dsn, "--evidence", dir,
		"--evidence-sample", "1", "--session-timeout", "6s", "--metrics-listen", "")
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	kill = func() {
		cmd.Process.Kill()
		<-ended
	}
	t.Cleanup(kill)
	return kill
}

// long is an example with more than a minute of audio.
func long(t *testing.T, calls []examples.Example) examples.Example {
	t.Helper()
	for _, c := range calls {
		if c.Length > time.Minute {
			return c
		}
	}
	t.Fatal("no example is longer than a minute")
	return examples.Example{}
}

// listener is a Sink that writes down what it hears, as the audio of a WAV file.
type listener struct{ pcm []byte }

func (l *listener) Tick(_ int, legs []ingest.Audio) {
	for i := range ingest.TickSamples {
		for _, leg := range legs {
			v := math.RoundToEven(float64(leg.PCM[i]) * 32768)
			l.pcm = binary.LittleEndian.AppendUint16(l.pcm, uint16(int16(max(-32768, min(32767, v)))))
		}
	}
}

func (l *listener) Event(ingest.Event) {}

func heardFile(t *testing.T, path string) []byte {
	t.Helper()
	r, err := ingest.OpenFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var l listener
	if _, err := r.Run(t.Context(), &l); err != nil {
		t.Fatal(err)
	}
	return l.pcm
}

// heardLive is what the analyzers hear of every live call in Kafka.
func (s *system) heardLive() map[string][]byte {
	s.t.Helper()
	calls, sinks, found := map[string]*ingest.Call{}, map[string]*listener{}, map[string][]byte{}
	for partition, n := range s.records("earshot.calls") {
		err := s.kafka.ReadRange(s.t.Context(), "earshot.calls", partition, 0, n, func(m *kafka.Message) error {
			var rec ingest.Record
			if err := rec.Decode(m.Value); err != nil {
				return err
			}
			var err error
			id := string(rec.CallID)
			switch rec.Body {
			case ingest.StartBody:
				calls[id], sinks[id] = ingest.NewCall(), &listener{}
				_, err = calls[id].Begin(&rec, sinks[id])
			case ingest.MediaBody:
				err = calls[id].Media(&rec)
			case ingest.EventBody:
				err = calls[id].Event(&rec)
			case ingest.EndBody:
				calls[id].End(&rec)
				found[id] = sinks[id].pcm
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return found
}

// records is how many records each partition of a topic has.
func (s *system) records(topic string) []int64 {
	s.t.Helper()
	ends, err := s.kafka.Ends(s.t.Context(), topic)
	if err != nil {
		s.t.Fatal(err)
	}
	counts := make([]int64, len(ends))
	for p, e := range ends {
		counts[p] = e.Last
	}
	return counts
}

var archived = []string{"earshot.calls", "earshot.recordings"}

func (s *system) allRecords() (n int64) {
	s.t.Helper()
	for _, topic := range archived {
		for _, records := range s.records(topic) {
			n += records
		}
	}
	return n
}

// behind is how many records an archiver's group has not committed.
func (s *system) behind(group string) int64 {
	s.t.Helper()
	request := kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{}}
	for _, topic := range archived {
		for p := range topics[topic] {
			request.Topics[topic] = append(request.Topics[topic], p)
		}
	}
	n := s.allRecords()
	resp, err := (&kafka.Client{Addr: kafka.TCP(s.broker.Addr())}).OffsetFetch(s.t.Context(), &request)
	if err = errors.Join(err, resp.Error); err != nil {
		s.t.Fatal(err)
	}
	for _, topic := range archived {
		for _, p := range resp.Topics[topic] {
			n -= max(p.CommittedOffset, 0)
		}
	}
	return n
}

func (s *system) await(what string, so func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("it does not come about that %s", what)
		}
	}
}

// awaitAudio returns a call's audio, without the WAV header, once there are so many bytes of it.
func awaitAudio(t *testing.T, s *evidence.Store, id string, n int) []byte {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		a, err := s.Open(t.Context(), id)
		if err == nil {
			all, rerr := io.ReadAll(a)
			a.Close()
			if rerr != nil {
				t.Fatalf("cannot read the audio of %s: %v", id, rerr)
			}
			if len(all)-44 >= n {
				return all[44:]
			}
			err = errors.New("it is not all there")
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes of the audio of %s are not there: %v", n, id, err)
		}
	}
}

func awaitState(t *testing.T, kind string, s *evidence.Store, id string, want evidence.State) {
	t.Helper()
	var got evidence.State
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		a, err := s.Open(t.Context(), id)
		if err == nil {
			a.Close()
		}
		if got = evidence.StateOf(err); got == want && !slices.Contains(waiting(t, s), id) {
			return
		}
	}
	t.Errorf("%s: the audio of %s is %s, expected %s", kind, id, got, want)
}

// waiting are the calls that nobody has decided on.
func waiting(t *testing.T, s *evidence.Store) (ids []string) {
	t.Helper()
	for e, err := range s.Undecided(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.CallID)
	}
	return ids
}

// highest is the highest sample of the first leg's first 20 ms.
func highest(pcm []byte, legs int) int16 {
	v := int16(math.MinInt16)
	for i := range min(ingest.TickSamples, len(pcm)/2/legs) {
		v = max(v, int16(binary.LittleEndian.Uint16(pcm[2*legs*i:])))
	}
	return v
}

func count(t *testing.T, r *prometheus.Registry, name string) (n float64) {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.Metric {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}
