package endtoend

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/internal/versitygw"
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
