package deadletters

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/schemas"
)

// topic is a broker with a topic of calls, whose partition 1 is written, and one of dead letters.
type topic struct {
	t     *testing.T
	kafka pipeline.Kafka
	at    time.Time // of the next record
	sent  int
}

func newTopic(t *testing.T) *topic {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "calls"), kfake.SeedTopics(1, "letters"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return &topic{t: t, kafka: pipeline.Kafka{Brokers: cluster.ListenAddrs()}, at: time.UnixMilli(1_700_000_000_000)}
}

func (p *topic) write(topic string, m kafka.Message) {
	p.t.Helper()
	w := &kafka.Writer{Addr: kafka.TCP(p.kafka.Brokers...), Topic: topic, BatchTimeout: time.Millisecond, RequiredAcks: kafka.RequireAll,
		Balancer: kafka.BalancerFunc(func(_ kafka.Message, all ...int) int { return len(all) - 1 })}
	defer w.Close()
	if err := w.WriteMessages(p.t.Context(), m); err != nil {
		p.t.Fatal(err)
	}
}

// calls writes records, each "call body", a second apart.
func (p *topic) calls(records ...string) {
	p.t.Helper()
	for _, text := range records {
		id, body, _ := strings.Cut(text, " ")
		r := &schemas.CallRecord{CallId: id, Sequence: uint64(p.sent), CapturedAtUs: p.at.UnixMicro()}
		switch body {
		case "start":
			r.Body = &schemas.CallRecord_Start{Start: &schemas.CallStart{StartedAt: timestamppb.New(p.at)}}
		case "media":
			r.Body = &schemas.CallRecord_Media{Media: &schemas.MediaBatch{Leg: schemas.Leg_LEG_AGENT}}
		case "end":
			r.Body = &schemas.CallRecord_End{End: &schemas.CallEnd{EndedAt: timestamppb.New(p.at)}}
		}
		value, err := proto.Marshal(r)
		if err != nil {
			p.t.Fatal(err)
		}
		if body == "junk" {
			value = []byte("junk")
		}
		p.write("calls", kafka.Message{Key: []byte(id), Value: value, Time: p.at, Headers: []kafka.Header{{Key: "by", Value: []byte("pbx")}}})
		p.at = p.at.Add(time.Second)
		p.sent++
	}
}

// letter writes the dead letter of a record.
func (p *topic) letter(offset int64, reason string) {
	p.t.Helper()
	err := p.kafka.ReadRange(p.t.Context(), "calls", 1, offset, offset+1, func(m *kafka.Message) error {
		h := func(k, v string) kafka.Header { return kafka.Header{Key: "ce_" + k, Value: []byte(v)} }
		p.write("letters", kafka.Message{Key: m.Key, Value: m.Value, Time: m.Time, Headers: append(m.Headers, h("type", "earshot.deadletter"),
			h("topic", "calls"), h("partition", "1"), h("offset", fmt.Sprint(offset)), h("reason", reason), h("error", "it is bad"))})
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *topic) read() []*Letter {
	p.t.Helper()
	all, err := Read(p.t.Context(), p.kafka, "letters", func(*Letter) bool { return true }, func(err error) { p.t.Error(err) })
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// replay sends all letters again, and gives the offsets of the first copies whose records came again, in the order in which they did.
func (p *topic) replay(letters ...*Letter) (offsets []int64, errs []error) {
	p.t.Helper()
	r, err := NewReplayer(p.kafka, "calls", "letters")
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Close()
	for _, l := range letters {
		if _, err := r.Replay(p.t.Context(), l); err != nil {
			errs = append(errs, err)
		}
	}
	ends, err := p.kafka.Ends(p.t.Context(), "calls")
	if err != nil {
		p.t.Fatal(err)
	}
	first := map[string]kafka.Message{}
	err = p.kafka.ReadRange(p.t.Context(), "calls", 1, 0, ends[1].Last, func(m *kafka.Message) error {
		if m.Offset < int64(p.sent) {
			first[fmt.Sprintf("%s %x", m.Key, m.Value)] = *m
			return nil
		}
		was, ok := first[fmt.Sprintf("%s %x", m.Key, m.Value)]
		if !ok || !was.Time.Equal(m.Time) || len(m.Headers) != 2 || m.Headers[0].Key != "by" || m.Headers[1].Key != replayOf {
			p.t.Errorf("record %d at %v with %v is no copy of %d at %v", m.Offset, m.Time, m.Headers, was.Offset, was.Time)
		}
		offsets = append(offsets, was.Offset)
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if ends[0].Last != 0 {
		p.t.Errorf("%d records went into another partition", ends[0].Last)
	}
	return offsets, errs
}

func TestReplayOfALiveCall(t *testing.T) {
	for _, c := range []struct {
		name    string
		records []string
		letters map[int64]string
		want    []int64
		err     error
	}{
		{"all records of the call and no other's", []string{"a start", "b start", "a media", "b media", "a media", "a end", "b end"}, map[int64]string{2: "media"}, []int64{0, 2, 4, 5}, nil},
		{"the start that was refused", []string{"a media", "a start", "a media", "a end"}, map[int64]string{1: "refused"}, []int64{1, 2, 3}, nil},
		{"once for two letters", []string{"a start", "a media", "a junk", "a end"}, map[int64]string{1: "media", 2: "undecodable"}, []int64{0, 1, 2, 3}, nil},
		{"the second call of that id", []string{"a start", "a end", "a start", "a media", "a end", "a start", "a end"}, map[int64]string{3: "media"}, []int64{2, 3, 4}, nil},
		{"a call without an end, before another", []string{"a start", "a media", "a start", "a end"}, map[int64]string{1: "media"}, []int64{0, 1}, nil},
		{"a call without an end", []string{"a start", "a media", "b start"}, map[int64]string{1: "media"}, []int64{0, 1}, nil},
		{"the end", []string{"a start", "a end"}, map[int64]string{1: "invalid"}, []int64{0, 1}, nil},
		{"no record of a call", []string{"b start", "a junk", "b end"}, map[int64]string{1: "undecodable"}, []int64{1}, nil},
		{"no start", []string{"a media", "a end"}, map[int64]string{0: "media"}, nil, ErrGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newTopic(t)
			p.calls(c.records...)
			for offset := range int64(len(c.records)) {
				if reason, ok := c.letters[offset]; ok {
					p.letter(offset, reason)
				}
			}
			letters := p.read()
			if len(letters) != len(c.letters) {
				t.Fatalf("%d letters, want %d", len(letters), len(c.letters))
			}
			got, errs := p.replay(letters...)
			if fmt.Sprint(got) != fmt.Sprint(c.want) || !errors.Is(errors.Join(errs...), c.err) {
				t.Errorf("sent again: %v, %v; want %v, %v", got, errs, c.want, c.err)
			}
			for _, l := range p.read() {
				if (l.Replayed != nil) != (c.err == nil) {
					t.Errorf("%s is noted as replayed at %v", l.ID, l.Replayed)
				}
			}
		})
	}
}

// A list of letters has no records; each is fetched by itself, as often as it is asked for.
func TestValueIsFetchedLater(t *testing.T) {
	p := newTopic(t)
	p.calls("a start", "a junk", "a end")
	p.letter(0, "media")
	p.letter(1, "undecodable")
	p.letter(1, "undecodable")
	letters := p.read()
	if len(letters) != 3 {
		t.Fatalf("%d letters, expected 3", len(letters))
	}
	for _, l := range letters[1:] {
		for range 2 {
			if value, err := l.Value(t.Context(), p.kafka); string(value) != "junk" || err != nil || l.Bytes != len("junk") {
				t.Errorf("letter %s of %d bytes has %q, %v; expected junk", l.ID, l.Bytes, value, err)
			}
		}
	}
}

func TestReplayWaitsForTheEnd(t *testing.T) {
	p := newTopic(t)
	p.at = time.Now().Add(-3 * time.Second)
	p.calls("a start", "a media")
	p.letter(1, "media")
	if got, errs := p.replay(p.read()...); len(got) > 0 || !errors.Is(errors.Join(errs...), ErrGoesOn) {
		t.Errorf("sent again: %v, %v", got, errs)
	}
}

// A sender whose clock is a day ahead of everybody's.
func TestReplayDespiteAWrongClock(t *testing.T) {
	p := newTopic(t)
	p.calls("a start")
	p.at = p.at.Add(24 * time.Hour)
	p.calls("a media", "a end")
	p.letter(1, "media")
	if got, errs := p.replay(p.read()...); fmt.Sprint(got) != "[0 1 2]" {
		t.Errorf("sent again: %v, %v", got, errs)
	}
}

// FuzzLetter reads what others may have written into the dead-letter topic.
func FuzzLetter(f *testing.F) {
	f.Add("ce_topic", "calls", "ce_partition", "1", "ce_offset", "7")
	f.Add("ce_type", typeReplayed, "ce_subject", "calls/1/7", "ce_time", "2026-01-02T03:04:05Z")
	f.Add("ce_", "", "", "", "ce_offset", "-1")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2, k3, v3 string) {
		l, err := parse(&kafka.Message{Headers: []kafka.Header{{Key: k1, Value: []byte(v1)}, {Key: k2, Value: []byte(v2)}, {Key: k3, Value: []byte(v3)}}})
		if err == nil && l.Replayed == nil && (l.Topic == "" || l.Partition < 0 || l.Offset < 0 || l.ID == "") {
			t.Fatalf("%+v", l)
		}
	})
}
