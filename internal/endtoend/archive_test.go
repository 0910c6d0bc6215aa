package endtoend

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/examples"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/internal/versitygw"
	"github.com/earshot/earshot/pipeline/archive"
	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/schemas"
)

const sampledShare = 0.3

// Calls are kept sample by sample as the analyzers heard them, in a folder and in a bucket; once they are judged those with a
// flag stay, and a sample of the others.
func TestWhatIsBehindAFlagCanBeHeard(t *testing.T) {
	calls := compose(t)
	sys := start(t)
	recordings := filepath.Dir(calls[0].WAV)
	stores := map[string]*evidence.Store{
		"folder": folder(t, filepath.Join(t.TempDir(), "evidence"), recordings),
		"bucket": bucket(t, versitygw.Start(t), recordings),
	}
	var files, ids []string
	for _, c := range calls {
		files = append(files, c.WAV)
		ids = append(ids, c.Name+"-rec", c.Name+"-rtp")
	}
	// Before the worker has judged anything, nothing may go.
	sys.stopWorker()
	for group, s := range stores {
		sys.startArchiver("archiver-"+group, s)
	}
	sys.publish(files, publisher.Options{Suffix: "-rec"}, publisher.Delivery{As: publisher.Whole})
	sys.publish(files, publisher.Options{Suffix: "-rtp", Codec: schemas.Codec_CODEC_PCMA}, publisher.Delivery{As: publisher.RTP})
	sys.publish(files[:1], publisher.Options{Suffix: "-uri", ByURI: true}, publisher.Delivery{As: publisher.Whole})
	want := sys.heardLive()
	for _, c := range calls {
		want[c.Name+"-rec"] = heardFile(t, c.WAV)
	}
	uri := calls[0].Name + "-uri"
	want[uri] = want[calls[0].Name+"-rec"][:4*int(math.Round(calls[0].Length.Seconds()*ingest.SampleRate))] // not filled up to a tick
	for kind, s := range stores {
		for _, id := range append(ids, uri) {
			if got := awaitAudio(t, s, id, len(want[id])); !bytes.Equal(got, want[id]) {
				t.Errorf("%s: the audio of %s, %d bytes, is not the %d that the analyzers hear", kind, id, len(got), len(want[id]))
			}
			if p, err := s.Peaks(t.Context(), id); err != nil || p.Legs[0][1] != highest(want[id], len(p.Legs)) {
				t.Errorf("%s: the waveform of %s: %v", kind, id, err)
			}
		}
	}

	sys.startWorker()
	sys.awaitJudged(ids)
	flagged := 0
	for _, c := range calls {
		for _, way := range []string{"-rec", "-rtp"} {
			id, state := c.Name+way, evidence.NeverKept
			if has := sys.query("SELECT count() FROM flags_current WHERE call_id = '" + id + "'"); has != "0" {
				flagged++
				state = evidence.Present
			} else if evidence.Sampled(id, sampledShare) {
				state = evidence.Present
			}
			for kind, s := range stores {
				awaitState(t, kind, s, id, state)
			}
		}
	}
	if flagged == 0 || flagged == len(ids) {
		t.Errorf("%d of %d calls are flagged: nothing was to be decided", flagged, len(ids))
	}
}

// An archiver is killed in the middle of a call, as by a power cut. The one that takes over writes every byte again, and in the
// end the file is what it would have been.
func TestAKilledArchiverLosesNothing(t *testing.T) {
	example := long(t, compose(t))
	sys := start(t)
	dir := filepath.Join(t.TempDir(), "evidence")
	kill := runArchiver(t, sys, dir)
	audio := folder(t, dir)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		sys.publish([]string{example.WAV}, publisher.Options{}, publisher.Delivery{As: publisher.RTP, Speed: 15})
	}()
	before := awaitAudio(t, audio, example.Name, int(example.Length.Seconds()*32000/3))
	kill()
	runArchiver(t, sys, dir)
	<-sent
	want := sys.heardLive()[example.Name]
	if len(before) >= len(want) {
		t.Fatalf("the archiver was killed after the call's end")
	}
	got := awaitAudio(t, audio, example.Name, len(want))
	if !bytes.Equal(got, want) {
		t.Errorf("after a kill the call has %d bytes of audio, not the %d that the analyzers hear", len(got), len(want))
	}
	if !bytes.Equal(got[:len(before)], before) {
		t.Error("what could be heard before the kill is not what is there now")
	}
}

// Somebody deletes audio while it is being written: the call is written again, from its first record.
func TestAudioThatVanishesIsWrittenAgain(t *testing.T) {
	example := long(t, compose(t))
	sys := start(t)
	sys.stopWorker()
	dir := filepath.Join(t.TempDir(), "evidence")
	audio := folder(t, dir)
	sys.startArchiver("archiver", audio)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		sys.publish([]string{example.WAV}, publisher.Options{}, publisher.Delivery{As: publisher.RTP, Speed: 15})
	}()
	before := awaitAudio(t, audio, example.Name, int(example.Length.Seconds()*32000/3))
	if err := os.RemoveAll(filepath.Join(dir, "live")); err != nil {
		t.Fatal(err)
	}
	<-sent
	want := sys.heardLive()[example.Name]
	if len(before) >= len(want) {
		t.Fatal("the audio was deleted after the call's end")
	}
	if got := awaitAudio(t, audio, example.Name, len(want)); !bytes.Equal(got, want) {
		t.Errorf("the call has %d bytes of audio, not the %d that the analyzers hear", len(got), len(want))
	}
}

// While the store is away nothing is committed; when it is back everything is there.
func TestAnUnreachableStoreLosesNothing(t *testing.T) {
	example := long(t, compose(t))
	sys := start(t)
	sys.stopWorker() // no call is judged, so none goes
	gateway := versitygw.Start(t)
	audio := bucket(t, gateway)
	metrics := sys.startArchiver("archiver", audio)
	sys.publish([]string{example.WAV}, publisher.Options{Suffix: "-before"}, publisher.Delivery{As: publisher.RTP})
	awaitAudio(t, audio, example.Name+"-before", len(sys.heardLive()[example.Name+"-before"]))
	sys.await("the first call is committed", func() bool { return sys.behind("archiver") == 0 })
	kept := sys.allRecords()

	gateway.Kill()
	sys.publish([]string{example.WAV}, publisher.Options{Suffix: "-live"}, publisher.Delivery{As: publisher.RTP})
	sys.publish([]string{example.WAV}, publisher.Options{Suffix: "-rec"}, publisher.Delivery{As: publisher.Whole})
	sys.await("the archiver has tried several times", func() bool { return count(t, metrics, "earshot_archiver_write_retries_total") >= 6 })
	if got, want := sys.behind("archiver"), sys.allRecords()-kept; got != want {
		t.Errorf("%d of the %d records of calls that have not been kept are committed", want-got, want)
	}
	if _, err := audio.Open(t.Context(), example.Name+"-live"); evidence.StateOf(err) != evidence.Unreachable {
		t.Errorf("the audio is said to be %s", evidence.StateOf(err))
	}
	gateway.Restart()
	want := sys.heardLive()
	want[example.Name+"-rec"] = heardFile(t, example.WAV)
	for _, way := range []string{"-before", "-live", "-rec"} {
		id := example.Name + way
		if got := awaitAudio(t, audio, id, len(want[id])); !bytes.Equal(got, want[id]) {
			t.Errorf("%s: %d bytes, not the %d that the analyzers hear", id, len(got), len(want[id]))
		}
	}
	sys.await("everything is committed", func() bool { return sys.behind("archiver") == 0 })
}

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
		r := kafka.NewReader(kafka.ReaderConfig{Brokers: s.kafka.Brokers, Topic: "earshot.calls", Partition: partition, MaxWait: 100 * time.Millisecond})
		for range n {
			m, err := r.ReadMessage(s.t.Context())
			if err != nil {
				s.t.Fatal(err)
			}
			var rec ingest.Record
			if err := rec.Decode(m.Value); err != nil {
				s.t.Fatal(err)
			}
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
			if err != nil {
				s.t.Fatal(err)
			}
		}
		r.Close()
	}
	return found
}

// records is how many records each partition of a topic has.
func (s *system) records(topic string) []int64 {
	s.t.Helper()
	counts := make([]int64, topics[topic])
	for p := range counts {
		conn, err := kafka.DialLeader(s.t.Context(), "tcp", s.broker.Addr(), topic, p)
		if err != nil {
			s.t.Fatal(err)
		}
		counts[p], err = conn.ReadLastOffset()
		if err = errors.Join(err, conn.Close()); err != nil {
			s.t.Fatal(err)
		}
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
