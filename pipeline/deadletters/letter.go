package deadletters

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline"
)

const typeReplayed = "earshot.deadletter.replayed"

// Letter is one record that could not be used.
type Letter struct {
	ID        string          `json:"id"` // topic/partition/offset of the record
	Topic     string          `json:"topic"`
	Partition int             `json:"partition"`
	Offset    int64           `json:"offset"`
	Key       string          `json:"key"`  // the call id
	Time      time.Time       `json:"time"` // the record's
	Reason    pipeline.Reason `json:"reason"`
	Error     string          `json:"error"`
	Bytes     int             `json:"bytes"` // of the record; 0 when the letter only refers to it
	// Replayed is when the record was sent again; nil if it was not.
	Replayed *time.Time `json:"replayed,omitempty"`

	// Headers are those that the record had itself.
	Headers []kafka.Header `json:"-"`

	place place
}

// place is where a letter itself lies.
type place struct {
	topic     string
	partition int
	offset    int64
}

// Value fetches the record, which may have megabytes; nil when the letter only refers to it.
func (l *Letter) Value(ctx context.Context, k pipeline.Kafka) ([]byte, error) {
	if l.Bytes == 0 {
		return nil, nil
	}
	at := l.place
	m, err := k.ReadFirst(ctx, at.topic, at.partition, at.offset, at.offset+1)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read dead letter %s: %w", l.ID, err)
	case m == nil:
		return nil, fmt.Errorf("cannot read dead letter %s: it is not in Kafka any more", l.ID)
	}
	return m.Value, nil
}

// parse reads a message of the dead-letter topic: a letter, or the note that one was replayed, which gives only id and time.
func parse(m *kafka.Message) (Letter, error) {
	ce := map[string]string{}
	own := slices.Clone(m.Headers)
	for i := len(own) - 1; i >= 0; i-- { // ours come last; the record may have had headers of the same name
		name, isCE := strings.CutPrefix(own[i].Key, "ce_")
		if _, known := ce[name]; !isCE || known {
			continue
		}
		ce[name] = string(own[i].Value)
		own = slices.Delete(own, i, i+1)
	}
	wrong := func(what string) (Letter, error) {
		return Letter{}, fmt.Errorf("cannot read dead letter %s/%d/%d: %s", m.Topic, m.Partition, m.Offset, what)
	}
	if ce["type"] == typeReplayed {
		at, err := time.Parse(time.RFC3339Nano, ce["time"])
		if err != nil || ce["subject"] == "" {
			return wrong("a note of a replay without the letter's id in ce_subject or the time in ce_time")
		}
		return Letter{ID: ce["subject"], Replayed: &at}, nil
	}
	partition, perr := strconv.Atoi(ce["partition"])
	offset, oerr := strconv.ParseInt(ce["offset"], 10, 64)
	if ce["topic"] == "" || perr != nil || oerr != nil || partition < 0 || offset < 0 {
		return wrong("expected the headers ce_topic, ce_partition and ce_offset, which say where the record came from")
	}
	return Letter{
		ID:    fmt.Sprintf("%s/%d/%d", ce["topic"], partition, offset),
		Topic: ce["topic"], Partition: partition, Offset: offset, Key: string(m.Key), Time: m.Time.UTC(),
		Reason: pipeline.Reason(ce["reason"]), Error: ce["error"], Bytes: len(m.Value), Headers: own,
		place: place{m.Topic, m.Partition, m.Offset},
	}, nil
}

// noteOf is the message that says that a letter was replayed.
func noteOf(topic string, l *Letter, at time.Time) kafka.Message {
	h := func(k, v string) kafka.Header { return kafka.Header{Key: k, Value: []byte(v)} }
	return kafka.Message{Topic: topic, Key: []byte(l.Key), Headers: []kafka.Header{
		h("ce_specversion", "1.0"), h("ce_type", typeReplayed), h("ce_id", l.ID+"/replayed/"+strconv.FormatInt(at.UnixMilli(), 10)),
		h("ce_source", "/earshot/deadletters"), h("ce_subject", l.ID), h("ce_time", at.UTC().Format(time.RFC3339Nano)),
	}}
}
