package endtoend

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/schemas"
)

// What cannot be used becomes a dead letter that says why; everything else goes on.
func TestBadRecordsBecomeDeadLetters(t *testing.T) {
	sys := start(t)
	began := time.Now().Add(-time.Hour).Truncate(time.Second)

	sys.send("earshot.calls", "garbage", []byte("this is no protobuf"))
	sys.send("earshot.recordings", "garbage-recording", []byte("\xff\xff\xff\xff"))
	sys.send("earshot.recordings", "text", recording(t, "text", []byte("this is a text file called .wav")))
	sys.send("earshot.recordings", "empty", recording(t, "empty", nil))
	sys.send("earshot.recordings", "elsewhere", marshal(t, &schemas.Recording{CallId: "elsewhere", Audio: &schemas.Recording_Uri{Uri: "file:///etc/hostname"}}))
	sys.send("earshot.recordings", "long-name-recording", marshal(t, &schemas.Recording{CallId: "long-name-recording", Team: strings.Repeat("n", 1025)}))
	sys.send("earshot.calls", "other-key", marshal(t, callStart("own-id", began)))
	sys.send("earshot.calls", "tail", marshal(t, callEnd("tail", 7, began.Add(time.Minute), began.Add(time.Minute))))

	// A call that holds one packet that is no RTP, one of a payload type nobody announced, and an end before its start.
	sys.send("earshot.calls", "odd", marshal(t, callStart("odd", began)))
	sys.send("earshot.calls", "odd", marshal(t, media("odd", 1, began.Add(time.Second), []byte("no RTP"))))
	sys.send("earshot.calls", "odd", marshal(t, callEnd("odd", 2, began.Add(20*time.Second), began.Add(20*time.Second))))
	sys.send("earshot.calls", "backwards", marshal(t, callStart("backwards", began)))
	sys.send("earshot.calls", "backwards", marshal(t, callEnd("backwards", 1, began.Add(10*time.Second), began.Add(-time.Minute))))
	sys.send("earshot.calls", "nothing", marshal(t, callStart("nothing", began)))
	sys.send("earshot.calls", "nothing", marshal(t, callEnd("nothing", 1, began, began)))
	// A call that nobody ends: it is ended at its last record.
	sys.send("earshot.calls", "endless", marshal(t, callStart("endless", began)))
	sys.send("earshot.calls", "endless", marshal(t, &schemas.CallRecord{CallId: "endless", Sequence: 1, CapturedAtUs: began.Add(20 * time.Second).UnixMicro(),
		Body: &schemas.CallRecord_Event{Event: &schemas.CallEvent{Kind: schemas.Kind_KIND_TRANSFER, By: schemas.Leg_LEG_AGENT}}}))
	sys.send("earshot.calls", "endless", marshal(t, media("endless", 2, began.Add(30*time.Second), nil)))
	// Records that are missing from a call, that come twice, and that were captured a day before or after the others.
	for _, r := range []*schemas.CallRecord{
		callStart("gaps", began), media("gaps", 1, began.Add(time.Second), nil), media("gaps", 1, began.Add(time.Second), nil),
		media("gaps", 5, began.Add(5*time.Second), nil), callEnd("gaps", 6, began.Add(6*time.Second), began.Add(6*time.Second)),
		callStart("yesterday", began), media("yesterday", 1, began.Add(-24*time.Hour), nil), callEnd("yesterday", 2, began.Add(9*time.Second), began.Add(9*time.Second)),
		callStart("tomorrow", began), media("tomorrow", 1, began.Add(7*time.Second), nil), media("tomorrow", 2, began.Add(24*time.Hour), nil), callEnd("tomorrow", 3, began.Add(9*time.Second), began.Add(9*time.Second)),
		// A switch that takes local time for UTC; an end at more than a call may take; one that is told late.
		callStart("local-time", began), media("local-time", 1, began.Add(7*time.Second), nil), callEnd("local-time", 2, began.Add(8*time.Second), began.Add(8*time.Hour)),
		callStart("too-long", began), media("too-long", 1, began.Add(7*time.Second), nil), callEnd("too-long", 2, began.Add(5*time.Hour), began.Add(5*time.Hour)),
		callStart("told-late", began), media("told-late", 1, began.Add(7*time.Second), nil), callEnd("told-late", 2, began.Add(5*time.Hour), began.Add(8*time.Second)),
		callStart("skewed", began), media("skewed", 1, began.Add(7*time.Second), nil), callEnd("skewed", 2, began.Add(8*time.Second), began.Add(38*time.Second)),
		callStart("before-1970", time.Unix(-86400, 0)), callStart("year-9000", time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)),
		callStart("last-night-of-2099", time.Date(2099, 12, 31, 23, 59, 50, 0, time.UTC)), begunLate(callStart("begun-long-ago", began)),
		named("long-name", began, strings.Repeat("<", 900_000)),
		callStart("newer", began), {CallId: "newer", Sequence: 1, CapturedAtUs: began.UnixMicro()}, callEnd("newer", 2, began.Add(3*time.Second), began.Add(3*time.Second)),
		callStart("large", began), media("large", 1, began.Add(time.Second), alaw(900_000)), callEnd("large", 2, began.Add(2*time.Second), began.Add(2*time.Second)),
		callStart("random", began), media("random", 1, began.Add(time.Second), random(400)), callEnd("random", 2, began.Add(2*time.Second), began.Add(2*time.Second)),
	} {
		sys.send("earshot.calls", r.CallId, marshal(t, r))
	}
	// A record that is 64 KiB on the wire and 64 MiB afterwards; one call in two partitions.
	sys.write(kafka.Gzip, 0, "bomb", make([]byte, 64<<20))
	for partition := range 2 {
		sys.write(0, partition, "twin", marshal(t, callStart("twin", began)))
		sys.write(0, partition, "twin", marshal(t, callEnd("twin", 1, began.Add(4*time.Second), began.Add(4*time.Second))))
	}
	sys.awaitJudged([]string{"odd", "backwards", "nothing", "endless", "gaps", "yesterday", "tomorrow", "newer", "large", "random", "twin",
		"local-time", "too-long", "told-late", "skewed"})
	sys.awaitLetter("bomb")

	want := map[string][2]string{
		"garbage":             {"undecodable", "protobuf"},
		"garbage-recording":   {"undecodable", "earshot.v1.Recording"},
		"text":                {"recording", "RIFF"},
		"empty":               {"recording", "the file is empty"},
		"elsewhere":           {"recording", "file"},
		"other-key":           {"invalid", `expected its call_id "own-id"`},
		"odd":                 {"media", "RTP"},
		"backwards":           {"invalid", "ended_at"},
		"local-time":          {"invalid", "later than its records bear out"},
		"before-1970":         {"invalid", "before 1970"},
		"year-9000":           {"invalid", "started_at"},
		"last-night-of-2099":  {"invalid", "started_at"},
		"begun-long-ago":      {"invalid", "the start was captured 5h0m0s later"},
		"long-name":           {"invalid", "agent_id has 900000 bytes, expected at most 1024"},
		"long-name-recording": {"invalid", "team has 1025 bytes"},
		"newer":               {"invalid", "none of start, media, event and end"},
		"large":               {"media", "expected at most half a second"},
		"random":              {"media", "RTP"},
		"bomb":                {"undecodable", "too large to be sent along"},
	}
	got := sys.letters()
	for key, w := range want {
		l, ok := got[key]
		switch {
		case !ok:
			t.Errorf("%s became no dead letter", key)
		case l[0] != w[0] || !strings.Contains(l[1], w[1]):
			t.Errorf("%s: dead letter %q: %q; expected %q with %q in it", key, l[0], l[1], w[0], w[1])
		}
		delete(got, key)
	}
	for key, l := range got {
		t.Errorf("%s became a dead letter, %q: %q; expected none", key, l[0], l[1])
	}
	if s := sys.query("SELECT duration, state, cause, events.kind, events.by, events.at FROM calls FINAL WHERE call_id = 'endless'"); s != "30\tabandoned\tno further record\t['transfer']\t['agent']\t[20]" {
		t.Errorf("a call that nobody ended is stored as %q", s)
	}
	for id, want := range map[string]string{
		"gaps":       "6\tended", // counted below
		"yesterday":  "9\tended",
		"local-time": "7\tended",
		"too-long":   "7\tabandoned",
		"told-late":  "8\tended",
		"skewed":     "38\tended",
		"tomorrow":   "7\tabandoned", // it would have lasted longer than a call may
		"newer":      "3\tended",
		"large":      "2\tended",
		"random":     "2\tended",
		"twin":       "4\tended", // one row
	} {
		if s := sys.query("SELECT duration, state FROM calls FINAL WHERE call_id = '" + id + "'"); s != want {
			t.Errorf("%s is stored as %q, expected %q", id, s, want)
		}
	}
	for fault, want := range map[string]float64{"gap": 3 + 1, "repeat": 1} { // of gaps, and the record of newer that is of no use
		if got := sys.counted("earshot_sequence_faults_total", "fault", fault); got != want {
			t.Errorf("%v faults of sequence of kind %s were counted, expected %v", got, fault, want)
		}
	}
	if got := sys.counted("earshot_dropped_tail_records_total", "", ""); got != 2 { // of tail, and of tomorrow
		t.Errorf("%v records of no call were counted, expected 2", got)
	}
	if s := sys.query("SELECT duration, state FROM calls FINAL WHERE call_id = 'nothing'"); s != "0\tended" {
		t.Errorf("a call of 0 s is stored as %q", s)
	}
	if s := sys.query("SELECT duration, state, leg_refused['agent'] FROM calls FINAL WHERE call_id = 'odd'"); s != "20\tended\t1" {
		t.Errorf("the call with a packet that is no RTP is stored as %q", s)
	}
}

// Who sends calls in transactions has them judged, those of one that is aborted too, and the markers between them become no dead letters.
func TestTransactionMarkersArePassedOver(t *testing.T) {
	sys := start(t)
	began := time.Now().Add(-time.Hour).Truncate(time.Second)
	client, err := kgo.NewClient(kgo.SeedBrokers(sys.kafka.Brokers...), kgo.TransactionalID("probe"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	transaction := func(topic, id string, values ...[]byte) {
		t.Helper()
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Key: []byte(id), Value: v}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		if err := client.EndTransaction(t.Context(), kgo.TransactionEndTry(id != "aborted")); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"committed", "aborted", "last"} {
		transaction("earshot.calls", id, marshal(t, callStart(id, began)), marshal(t, callEnd(id, 1, began.Add(3*time.Second), began.Add(3*time.Second))))
	}
	transaction("earshot.recordings", "recorded", recording(t, "recorded", nil))
	transaction("earshot.recordings", "recorded-last", recording(t, "recorded-last", nil))
	sys.awaitJudged([]string{"committed", "aborted", "last"})
	sys.awaitLetter("recorded-last") // there is no audio in it
	if got := len(sys.letters()); got != 2 {
		t.Errorf("%d dead letters, expected those of the recordings: %v", got, sys.letters())
	}
	// Those after the last record of either topic may still be on their way.
	if got := sys.counted("earshot_transaction_markers_total", "", ""); got < 3 {
		t.Errorf("%v markers were counted, expected those of two calls and a recording at least", got)
	}
}

// alaw is an RTP packet of that many samples.
func alaw(samples int) []byte {
	return append([]byte{0x80, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, samples)...)
}

// random are the bytes of no packet: the same on every run.
func random(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	b[0] = 0x3f // of no version of RTP
	return b
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func recording(t *testing.T, id string, wav []byte) []byte {
	return marshal(t, &schemas.Recording{CallId: id, Audio: &schemas.Recording_Inline{Inline: wav}})
}

func callStart(id string, at time.Time) *schemas.CallRecord {
	stream := func(leg schemas.Leg) *schemas.Stream {
		return &schemas.Stream{Leg: leg, PayloadType: 8, Codec: schemas.Codec_CODEC_PCMA}
	}
	return &schemas.CallRecord{CallId: id, CapturedAtUs: at.UnixMicro(), Body: &schemas.CallRecord_Start{Start: &schemas.CallStart{
		StartedAt: timestamppb.New(at), AgentId: "A1",
		Streams: []*schemas.Stream{stream(schemas.Leg_LEG_AGENT), stream(schemas.Leg_LEG_CUSTOMER)},
	}}}
}

// named is the start of a call whose agent has that name.
func named(id string, at time.Time, agent string) *schemas.CallRecord {
	r := callStart(id, at)
	r.GetStart().AgentId = agent
	return r
}

// begunLate is a start that is told five hours late.
func begunLate(r *schemas.CallRecord) *schemas.CallRecord {
	r.CapturedAtUs += (5 * time.Hour).Microseconds()
	return r
}

func media(id string, sequence uint64, at time.Time, rtp []byte) *schemas.CallRecord {
	return &schemas.CallRecord{CallId: id, Sequence: sequence, CapturedAtUs: at.UnixMicro(), Body: &schemas.CallRecord_Media{
		Media: &schemas.MediaBatch{Leg: schemas.Leg_LEG_AGENT, Packets: packets(rtp)},
	}}
}

func packets(rtp []byte) []*schemas.Packet {
	if rtp == nil {
		return nil
	}
	return []*schemas.Packet{{Rtp: rtp}}
}

func callEnd(id string, sequence uint64, captured, at time.Time) *schemas.CallRecord {
	return &schemas.CallRecord{CallId: id, Sequence: sequence, CapturedAtUs: captured.UnixMicro(), Body: &schemas.CallRecord_End{
		End: &schemas.CallEnd{EndedAt: timestamppb.New(at), EndedBy: schemas.Leg_LEG_AGENT},
	}}
}
