package publisher

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/sethvargo/go-retry"
)

// What goes into one request to a broker. The bytes of call records leave room below the megabyte that a topic takes
// unless somebody raised it; a recording is a request of its own.
const (
	requestRecords  = 64
	requestBytes    = 768 << 10
	recordingBytes  = 9 << 20 // a WAV file of ingest.MaxInline and what is said of it
	requestInterval = 5 * time.Millisecond
)

// Config says where calls are sent.
type Config struct {
	Brokers    []string
	Transport  kafka.RoundTripper // nil: kafka-go's default, without TLS and SASL
	Calls      string             // topic of live calls
	Recordings string             // topic of recordings

	Compression kafka.Compression // 0: none; companded speech hardly compresses
	Log         *slog.Logger
}

// Publisher sends calls to Kafka. All brokers in sync acknowledge a record before the call goes on.
//
// A record that was written but whose acknowledgement was lost is written twice; the worker drops the second by its
// sequence.
type Publisher struct {
	calls, recordings topicWriter
}

// topicWriter is a kafka.Writer for one topic.
type topicWriter struct {
	messageWriter
	topic string
}

type messageWriter interface {
	WriteMessages(ctx context.Context, msgs ...kafka.Message) error
	Close() error
}

// New makes a Publisher. Nothing is sent yet, nor is a broker looked for.
func New(c Config) *Publisher {
	calls, recordings := c.writer(c.Calls), c.writer(c.Recordings)
	calls.BatchSize, calls.BatchBytes = requestRecords, requestBytes
	recordings.BatchSize, recordings.BatchBytes = 1, recordingBytes
	return &Publisher{topicWriter{calls, c.Calls}, topicWriter{recordings, c.Recordings}}
}

func (c *Config) writer(topic string) *kafka.Writer {
	w := &kafka.Writer{
		Addr: kafka.TCP(c.Brokers...), Topic: topic, Transport: c.Transport, Compression: c.Compression,
		// The Java client's choice of a partition, so that its programs and this one agree about a call's.
		Balancer:     kafka.Murmur2Balancer{Consistent: true},
		RequiredAcks: kafka.RequireAll,
		BatchTimeout: requestInterval, WriteBackoffMin: 100 * time.Millisecond, WriteBackoffMax: time.Second,
		ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second,
	}
	if c.Log != nil {
		w.ErrorLogger = kafka.LoggerFunc(func(f string, a ...any) { c.Log.Debug("kafka writer: " + fmt.Sprintf(f, a...)) })
	}
	return w
}

// Close waits until what was handed to the brokers is settled, or until ctx ends.
func (p *Publisher) Close(ctx context.Context) error {
	closed := make(chan error, 1)
	go func() { closed <- errors.Join(p.calls.Close(), p.recordings.Close()) }()
	select {
	case err := <-closed:
		return err
	case <-ctx.Done():
		return fmt.Errorf("cannot settle what was sent to Kafka: %w", ctx.Err())
	}
}

// write sends messages and waits for their acknowledgement. The writer tries again what a broker refuses for now, but
// not while a topic just made is unknown to the broker that it asks.
func (w *topicWriter) write(ctx context.Context, file string, messages []kafka.Message) error {
	backoff := retry.WithMaxRetries(8, retry.WithCappedDuration(time.Second, retry.NewExponential(100*time.Millisecond)))
	err := retry.Do(ctx, backoff, func(ctx context.Context) error {
		err := w.WriteMessages(ctx, messages...)
		var refused kafka.Error
		if _, partly := err.(kafka.WriteErrors); !partly && errors.As(err, &refused) && refused.Temporary() {
			return retry.RetryableError(err)
		}
		return err
	})
	if err == nil {
		return nil
	}
	var each kafka.WriteErrors
	if errors.As(err, &each) {
		for _, one := range each {
			if one != nil { // all of a request's have the same
				err = one
				break
			}
		}
	}
	return fmt.Errorf("cannot publish %s: cannot write to topic %s: %w", file, w.topic, err)
}
