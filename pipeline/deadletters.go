package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/ingest"
)

// Reason says in one word why a record went to the dead-letter topic; the letter's headers say the rest.
type Reason string

const (
	ReasonUndecodable Reason = "undecodable" // no CallRecord, or no Recording
	ReasonInvalid     Reason = "invalid"     // decodable, but impossible: an end before its start
	ReasonMedia       Reason = "media"       // packets that are no RTP, or that nobody announced
	ReasonRecording   Reason = "recording"   // a recording that cannot be read
	ReasonFailed      Reason = "failed"      // an analyzer failed on the call
)

// deadLetters sends records that cannot be used to the dead-letter topic, as they came, with headers after CloudEvents'
// Kafka binding: ce_id is topic/partition/offset, so a letter that a replay sends again can be told.
type deadLetters struct {
	topic   string
	w       *producer
	metrics *Metrics
	health  *Health
	log     *slog.Logger
}

// send returns once Kafka has the letter: the record's offset may be committed after that. It tries until ctx ends.
func (d *deadLetters) send(ctx context.Context, m *kafka.Message, reason Reason, cause error) error {
	d.metrics.deadLetters.WithLabelValues(m.Topic, string(reason)).Inc()
	log := d.log.With("topic", m.Topic, "partition", m.Partition)
	log.Warn("dead letter", "offset", m.Offset, "call", fmt.Sprintf("%.100s", m.Key), "reason", reason, "error", cause)
	wrote := func(err error) { d.health.ReportOf(HealthWrites, fmt.Sprintf("%s/%d", m.Topic, m.Partition), err) }
	letter := kafka.Message{
		Topic: d.topic, Key: m.Key, Value: m.Value, Time: m.Time,
		Headers: append(append([]kafka.Header{}, m.Headers...), letterHeaders(m, reason, cause)...),
	}
	err := d.w.produce(ctx, log, wrote, letter)
	if tooLarge(err) {
		// By reference then: the record itself is where the headers say.
		letter.Value, letter.Headers = nil, letterHeaders(m, reason, fmt.Errorf("%.1000s (the record is too large to be sent along)", cause))
		if len(letter.Key) > ingest.MaxText {
			letter.Key = nil
		}
		err = d.w.produce(ctx, log, wrote, letter)
	}
	if tooLarge(err) { // for a topic of its administrator's. The record is one that cannot be used; those behind it can.
		d.metrics.unsent.WithLabelValues(d.topic).Inc()
		log.Error("a dead letter is too large for its topic and was left out", "offset", m.Offset, "error", err)
		return nil
	}
	return err
}

// tooLarge says that no retry can make a message fit.
func tooLarge(err error) bool {
	var local kafka.MessageTooLargeError
	if errors.As(err, &local) || errors.Is(err, kafka.MessageSizeTooLarge) {
		return true
	}
	var each kafka.WriteErrors
	return errors.As(err, &each) && slices.ContainsFunc(each, tooLarge)
}

func letterHeaders(m *kafka.Message, reason Reason, cause error) []kafka.Header {
	at := fmt.Sprintf("%s/%d/%d", m.Topic, m.Partition, m.Offset)
	h := func(k, v string) kafka.Header { return kafka.Header{Key: k, Value: []byte(v)} }
	return []kafka.Header{
		h("ce_specversion", "1.0"),
		h("ce_type", "earshot.deadletter"),
		h("ce_id", at),
		h("ce_source", "/earshot/"+at),
		h("ce_time", m.Time.UTC().Format(time.RFC3339Nano)),
		h("ce_reason", string(reason)),
		h("ce_error", cause.Error()),
		h("ce_topic", m.Topic),
		h("ce_partition", strconv.Itoa(m.Partition)),
		h("ce_offset", strconv.FormatInt(m.Offset, 10)),
	}
}

// producer writes to Kafka what is told of calls.
type producer struct {
	w       *kafka.Writer
	retries *prometheus.CounterVec // topic
}

// produce writes messages of one topic until Kafka has acknowledged or ctx ends; a message that is too large it returns at once. wrote
// is told what keeps it from being written, and when that has been mended. The log is that of the partition whose records they come of.
func (p *producer) produce(ctx context.Context, log *slog.Logger, wrote func(error), messages ...kafka.Message) error {
	topic, failed := messages[0].Topic, false
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := p.w.WriteMessages(ctx, messages...)
		if ctx.Err() != nil {
			return err
		}
		if err == nil || tooLarge(err) {
			if failed {
				wrote(nil)
			}
			return err
		}
		failed = true
		p.retries.WithLabelValues(topic).Inc()
		wrote(fmt.Errorf("cannot write to the topic %s: %w", topic, err))
		log.Error("cannot write to Kafka, trying again", "to", topic, "error", err, "wait", wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}
